"""The simulator keeps its word: what it draws agrees with the truths it hands out."""

from __future__ import annotations

import datetime as dt
import pickle
import re
import unicodedata
from collections.abc import Hashable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.datasets import Dataset, demo_survey, hotels
from npskit.datasets import truths as model
from npskit.datasets.draws import pick
from npskit.datasets.phrases import LANGUAGES, SENTIMENTS, TOPICS, combinations, sentences
from npskit.errors import ColumnNotFoundError, InvalidTypeError, InvalidValueError

SCALES = {
    "score": (0, 10),
    "satisfaction": (1, 5),
    "repurchase": (1, 5),
    "recommend": (1, 5),
    "csat": (1, 5),
    "ces": (1, 7),
    **dict.fromkeys(model.DRIVERS, (1, 10)),
}
CATEGORY_SCORES = np.repeat([-100.0, 0.0, 100.0], (7, 2, 2))


@pytest.fixture(scope="module")
def large() -> Dataset:
    """A survey large enough to tell a truth from its neighbors."""
    return hotels(400_000, rng=1)


def worth(score: NDArray[Any]) -> NDArray[np.float64]:
    """Return what each score is worth, in NPS points."""
    return CATEGORY_SCORES[score.astype(np.intp)]


def estimate(
    y: NDArray[Any], customer: NDArray[np.int64], weight: NDArray[np.float64] | None = None
) -> tuple[float, float]:
    """Return the (weighted) mean and its standard error, clustered by customer."""
    w = np.ones(len(y)) if weight is None else weight
    mean = float(w @ y / w.sum())
    totals = np.bincount(customer, weights=w * (y - mean))
    return mean, float(np.sqrt(totals @ totals) / w.sum())


def assert_true(found: tuple[float, float], truth: float) -> None:
    """Accept an estimate within four standard errors of the truth."""
    mean, se = found
    assert se > 0
    assert abs(mean - truth) < 4 * se, f"{mean} +- {se} against {truth}"


def segments(score: NDArray[Any]) -> NDArray[np.intp]:
    """Return 0, 1, 2 for detractors, passives, promoters."""
    return np.searchsorted([7, 9], score, side="right")


def same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Compare two columns, NaN equal to itself."""
    return a.dtype == b.dtype and (
        np.array_equal(a, b, equal_nan=True) if a.dtype.kind == "f" else np.array_equal(a, b)
    )


# Shape


@settings(max_examples=25, deadline=None)
@given(n=st.integers(0, 200), seed=st.integers(0, 2**32), customers=st.none() | st.integers(1, 50))
def test_shape(n: int, seed: int, customers: int | None) -> None:
    """Every column has n rows and a description, in order of time, and nothing lies outside its scale."""
    data = hotels(n, rng=seed, customers=customers)
    assert len(data) == n
    assert list(data.columns) == list(data.description)
    assert all(values.shape == (n,) for values in data.columns.values())
    for name, (low, high) in SCALES.items():
        assert data[name].dtype == np.int8
        assert ((data[name] >= low) & (data[name] <= high)).all()
    assert (np.diff(data["date"]) >= np.timedelta64(0, "D")).all()
    assert data["customer"].min(initial=1) >= 1
    assert data["customer"].max(initial=1) <= (customers or max(1, round(n / 2.5)))
    for outcome in ("score_if_left", "score_if_contacted", "stayed_if_left", "stayed_if_contacted"):
        assert getattr(data.truth.follow_up, outcome).shape == (n,)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_reproducible(seed: int) -> None:
    """The same seed gives the same bytes, a generator seeded with it too, and another seed gives other answers."""
    one, two = hotels(100, rng=seed, missing=0.1), hotels(100, rng=np.random.default_rng(seed), missing=0.1)
    assert all(same(one[name], two[name]) for name in one.columns)
    assert not same(one["value"], hotels(100, rng=seed + 1)["value"])


def test_options_change_only_what_they_name() -> None:
    """Without comments, or with missing and invalid answers, every other cell stays the same."""
    plain, spoiled = hotels(3000), hotels(3000, missing=0.1, invalid=0.05)
    silent = hotels(3000, missing=0.1, invalid=0.05, comments=False)
    assert (silent["comment"] == "").all()
    assert all(same(spoiled[name], silent[name]) for name in plain.columns if name != "comment")
    for name in plain.columns:
        if name in SCALES:
            kept = np.isin(spoiled[name], np.arange(SCALES[name][0], SCALES[name][1] + 1))
            assert 0.7 < kept.mean() < 0.95
            assert (spoiled[name][kept] == plain[name][kept]).all()
        else:
            assert same(plain[name], spoiled[name])


def test_missing_and_invalid_as_asked() -> None:
    """Missing answers come in the share asked for in every question; invalid ones in the score only."""
    data = hotels(50_000, missing=0.1, invalid=0.02)
    for name in SCALES:
        assert data[name].dtype == np.float64
        assert np.isnan(data[name]).mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 50_000))
        low, high = SCALES[name]
        valid = (data[name] >= low) & (data[name] <= high) & (data[name] % 1 == 0)
        wrong = ~valid & ~np.isnan(data[name])
        share = 0.02 if name == "score" else 0.0
        assert wrong.mean() == pytest.approx(share, abs=4 * np.sqrt(share / 50_000))
    assert set(np.unique(data["score"][~np.isnan(data["score"])])) - set(range(11)) == {-1.0, 7.5, 11.0, 99.0}


def test_all_missing_or_all_invalid() -> None:
    """The shares may be whole: no score is left, and missing and invalid together never overlap."""
    assert np.isnan(hotels(50, missing=1)["score"]).all()
    assert np.isin(hotels(50, invalid=1.0)["score"], [11, -1, 99, 7.5]).all()
    both = hotels(1000, missing=0.5, invalid=0.5)["score"]
    assert (np.isnan(both) | np.isin(both, [11, -1, 99, 7.5])).all()


def test_dates() -> None:
    """Dates are whole seconds within the span asked for, and the span may be given as any kind of date."""
    data = hotels(5000, start=dt.date(2025, 1, 1), end=np.datetime64("2026-01-01"), shift_date="2025-07-01")
    assert data["date"].dtype == np.dtype("datetime64[us]")
    assert data["date"].min() >= np.datetime64("2025-01-01T08:00")
    assert data["date"].max() < np.datetime64("2025-12-31T22:00")
    assert (data["date"] == data["date"].astype("datetime64[s]")).all()
    assert data.truth.shift_date == np.datetime64("2025-07-01")


def test_customers_last(large: Dataset) -> None:
    """Customers answer repeatedly, and keep to one hotel, language, channel, revenue, address and consent."""
    customer = large["customer"]
    distinct, first, counts = np.unique(customer, return_index=True, return_counts=True)
    assert (counts > 1).mean() > 0.6
    where = np.searchsorted(distinct, customer)
    for name in ("region", "hotel", "language", "channel", "value", "weight", "email", "opted_out", "holdout"):
        assert (large[name][first][where] == large[name]).all()
    assert len(set(large["email"])) == distinct.size
    assert large["value"].min() > 0
    assert all(hotel.startswith(region) for hotel, region in set(zip(large["hotel"], large["region"], strict=True)))
    assert len(set(large["hotel"])) == 40


def test_demo_survey() -> None:
    """The demo survey is 2,000 answers with a few missing and invalid ones, always the same."""
    one, two = demo_survey(), demo_survey()
    assert len(one) == 2000
    assert all(same(one[name], two[name]) for name in one.columns)
    assert 10 < np.isnan(one["score"]).sum() < 100
    assert 1 <= (~np.isin(one["score"], np.arange(11)) & ~np.isnan(one["score"])).sum() < 30


def test_dataframe() -> None:
    """The columns go into a dataframe as they are, text as text and dates as dates."""
    schema = pl.DataFrame(hotels(50).columns).schema
    assert schema["date"] == pl.Datetime("us")
    assert all(schema[name] == pl.String for name in ("region", "hotel", "channel", "language", "comment", "email"))


def test_unknown_column() -> None:
    """A wrong column name says which one was meant."""
    with pytest.raises(ColumnNotFoundError, match="did you mean 'score'"):
        hotels(5)["scor"]


# Truths: scores


def test_scores_by_region_and_period(large: Dataset) -> None:
    """Region by region, before and after, score, shares and the whole distribution are the true ones."""
    truth, customer, score = large.truth, large["customer"], large["score"]
    after = large["date"] >= truth.shift_date
    for wave, period in ((truth.before, ~after), (truth.after, after)):
        assert_true(estimate(worth(score[period]), customer[period]), wave.total)
        for i, region in enumerate(truth.regions):
            here = large["region"] == region
            rows = period & here
            assert_true(estimate(worth(score[rows]), customer[rows]), wave.score[i])
            assert_true(estimate(here[period], customer[period]), wave.share[i])
            for answer in range(11):
                assert_true(estimate(score[rows] == answer, customer[rows]), wave.probabilities[i, answer])


def test_weights_recover_the_population(large: Dataset) -> None:
    """Weighted answers estimate the guests' score, of the whole and of each period; unweighted ones do not."""
    truth, customer, weight = large.truth, large["customer"], large["weight"]
    y = worth(large["score"])
    assert_true(estimate(y, customer, weight), truth.population_score)
    mean, se = estimate(y, customer)
    assert_true((mean, se), truth.score)
    assert abs(mean - truth.population_score) > 10 * se
    after = large["date"] >= truth.shift_date
    for wave, rows in ((truth.before, ~after), (truth.after, after)):
        assert_true(estimate(y[rows], customer[rows], weight[rows]), wave.population_total)
        for i, region in enumerate(truth.regions):
            here = large["region"][rows] == region
            assert_true(estimate(here, customer[rows], weight[rows]), wave.population_share[i])


@settings(max_examples=40, deadline=None)
@given(shift=st.floats(-60, 40), after=st.floats(0.05, 0.95))
def test_shift_is_exact(shift: float, after: float) -> None:
    """The shifted region moves by exactly the shift asked for, the others not at all; probabilities stay such."""
    chain = model.Chain(np.array(list(model.IMPORTANCE.values())), shift, after)
    before, later = chain.wave(0), chain.wave(1)
    np.testing.assert_allclose(later.score - before.score, [shift, 0, 0, 0, 0], atol=1e-10)
    assert chain.answers.sum() == pytest.approx(1)
    assert chain.classes.min() >= 0
    np.testing.assert_allclose(chain.classes.sum(axis=-1), 1)


@pytest.mark.parametrize("weighted", [False, True])
def test_mix_and_rate(weighted: bool) -> None:
    """Rate is the shift alone, mix the shares' alone, and together they are the change of the total."""
    truth = hotels(10, shift=-30.0).truth
    mix, rate = truth.mix_and_rate(weighted=weighted)
    before, after = truth.before, truth.after
    change = after.population_total - before.population_total if weighted else after.total - before.total
    assert mix.sum() + rate.sum() == pytest.approx(change)
    assert mix.sum() < -1
    shares = (before.population_share, after.population_share) if weighted else (before.share, after.share)
    np.testing.assert_allclose(rate, [-30 * (shares[0][0] + shares[1][0]) / 2, 0, 0, 0, 0], atol=1e-10)


def test_rise() -> None:
    """A shift upwards is met as well as one downwards."""
    data = hotels(100_000, rng=3, shift=20.0)
    rows = (data["region"] == "Bavaria") & (data["date"] >= data.truth.shift_date)
    assert data.truth.after.score[0] - data.truth.before.score[0] == pytest.approx(20)
    assert_true(estimate(worth(data["score"][rows]), data["customer"][rows]), float(data.truth.after.score[0]))


def test_transitions(large: Dataset) -> None:
    """A customer's segment before and after the shift follow the true transition probabilities, region by region."""
    truth, customer = large.truth, large["customer"]
    after = large["date"] >= truth.shift_date
    size = int(customer.max()) + 1
    last_before, first_after = np.full(size, -1), np.full(size, -1)
    rows_before, rows_after = np.flatnonzero(~after), np.flatnonzero(after)[::-1]
    last_before[customer[rows_before]] = rows_before  # in order of time: the last one stands
    first_after[customer[rows_after]] = rows_after
    both = (last_before >= 0) & (first_after >= 0)
    old, new = last_before[both], first_after[both]
    start, stop = segments(large["score"][old]), segments(large["score"][new])
    np.testing.assert_allclose(truth.transitions.sum(axis=2), 1)
    for i, region in enumerate(truth.regions):
        for j in range(3):
            rows = (large["region"][old] == region) & (start == j)
            for k in range(3):
                assert_true(estimate(stop[rows] == k, np.arange(rows.sum())), truth.transitions[i, j, k])


def test_repeats_correlate(large: Dataset) -> None:
    """Two answers of one customer correlate as the truth says, also where a deep, early fall sets them apart."""
    for data in (large, hotels(200_000, customers=20_000, shift=-80.0, shift_date="2024-03-15", comments=False)):
        customer, score = data["customer"], data["score"].astype(float)
        z = (score - score.mean()) / score.std()
        counts, sums, squares = (np.bincount(customer, weights=w) for w in (np.ones(len(z)), z, z * z))
        pairs, products = counts * (counts - 1), sums**2 - squares
        found = products.sum() / pairs.sum()
        residual = products - found * pairs
        assert_true((found, float(np.sqrt(residual @ residual) / pairs.sum())), data.truth.repeat_correlation)
        assert data.truth.repeat_correlation > 0.1


def test_other_scores(large: Dataset) -> None:
    """SCI, CSAT, CES and retention are the true ones."""
    truth, customer = large.truth, large["customer"]
    secure = (large["satisfaction"] == 5) & (large["repurchase"] == 5) & (large["recommend"] == 5)
    assert_true(estimate(100 * secure, customer), truth.sci)
    assert_true(estimate(100 * (large["csat"] >= 4), customer), truth.csat)
    assert_true(estimate(large["ces"].astype(float), customer), truth.ces)
    assert_true(estimate(100 * large["stayed"], customer), truth.retention)


def test_recommend_follows_score(large: Dataset) -> None:
    """The five-point recommendation is a coarser form of the score, topped by the promoters."""
    assert ((large["recommend"] == 5) == (large["score"] >= 9)).all()
    order = np.argsort(large["score"], kind="stable")
    assert (np.diff(large["recommend"][order]) >= 0).all()


def test_channel_is_a_null(large: Dataset) -> None:
    """The channel has no effect: every channel has the score of the whole."""
    for channel in ("email", "app", "reception"):
        rows = large["channel"] == channel
        assert_true(estimate(worth(large["score"][rows]), large["customer"][rows]), large.truth.score)


# Truths: drivers


def regress(data: Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return least-squares coefficients of the score on the ratings and their standard errors by customer."""
    x = np.column_stack([np.ones(len(data)), *(data[name] for name in model.DRIVERS)])
    bread = np.linalg.inv(x.T @ x)
    b = bread @ (x.T @ data["score"])
    scores = x * (data["score"] - x @ b)[:, None]
    totals = np.column_stack([np.bincount(data["customer"], weights=column) for column in scores.T])
    return b[1:], np.sqrt(np.diag(bread @ (totals.T @ totals) @ bread))[1:]


def test_drivers(large: Dataset) -> None:
    """Least squares finds the planted coefficients; covariance, standardized coefficients and R² are the true ones."""
    truth = large.truth.drivers
    b, se = regress(large)
    assert (np.abs(b - truth.coefficients) < 4 * se).all()
    ratings = np.column_stack([large[name] for name in truth.names]).astype(float)
    found = np.cov(ratings, rowvar=False)
    np.testing.assert_allclose(found, truth.covariance, atol=0.04)
    assert large["score"].var() == pytest.approx(truth.score_variance, abs=0.04)
    standardized = b * ratings.std(axis=0) / large["score"].std()
    np.testing.assert_allclose(standardized, truth.standardized, atol=0.006)
    explained = 1 - np.var(large["score"] - ratings @ b) / large["score"].var()
    assert explained == pytest.approx(truth.r_squared, abs=0.006)


def test_importance_is_chosen() -> None:
    """One driver may decide everything: then the score is its rating or one less, and the others explain nothing."""
    data = hotels(20_000, importance={"breakfast": 1.0})
    assert np.isin(data["breakfast"] - data["score"], [0, 1]).all()
    np.testing.assert_array_equal(data.truth.drivers.coefficients, [0, 1, 0, 0, 0])
    b, se = regress(data)
    assert (np.abs(b - [0, 1, 0, 0, 0]) < 4 * se).all()
    lost = model.ONE_LESS * (1 - model.ONE_LESS) / data.truth.drivers.score_variance
    assert data.truth.drivers.r_squared == pytest.approx(1 - lost)


# Truths: following up


def test_contact_is_randomized(large: Dataset) -> None:
    """Nobody who opted out is contacted or held out; of the rest, the holdout is left alone and all others are not."""
    out, held = large["opted_out"], large["holdout"]
    assert not (out & held).any()
    np.testing.assert_array_equal(large["contacted"], ~out & ~held)
    assert_true(estimate(out, large["customer"]), model.OPTED_OUT)
    assert_true(estimate(held[~out], large["customer"][~out]), 0.3)


def test_observed_is_one_of_the_outcomes(large: Dataset) -> None:
    """What came to pass is the potential outcome of what was done; contact never drives anybody away."""
    truth, contacted = large.truth.follow_up, large["contacted"]
    later = np.where(contacted, truth.score_if_contacted, truth.score_if_left)
    answered = ~np.isnan(large["later_score"])
    assert (large["later_score"][answered] == later[answered]).all()
    assert 0.55 < answered.mean() < 0.65
    np.testing.assert_array_equal(large["stayed"], np.where(contacted, truth.stayed_if_contacted, truth.stayed_if_left))
    assert (truth.stayed_if_contacted >= truth.stayed_if_left).all()


def test_follow_up_effects(large: Dataset) -> None:
    """Both potential outcomes and the randomized comparison give the true effects, of each segment and of all."""
    truth, customer = large.truth.follow_up, large["customer"]
    segment = segments(large["score"])
    gain = worth(truth.score_if_contacted) - worth(truth.score_if_left)
    assert_true(estimate(gain, customer), truth.average_effect)
    answered = ~np.isnan(large["later_score"])
    for i in range(3):
        rows = segment == i
        for outcome, table in (
            (truth.score_if_left, truth.later_if_left),
            (truth.score_if_contacted, truth.later_if_contacted),
        ):
            for later in range(3):
                assert_true(estimate(segments(outcome[rows]) == later, customer[rows]), table[i, later])
        assert_true(estimate(truth.stayed_if_left[rows], customer[rows]), truth.stay_if_left[i])
        assert_true(estimate(truth.stayed_if_contacted[rows], customer[rows]), truth.stay_if_contacted[i])
        arms = [rows & answered & large["contacted"], rows & answered & large["holdout"]]
        (called, se_called), (left, se_left) = (estimate(worth(large["later_score"][a]), customer[a]) for a in arms)
        assert_true((called - left, float(np.hypot(se_called, se_left))), truth.effect[i])
    np.testing.assert_allclose(truth.effect, (truth.later_if_contacted - truth.later_if_left) @ [-100, 0, 100])
    assert truth.effect[2] == 0


def test_regression_to_the_mean(large: Dataset) -> None:
    """Detractors improve without being contacted: improvement alone is no effect."""
    truth = large.truth.follow_up
    improvement = truth.later_if_left[0] @ [-100, 0, 100] + 100
    assert improvement > 2 * truth.effect[0] > 0


def test_no_holdout() -> None:
    """A holdout of 0 contacts everybody who may be, one of 1 nobody."""
    everybody, nobody = hotels(500, holdout=0), hotels(500, holdout=1.0)
    np.testing.assert_array_equal(everybody["contacted"], ~everybody["opted_out"])
    assert not nobody["contacted"].any()


# Comments

SCRIPT = {
    "en": re.compile(r"[A-Za-z0-9 ,.;:!'-]+"),
    "de": re.compile(r"[A-Za-zÄÖÜäöüß0-9 ,.;:!-]+"),
    "pl": re.compile(r"[A-Za-zĄĆĘŁŃÓŚŹŻąćęłńóśźż0-9 ,.;:!-]+"),
    "th": re.compile(r"[\u0e00-\u0e7f ]+"),
}


def test_phrases() -> None:
    """Every language has the same topics and sentiments, and distinct NFC sentences in its own script, with an end."""
    bank = sentences()
    assert tuple(bank) == LANGUAGES
    for language, parts in bank.items():
        assert tuple(parts["topics"]) == TOPICS
        groups = [*parts["topics"].values(), parts["closings"]]
        assert all(tuple(group) == SENTIMENTS for group in groups)
        phrases = [phrase for group in groups for said in group.values() for phrase in said]
        assert len(phrases) == len(set(phrases)) == 105
        for phrase in phrases:
            assert phrase == unicodedata.normalize("NFC", phrase).strip()
            assert SCRIPT[language].fullmatch(phrase)
            assert language == "th" or phrase[-1] in ".!"
    assert combinations().shape == (4, 6, 3, 30)
    assert len(set(combinations().ravel())) == combinations().size


def test_comment_share(large: Dataset) -> None:
    """Detractors write about twice as often as the others, each segment in its true share."""
    written, segment = large["comment"] != "", segments(large["score"])
    for i in range(3):
        assert_true(estimate(written[segment == i], large["customer"][segment == i]), large.truth.comment_share[i])
    assert large.truth.comment_share[0] / large.truth.comment_share[1:].max() == pytest.approx(2, abs=0.2)


def test_comments_fit(large: Dataset) -> None:
    """A comment is in the customer's language and of the segment's sentiment, and is about a rating like the score."""
    place = {text: index for index, text in np.ndenumerate(combinations())}
    rows = np.flatnonzero(large["comment"] != "")
    where = np.array([place[text] for text in large["comment"][rows]])
    assert {tuple(w) for w in where[:, :3]} == set(np.ndindex(4, 6, 3))
    assert (np.array(LANGUAGES, dtype=object)[where[:, 0]] == large["language"][rows]).all()
    np.testing.assert_array_equal(where[:, 2], segments(large["score"][rows]))
    for i, driver in enumerate(model.DRIVERS):
        about = rows[where[:, 1] == i]
        assert np.isin(large[driver][about] - large["score"][about], [0, 1]).all()


def test_languages(large: Dataset) -> None:
    """All four languages are there, Thai comments are in Thai letters and no others are."""
    assert set(large["language"]) == set(LANGUAGES)
    thai: dict[str, set[bool]] = {language: set() for language in LANGUAGES}
    for language, text in set(zip(large["language"], large["comment"], strict=True)):
        if text:
            thai[language].add(any("\u0e00" <= letter <= "\u0e7f" for letter in text))
    assert thai == {"en": {False}, "de": {False}, "pl": {False}, "th": {True}}


# Drawing


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_pick(data: st.DataObject) -> None:
    """A drawn column exists and never has probability zero."""
    rows, width = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 8))
    cells = st.lists(st.integers(0, 5), min_size=width, max_size=width).filter(any)
    table = np.array(data.draw(st.lists(cells, min_size=rows, max_size=rows)), dtype=float)
    row = np.tile(np.arange(rows), 200)
    found = pick(np.random.default_rng(0), table / table.sum(axis=1, keepdims=True), row)
    assert (table[row, found] > 0).all()


class Fixed:
    """A generator that knows one number."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self, size: int) -> NDArray[np.float64]:
        return np.full(size, self.number)


def test_pick_at_the_edges() -> None:
    """0 draws no column of probability zero; what rounds up to the next row stays in the last column of its own."""
    lowest: Any = Fixed(0.0)
    assert pick(lowest, np.array([[0.0, 1.0]] * 3), np.arange(3)).tolist() == [1, 1, 1]
    highest: Any = Fixed(float(np.nextafter(1.0, 0.0)))
    assert pick(highest, np.full((300, 4), 0.25), np.arange(300)).tolist() == [3] * 300


# Bad input


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"n": -1}, InvalidValueError, "n must be at least 0"),
        ({"n": 2.5}, InvalidTypeError, "n must be a whole number"),
        ({"n": True}, InvalidTypeError, "n must be a whole number"),
        ({"customers": 0}, InvalidValueError, "customers must be at least 1"),
        ({"rng": "seed"}, InvalidTypeError, "rng must be a seed"),
        ({"rng": -1}, InvalidTypeError, "rng must be a seed"),
        ({"shift": -200}, InvalidValueError, "shift=-200.0 is out of reach: Bavaria starts at"),
        ({"shift": 90}, InvalidValueError, "out of reach"),
        ({"shift": float("nan")}, InvalidValueError, "shift must be finite"),
        ({"shift": "-5"}, InvalidTypeError, "shift must be a number"),
        ({"shift": None}, InvalidTypeError, "shift must be a number"),
        ({"shift_date": "2030-01-01"}, InvalidValueError, "start < shift_date < end"),
        ({"start": "2025-03-01"}, InvalidValueError, "start < shift_date < end"),
        ({"end": "NaT"}, InvalidValueError, "start < shift_date < end"),
        ({"start": "yesterday"}, InvalidTypeError, "start must be a date"),
        ({"start": 5}, InvalidTypeError, "start must be a date"),
        ({"holdout": 1.5}, InvalidValueError, "holdout must be a share from 0 to 1"),
        ({"missing": -0.1}, InvalidValueError, "missing must be a share from 0 to 1"),
        ({"invalid": True}, InvalidTypeError, "invalid must be a number"),
        ({"missing": 0.6, "invalid": 0.6}, InvalidValueError, "missing and invalid sum"),
        ({"importance": ["room"]}, InvalidTypeError, "importance maps drivers to shares"),
        ({"importance": {"rom": 1}}, InvalidValueError, "did you mean 'room'"),
        ({"importance": {"room": 0.7, "staff": 0.7}}, InvalidValueError, "importance sums to at most 1"),
        ({"importance": {"room": -0.7}}, InvalidValueError, r"importance\['room'\] must be a share"),
    ],
)
def test_bad_input(arguments: dict[str, Any], error: type[Exception], says: str) -> None:
    """Bad input names the argument, the value and what is allowed."""
    with pytest.raises(error, match=says):
        hotels(**arguments)


def test_records_are_frozen() -> None:
    """Law: a data set and what is true of it cannot be changed, and are equal if they say the same."""
    first, again = hotels(50), pickle.loads(pickle.dumps(hotels(50)))
    assert first == again != hotels(50, rng=1)
    assert not isinstance(first, Hashable)
    for array in (first["score"], again["score"], first.truth.before.share, first.truth.follow_up.effect):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(TypeError, match="cannot be changed"):
        first.description["score"] = "other"
    mine = first.columns
    mine["score"] = mine["csat"]
    assert first == again

"""What a theme costs: the reference figures, the known truths, and what holds of every set of answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.comments.themes import ThemeCounts, ThemeRows, change_of_points, points_of
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference import StrataLayout
from npskit.scorers import CSAT, NPS

KNOWN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "reference" / "themes.json").read_text("utf-8"))
THEMES: list[str] = KNOWN["themes"]
SEEDS = st.integers(0, 2**32 - 1)


def counts_of(period: int | None = None, weights: Any = None) -> ThemeCounts:
    rows = [row for row in KNOWN["comments"] if period in (None, row[0])]
    mentions = [[theme in row[2] for theme in THEMES] for row in rows]
    return ThemeCounts.of(THEMES, mentions, [row[1] for row in rows], weights=weights)


def planted(groups: list[Any]) -> ThemeCounts:
    """Answers of which each group has the score that is said, as promoters, passives and detractors."""
    answers, mentions = [], []
    for n, themes, score in groups:
        extreme = round(abs(score) * n / 100)
        assert extreme * 100 == abs(score) * n
        answers += [10 if score > 0 else 0] * extreme + [8] * (n - extreme)
        mentions += [[bool(theme) for theme in themes]] * n
    return ThemeCounts.of([f"theme {i}" for i in range(len(groups[0][1]))], mentions, answers)


def drawn(seed: int, n: int = 120, themes: int = 4) -> tuple[Any, Any, Any, Any]:
    """Mentions, answers, whether there is a comment, and weights."""
    rng = np.random.default_rng(seed)
    wrote = rng.random(n) < rng.uniform(0.2, 1)
    mentions = (rng.random((n, themes)) < rng.uniform(0, 1, themes)) & wrote[:, np.newaxis]
    return mentions, rng.integers(0, 11, n), wrote, rng.uniform(0.1, 3, n)


def test_reference_points() -> None:
    """Base, slopes and points of 120 comments, and the standard errors (there with 1/N, here with 1/(N - 1))."""
    wanted = KNOWN["whole"]["regression"]
    found = points_of(counts_of())
    assert found.base == pytest.approx(wanted["base"], abs=1e-9)
    assert found.slopes == pytest.approx([wanted["beta"][theme] for theme in THEMES], abs=1e-9)
    assert found.points[1:-1] == pytest.approx([wanted["contribution"][theme] for theme in THEMES], abs=1e-9)
    errors = np.sqrt(np.diag(found.covariance(found.influence()))) * np.sqrt(119 / 120)
    assert errors[0] == pytest.approx(wanted["se_base"], rel=1e-9)
    assert errors[2:-1] == pytest.approx([wanted["se_influence"][theme] for theme in THEMES], rel=1e-9)


def test_reference_weighted() -> None:
    """The same with weights: the sum is the weighted score."""
    wanted, found = KNOWN["weighted"], points_of(counts_of(weights=[1.0, 2.0, 3.0] * 40))
    assert found.score == pytest.approx(wanted["nps"], abs=1e-9)
    assert found.base == pytest.approx(wanted["base"], abs=1e-9)
    assert found.points[1:-1] == pytest.approx(wanted["contribution"], abs=1e-9)


def test_reference_change() -> None:
    """The change from one period to the other: base, mentioned more, hurts more, and their errors."""
    wanted = KNOWN["change"]
    found = change_of_points(counts_of(1), counts_of(2), rarest=0)
    assert found.difference == pytest.approx(wanted["change"], abs=1e-9)
    assert found.base == pytest.approx(wanted["base_change"], abs=1e-9)
    assert found.mentioned[1:-1] == pytest.approx([wanted["mix"][theme] for theme in THEMES], abs=1e-9)
    assert found.hurts[1:-1] == pytest.approx([wanted["rate"][theme] for theme in THEMES], abs=1e-9)
    errors = np.sqrt(np.diag(found.covariance)) * np.sqrt(59 / 60)
    assert errors[0] == pytest.approx(wanted["se_base_change"], rel=1e-9)
    together = wanted["se_theme_change_independent_periods"]
    parts = len(THEMES) + 2
    assert errors[2 * parts + 2 : 3 * parts] == pytest.approx([together[theme] for theme in THEMES], rel=1e-9)


@pytest.mark.parametrize("case", KNOWN["cases"])
def test_known_truths(case: str) -> None:
    """Nine truths: disjoint, together, always together, interaction only, no effect, rare beside common, no base."""
    known = KNOWN["cases"][case]
    found = points_of(planted(known["groups"]))
    assert found.score == pytest.approx(known["nps"], abs=1e-9)
    assert found.points[1:-1] == pytest.approx(known["B_regression"], abs=1e-3)
    assert found.base == pytest.approx(known["B_base"], abs=1e-3)
    assert (found.together == (("theme 0", "theme 1"),)) == case.startswith("4")


def test_pairs_find_interaction() -> None:
    """What costs only where both are mentioned is shared equally, and the base is what it is."""
    case = next(case for name, case in KNOWN["cases"].items() if name.startswith("5"))
    found = points_of(planted(case["groups"]), pairs=True)
    assert found.points[1:-1] == pytest.approx([-9, -9])
    assert found.base == pytest.approx(0, abs=1e-9)
    errors = np.sqrt(np.diag(found.covariance(found.influence())))
    assert errors[2] == pytest.approx(errors[3])
    assert 0 < errors[2] < 4


def test_known_changes() -> None:
    """A theme without an effect moves nothing however often it is mentioned; one that costs 60 does by its share."""
    alone = [planted([(100 - n, [0], 0), (n, [1], score)]) for n, score in ((10, 0), (30, 0), (10, -60), (30, -60))]
    for before, after, key in ((0, 1, "volume only"), (2, 3, "10->30")):
        wanted = next(case["B_regression"] for name, case in KNOWN["changes"].items() if key in name)
        found = change_of_points(alone[before], alone[after])
        assert found.mentioned[1] == pytest.approx(wanted, abs=1e-9)
        assert found.hurts[1] == pytest.approx(0, abs=1e-9)
        assert found.base == pytest.approx(0, abs=1e-9)


def test_a_theme_that_is_new_is_mentioned_more() -> None:
    """It cannot hurt more than before, since nobody mentioned it before."""
    found = change_of_points(planted([(100, [0], 20)]), planted([(60, [0], 20), (40, [1], -50)]))
    assert found.mentioned[1] == pytest.approx(0.4 * -70)
    assert found.hurts[1] == pytest.approx(0, abs=1e-9)
    assert found.base == pytest.approx(0, abs=1e-9)


@given(SEEDS, st.booleans(), st.booleans(), st.integers(0, 8))
def test_points_sum_to_the_score(seed: int, weighted: bool, pairs: bool, rarest: int) -> None:
    """Base, writing, themes and rare ones sum exactly to the score, whatever is mentioned, and errors are numbers."""
    mentions, answers, wrote, weights = drawn(seed)
    given_weights = weights if weighted else None
    counts = ThemeCounts.of(list("abcd"), mentions, answers, wrote=wrote, weights=given_weights)
    found = points_of(counts, pairs=pairs, rarest=rarest)
    scores = np.where(answers > 8, 100.0, np.where(answers > 6, 0.0, -100.0))
    assert found.base + found.points.sum() == pytest.approx(np.average(scores, weights=given_weights), abs=1e-9)
    assert np.isfinite(found.points).all()
    covariance = found.covariance(found.influence())
    assert (np.diag(covariance) >= -1e-9).all()
    # the influence on base and points sums to that on the mean
    assert found.influence().sum(axis=2) == pytest.approx(
        np.tile(np.array([-100, 0, 100]) - found.score, (len(counts.wrote), 1))
    )


@given(SEEDS)
def test_the_silent_are_the_base(seed: int) -> None:
    """Where writing has its own term the base is the score of those who wrote nothing."""
    mentions, answers, wrote, _ = drawn(seed)
    found = points_of(ThemeCounts.of(list("abcd"), mentions, answers, wrote=wrote))
    silent = np.where(answers > 8, 100.0, np.where(answers > 6, 0.0, -100.0))[~wrote]
    if found.has_wrote:
        assert found.base == pytest.approx(silent.mean(), abs=1e-9)
        assert found.base_is_possible


@given(SEEDS, st.integers(0, 120), st.booleans())
def test_counts_merge(seed: int, cut: int, weighted: bool) -> None:
    """Counts of parts add up to those of the whole, in any order, and travel as JSON."""
    mentions, answers, wrote, weights = drawn(seed)

    def part(rows: slice) -> ThemeCounts:
        w = weights[rows] if weighted else None
        return ThemeCounts.of(list("abcd"), mentions[rows], answers[rows], wrote=wrote[rows], weights=w)

    whole, one, two = part(slice(None)), part(slice(0, cut)), part(slice(cut, None))
    for merged in (one + two, two + one):
        assert merged.mentions.tolist() == whole.mentions.tolist()
        assert merged.tally.cells.tolist() == whole.tally.cells.tolist()
        assert points_of(merged).points == pytest.approx(points_of(whole).points, abs=1e-9)
        assert ThemeCounts.from_json(merged.to_json()) == merged


@given(SEEDS, st.booleans())
def test_changes_sum(seed: int, pairs: bool) -> None:
    """Base, mentioned and hurts sum exactly to the difference; back and forth they are the same with another sign."""
    sides = []
    for i in (0, 1):
        mentions, answers, wrote, weights = drawn(seed + i, n=80)
        sides.append(ThemeCounts.of(list("abcd"), mentions, answers, wrote=wrote, weights=weights))
    there, back = change_of_points(*sides, pairs=pairs), change_of_points(*sides[::-1], pairs=pairs)
    assert there.base + there.mentioned.sum() + there.hurts.sum() == pytest.approx(there.difference, abs=1e-9)
    assert there.mentioned == pytest.approx(-back.mentioned, abs=1e-6)
    assert there.hurts == pytest.approx(-back.hurts, abs=1e-6)
    assert np.diag(there.covariance) == pytest.approx(np.diag(back.covariance), rel=1e-6, abs=1e-9)


@given(SEEDS)
def test_rows_of_their_own_are_counts(seed: int) -> None:
    """Rows each a unit of its own have the errors of the counts; every row twice, in one unit, does not change them."""
    mentions, answers, wrote, weights = drawn(seed, n=60)
    counts = ThemeCounts.of(list("abcd"), mentions, answers, wrote=wrote, weights=weights)
    found = points_of(counts)
    keys = {(bool(w), *m): i for i, (w, m) in enumerate(zip(counts.wrote, counts.mentions.tolist(), strict=True))}
    sets = np.array([keys[(bool(w), *m)] for w, m in zip(wrote, mentions.tolist(), strict=True)])
    categories = np.digitize(answers, [7, 9])
    each = np.arange(60)

    def errors(times: int) -> Any:
        sets_, categories_, units, w = (np.tile(part, times) for part in (sets, categories, each, weights))
        layout = StrataLayout.of(np.zeros(60), None, "fail")
        rows = ThemeRows(sets_, categories_, units, w, layout)
        return np.diag(found.covariance(found.influence(), rows))

    wanted = np.diag(found.covariance(found.influence()))
    assert errors(1) == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    assert errors(2) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_parents_hold_what_is_part_of_them() -> None:
    """A parent's points are those of its own words and of all that is part of it; the top ones sum to the score."""
    themes, parents = ["room", "bed", "bath", "price"], [-1, 0, 0, -1]
    rng = np.random.default_rng(4)
    mentions = rng.random((400, 4)) < [0.1, 0.2, 0.3, 0.2]
    counts = ThemeCounts.of(themes, mentions, rng.integers(0, 11, 400), parents=parents)
    found, flat = points_of(counts), points_of(ThemeCounts.of(themes, mentions, rng.integers(0, 11, 400)))
    assert found.slopes.shape == flat.slopes.shape
    own = found.slopes * found.means
    assert found.points[1] == pytest.approx(own[:3].sum())
    assert found.base + found.points[[1, 4]].sum() == pytest.approx(found.score)
    assert counts.with_parents[:, 0].tolist() == counts.mentions[:, :3].any(axis=1).tolist()


def test_rare_themes_are_counted_together() -> None:
    """Those of top level together, one that is part of another with that; a single one stays."""
    mentions = np.zeros((100, 4), np.bool_)
    mentions[:3, 0], mentions[3:5, 1], mentions[10:40, 2], mentions[40:42, 3] = True, True, True, True
    answers = [0] * 50 + [9] * 50
    found = points_of(ThemeCounts.of(list("abcd"), mentions, answers, parents=[-1, -1, -1, 2]))
    assert found.merged.tolist() == [True, True, False, True]
    assert found.columns.keys == ((3,), (5,))
    assert found.points[[1, 2, 4]].tolist() == [0, 0, 0]
    assert found.base + found.points.sum() == pytest.approx(found.score)
    alone = points_of(ThemeCounts.of(["a", "c"], mentions[:, [0, 2]], answers))
    assert not alone.merged.any()


def test_what_everybody_mentions_is_the_base() -> None:
    """It cannot be told from writing, where some are silent, and from the base where none is."""
    mentions = [[True, i % 2 == 0] for i in range(40)]
    answers = [(3, 9)[i % 3 == 0] for i in range(40)]
    found = points_of(ThemeCounts.of(["all", "some"], mentions, answers))
    assert found.columns.everywhere.tolist() == [True, False]
    assert found.points[1] == 0
    silent = ThemeCounts.of(["all", "some"], [*mentions, *[[False, False]] * 20], [*answers, *[9] * 20],
                            wrote=[True] * 40 + [False] * 20)  # fmt: skip
    found = points_of(silent)
    assert found.columns.everywhere.tolist() == [True, False]
    assert found.has_wrote
    assert found.base == pytest.approx(100)


def test_a_base_may_be_impossible() -> None:
    """Where nobody wrote without a theme the base is extrapolated, and may be no score."""
    counts = planted([(20, [1, 0], 80), (20, [0, 1], 80), (20, [1, 1], -100)])
    found = points_of(counts)
    assert found.base == pytest.approx(260)
    assert not found.base_is_possible


def test_what_is_refused() -> None:
    """Bad input is named."""
    good = ThemeCounts.of(["a"], [[True]], [3])
    with pytest.raises(IncompatibleError, match="cannot be added"):
        good + ThemeCounts.of(["b"], [[True]], [3])
    with pytest.raises(IncompatibleError, match="one scorer"):
        good + ThemeCounts.of(["a"], [[True]], [3], scorer=CSAT())
    with pytest.raises(IncompatibleError, match="must be the same"):
        change_of_points(good, ThemeCounts.of(["b"], [[True]], [3]))
    with pytest.raises(InvalidValueError, match="no answers"):
        points_of(ThemeCounts.of(["a"], np.zeros((0, 1), bool), []))
    with pytest.raises(InvalidTypeError, match="mentions must be booleans"):
        ThemeCounts.of(["a"], [[1]], [3])
    with pytest.raises(InvalidTypeError, match="wrote must be booleans"):
        ThemeCounts.of(["a"], [[True]], [3], wrote=[1])
    with pytest.raises(IncompatibleError, match="each of 1 themes"):
        ThemeCounts.of(["a"], [[True, False]], [3])
    with pytest.raises(InvalidValueError, match="twice"):
        ThemeCounts.of(["a", "a"], [[True, False]], [3])
    with pytest.raises(InvalidTypeError, match="must hold names"):
        ThemeCounts.of([""], [[True]], [3])
    with pytest.raises(InvalidValueError, match="part of itself"):
        ThemeCounts.of(["a", "b"], [[True, False]], [3], parents=[1, 0])
    with pytest.raises(InvalidValueError, match="number of another"):
        ThemeCounts.of(["a"], [[True]], [3], parents=[4])


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("themes", ["a", "a"]), ("themes", [1]), ("parents", [0]), ("parents", []), ("sets", [[7], []]),
        ("sets", [1, 2]), ("wrote", [True]), ("wrote", [1, 0]), ("tally", None),
    ],
)  # fmt: skip
def test_damaged_counts_are_refused(part: str, value: Any) -> None:
    """Every part of the text is checked, and named."""
    record = ThemeCounts.of(["a"], [[True], [False]], [3, 9], scorer=NPS()).to_dict()
    with pytest.raises(InvalidValueError, match=f"'{part}'"):
        ThemeCounts.from_json(json.dumps(record | {part: value}))

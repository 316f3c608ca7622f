"""What tracking promises, held against many simulated surveys and streams whose truth is known."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import bdtr

import npskit as nk
from npskit.datasets import hotels
from npskit.datasets.hotel_records import Dataset
from npskit.options import DIRECTIONS, Direction, Every, IntervalMethod
from npskit.tracking.charts.segmentation import segmentation_cost
from npskit.tracking.effect.placebo import Placebo
from npskit.tracking.live.alarms import Watch

# how simulated series look beside their planted shift is not what is studied here
pytestmark = pytest.mark.filterwarnings("ignore:change_points:npskit.PrecisionWarning")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "monitors.md").read_text(encoding="utf-8")
CATEGORY_SCORES = np.array([-100.0, 0.0, 100.0])
BEFORE, AFTER = ("2024-01-01", "2025-03-01"), ("2025-03-01", "2026-01-01")
NULLS = {
    "as in most surveys": (0.2, 0.3, 0.5),
    "rich in passives": (0.05, 0.9, 0.05),
    "skewed": (0.02, 0.08, 0.9),
    "polarized": (0.5, 0.0, 0.5),
    "nearly all promoters": (0.001, 0.004, 0.995),
    "nearly all passives": (0.01, 0.98, 0.01),
}


@pytest.fixture(scope="module")
def study() -> Iterator[ModuleType]:
    """The script whose tables are in the docs."""
    path = ROOT / "benchmarks" / "study_monitors.py"
    spec = importlib.util.spec_from_file_location("study_monitors", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def at_most(n: int, share: float) -> int:
    """The number that a binomial count of n with this share exceeds in one of 1,000 cases."""
    return next(k for k in range(n + 1) if bdtr(k, n, share) >= 0.999)


def within(found: int, n: int, share: float) -> bool:
    """Whether a count is one of n with this share, but for one case in 500."""
    return n - at_most(n, 1 - share) <= found <= at_most(n, share)


# ---- the place of a change ----


def near(n: int, shift: float, every: Every = "month", seeds: int = 100) -> tuple[int, int, int]:
    """Count the surveys in which the planted shift is found within a period, and what is possible, and any changes.

    What is possible is the likeliest place of a change, by somebody who knows that there is exactly one.
    """
    found = possible = changed = 0
    for seed in range(seeds):
        data = hotels(n, rng=seed, shift=shift, comments=False)
        line = region_of(data, data.truth.shift_region).timeline(every)
        planted = int(np.searchsorted(line.starts, data.truth.shift_date, side="right")) - 1
        changes = line.change_points().changes
        changed += bool(changes)
        found += any(abs(change.index - planted) <= 1 for change in changes)
        costs = [segmentation_cost(line.tally.counts, [place]) for place in range(1, len(line))]
        possible += abs(int(np.argmin(costs)) + 1 - planted) <= 1
    return found, possible, changed


def region_of(data: Dataset, region: str) -> nk.Survey:
    """The survey of one region."""
    kept = data["region"] == region
    return nk.Survey({"score": data["score"][kept], "date": data["date"][kept]}, score="score", time="date")


@pytest.mark.slow
@pytest.mark.parametrize(("n", "shift"), [(5_000, -50.0), (20_000, -25.0), (80_000, -12.5)])
def test_the_planted_shift_is_found_within_one_month(n: int, shift: float) -> None:
    """At the documented size, and at four times it for half the shift, in at least 95 of 100 surveys."""
    found, _, _ = near(n, shift)
    assert found >= 95


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "every", "documented"), [(5_000, "month", 75), (10_000, "month", 93), (20_000, "week", 66)]
)
def test_with_fewer_answers_a_period_the_place_is_less_sure(n: int, every: Every, documented: int) -> None:
    """The share is the documented one, and hardly less than knowing that there is one change would make it."""
    assert f"{documented} %" in PAGE
    found, possible, _ = near(n, -25.0, every)
    assert within(found, 100, documented / 100)
    assert found >= possible - 5


@pytest.mark.slow
def test_no_change_is_found_where_none_is_planted() -> None:
    """Of 100 surveys of the documented size without a shift at most 8 show a change of the month."""
    assert near(20_000, 0.0)[2] <= 8


# ---- the placebo check ----

CONTROLS = {"before_after": None, "difference_in_differences": {"region": "Pomerania"}}


def placebos(at: str, every: Every, control: Any, seeds: int = 400) -> list[Placebo]:
    """The placebo checks of surveys in which nothing happens in Cornwall and Pomerania, of as many answers always."""
    found = []
    for seed in range(seeds):
        data = hotels(20_000, rng=seed, shift=0.0, comments=False)
        survey = nk.Survey({name: data[name] for name in ("score", "date", "region")}, score="score", time="date")
        arms = {"treated": {"region": "Cornwall"}, "control": control}
        placebo = survey.effect(nk.Intervention("nothing", at), every=every, **arms).placebo
        assert placebo is not None
        found.append(placebo)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("method", CONTROLS)
def test_the_placebo_distribution_is_flat(method: IntervalMethod) -> None:
    """Where nothing happens, the actual estimate has any rank among placebo ones that share no period with it.

    Of D such dates and the actual one each rank has probability 1/(D + 1), so that the rank is a p-value.
    """
    found = placebos("2025-12-04", "week", CONTROLS[method])
    ranks = []
    for each in found:
        # backward from the intervention in steps of both sides of a date, so that no week is in two of them
        apart = np.abs(each.estimates[::-1][each.window :: 2 * each.window])
        ranks.append(1 + int((apart >= abs(each.actual)).sum()))
    possible = 1 + len(apart)
    assert possible == 13
    for rank in range(1, possible):
        assert within(sum(r <= rank for r in ranks), len(ranks), rank / possible)


@pytest.mark.slow
@pytest.mark.parametrize(("every", "window", "least"), [("week", 15, 0.13), ("month", 3, 0.13)])
def test_neighboring_placebo_dates_share_answers(every: Every, window: int, least: float) -> None:
    """Over all dates the share is one half on average, but ends up near 0 more often than it says: no p-value.

    The windows overlap, so that 32 dates are not 32 experiments: with the default window a share of 5 % or less (of 9
    dates: of none) comes up in about 13 % of surveys in which nothing happens.
    """
    found = placebos("2025-03-01", every, None)
    assert {each.window for each in found} == {window}
    shares = np.array([each.share for each in found])
    assert abs(shares.mean() - 0.5) < 4 * shares.std() / len(shares) ** 0.5
    assert within(int((shares <= 0.05).sum()), len(shares), least)


# ---- mix and rate ----


@pytest.mark.slow
@pytest.mark.parametrize("weighted", [False, True])
def test_intervals_cover_the_planted_mix_and_rate(weighted: bool) -> None:
    """Over 1,000 surveys of customers who answer repeatedly, 95 % intervals cover mix, rate and their sum as often."""
    names = ["score", "date", "region", "customer", *(["weight"] if weighted else [])]
    inside = np.zeros(3, dtype=int)
    for seed in range(1000):
        data = hotels(2_000, rng=seed, comments=False)
        survey = nk.Survey(
            {name: data[name] for name in names},
            score="score",
            time="date",
            customer="customer",
            weight="weight" if weighted else None,
        )
        found = survey.explain_change(BEFORE, AFTER, "region")
        mix, rate = (float(part.sum()) for part in data.truth.mix_and_rate(weighted=weighted))
        limits = [*(tuple(part.interval) for part in found.parts), tuple(found.interval)]
        inside += [low <= true <= high for (low, high), true in zip(limits, (mix, rate, mix + rate), strict=True)]
    assert all(within(int(k), 1000, 0.95) for k in inside), inside


# ---- monitors ----


def drawn(p: tuple[float, ...], streams: int, looks: int, seed: int) -> NDArray[np.int8]:
    """Streams of categories."""
    return np.random.default_rng(seed).choice(3, size=(streams, looks), p=p).astype(np.int8)


@pytest.mark.slow
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("null", NULLS)
def test_false_alarms_over_ten_thousand_looks_stay_within_alpha(
    study: ModuleType, null: str, direction: Direction
) -> None:
    """Of 2,000 streams of a score at its target, looked at after each of 10,000 answers, at most alpha ever alarm."""
    p = NULLS[null]
    first = study.anytime(
        drawn(p, 2000, 10_000, 7), Watch(target=float(np.dot(p, CATEGORY_SCORES)), direction=direction)
    )
    assert np.count_nonzero(first) <= at_most(2000, 0.05)


@pytest.mark.slow
def test_an_interval_looked_at_ten_thousand_times_alarms_in_every_second_stream(study: ModuleType) -> None:
    """What is right in 95 % of cases at one look is not at all of them."""
    quiet = drawn(study.GOOD, 400, 10_000, 7)
    assert np.count_nonzero(study.once(quiet)) <= at_most(400, 0.05)
    assert np.count_nonzero(study.always(quiet)) > 160


@pytest.mark.slow
@pytest.mark.parametrize("null", ["as in most surveys", "skewed"])
def test_false_alarms_against_a_reference_stay_within_alpha(study: ModuleType, null: str) -> None:
    """Of 200 streams beside 500 other answers of the same score, looked at 100 times, at most alpha alarm."""
    p, rng = NULLS[null], np.random.default_rng(8)
    codebook, false = nk.Tally.count([], scorer=nk.NPS()).codebook, 0
    counts = study.counts_of(drawn(p, 200, 10_000, 8))[:, 99::100]
    for known, stream in zip(rng.multinomial(500, p, size=200), counts, strict=True):
        watch = Watch(reference=nk.Score.of(nk.Tally.from_counts(known)), direction="both")
        false += bool((watch.evidence(codebook, stream) >= watch.threshold).any())
    assert false <= at_most(200, 0.05)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0, 1, 2]), min_size=60, max_size=60), min_size=1, max_size=3),
    st.floats(-95, 95),
    st.sampled_from(DIRECTIONS),
)
def test_looks_left_out_by_the_study_are_no_alarms(
    study: ModuleType, streams: list[list[int]], target: float, direction: Direction
) -> None:
    """The first alarm is that of a tracker which is looked at after every answer."""
    found = study.anytime(np.array(streams, dtype=np.int8), Watch(target=target, direction=direction))
    for stream, place in zip(streams, found.tolist(), strict=True):
        tracker, first = nk.Tracker(target=target, direction=direction), study.NEVER
        for i, category in enumerate(stream, start=1):
            if tracker.update([3, 7, 10][category]).alarm is not None:
                first = i
                break
        assert place == first


def test_the_tables_of_the_page_are_those_of_the_study(
    study: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The study runs, and the page has its tables, with the same heads and the same monitors."""
    monkeypatch.setattr(study, "LOOKS", 1000)
    assert study.main(["--streams", "10"]) == 0

    def names(text: str) -> list[str]:
        return re.findall(r"^\| ([^-|][^|]*) \|", text, re.MULTILINE)

    shown = capsys.readouterr().out
    assert len(names(shown)) == (1 + 5) + (1 + 5) + (1 + 4)
    assert names(shown) == [name for name in names(PAGE) if name in names(shown)]

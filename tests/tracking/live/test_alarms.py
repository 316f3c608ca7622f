"""Laws of alarms over batches, and of the record they leave."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.counting.tally import Tally
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, NpskitError
from npskit.inference.constrained import mean_variance
from npskit.inference.sequences import confidence_sequence
from npskit.options import Direction
from npskit.tracking.charts.cusum import cumulative_sum
from npskit.tracking.live.alarms import Alarm, Watch
from npskit.tracking.live.batch_alarms import cusum_alarm, first_alarm
from npskit.tracking.live.tracker import Tracker

few = settings(max_examples=40, deadline=None)
FINE, BAD = [10, 30, 60], [30, 30, 40]
REFERENCE = nk.Score.of(Tally.from_counts([1000, 3000, 6000]))
DAYS = Tally.from_counts([FINE] * 5 + [BAD] * 10)

batches = st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=1, max_size=12)


@few
@given(batches, st.sampled_from(["below", "above", "both"]), st.booleans())
def test_the_first_alarm_is_that_of_a_tracker_looked_at_after_each_batch(
    days: list[tuple[int, ...]], direction: Direction, against_reference: bool
) -> None:
    """Batch by batch, a tracker that is looked at alarms at the same batch, with the same figures."""
    held: dict[str, Any] = {"reference": nk.nps([9, 9, 3, 7, 8])} if against_reference else {"target": 20}
    found = first_alarm(Tally.from_counts(days), direction=direction, **held)
    tracker, at = Tracker(direction=direction, **held), None
    for i, (b, a, c) in enumerate(days):
        if tracker.update_many([3] * b + [7] * a + [9] * c).alarm is not None:
            at = i
            break
    if found is None:
        assert at is None
    else:
        assert found.at == at
        assert tracker.alarm is not None
        assert attrs.evolve(found, at=None) == tracker.alarm


@few
@given(batches, st.integers(0, 12), st.booleans(), st.sampled_from(["below", "above", "both"]), st.data())
def test_evidence_depends_on_neither_order_nor_merging(
    days: list[tuple[int, ...]], cut: int, against_reference: bool, direction: Direction, data: st.DataObject
) -> None:
    """After the same batches, in any order and merged in any way, the evidence is the same, and so are the limits."""
    held: dict[str, Any] = {"reference": nk.nps([9, 9, 3, 7, 8])} if against_reference else {"target": 20}
    watch, tally = Watch(direction=direction, **held), Tally.from_counts(days)
    shuffled = Tally.from_counts(data.draw(st.permutations(days)))
    orders = [tally.total(), tally[:cut].total() + tally[cut:].total(), shuffled.total()]
    assert len({float(watch.evidence(tally.codebook, each.counts)) for each in orders}) == 1
    limits = [confidence_sequence(each.counts, tally.codebook.category_scores, direction=direction) for each in orders]
    np.testing.assert_array_equal(limits[1], limits[0])
    np.testing.assert_array_equal(limits[2], limits[0])


@few
@given(
    batches,
    st.floats(-90, 90),
    st.floats(0, 1),
    st.floats(0.5, 8),
    st.floats(1, 3),
    st.sampled_from(["below", "above", "both"]),
)
def test_the_cusum_is_the_recursion(
    days: list[tuple[int, ...]], target: float, k: float, h: float, dispersion: float, direction: Direction
) -> None:
    """The signal comes where max(0, S + z - k), step by step, first exceeds h; the move began after its last zero."""
    tally = Tally.from_counts(days)
    sd = float(np.sqrt(mean_variance(np.array([0.1, 0.3, 0.6]), np.array([-100.0, 0.0, 100.0]))))
    expected = []
    for side, sign in (("below", -1), ("above", 1)):
        total, since = 0.0, 0
        for i, (n, value) in enumerate(zip(tally.n.tolist(), tally.value.tolist(), strict=True)):
            if n:
                total = total + sign * (value - target) / sd * n**0.5 / dispersion - k
            if total <= 1e-12:
                total, since = 0.0, i + 1
            if total > h and direction in (side, "both"):
                expected.append((i, side, since))
                break
    found = cusum_alarm(
        tally, REFERENCE, target=target, allowance=k, threshold=h, dispersion=dispersion, direction=direction
    )
    if not expected:
        assert found is None
    else:
        i, side, since = min(expected)
        assert found is not None
        assert (found.at, found.since) == (i, since)
        assert found.n == int(tally[since : i + 1].n.sum())
        assert found.value == pytest.approx(float(tally[since : i + 1].total().value))
        if len(expected) == 1:
            assert found.direction == side


def test_the_cusum_sees_a_sudden_fall_before_the_sequence() -> None:
    """After a good time the CUSUM, which forgets it, alarms earlier; both come after the fall."""
    long = Tally.from_counts([FINE] * 60 + [BAD] * 60)
    times = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(120)]
    fast, sure = cusum_alarm(long, REFERENCE, times=times), first_alarm(long, target=45, times=times)
    assert fast is not None
    assert sure is not None
    assert times[60] <= fast.at < sure.at
    assert fast.since == times[60]
    assert (fast.limit, fast.against, fast.interval, fast.p_value, fast.alpha) == (50, "reference", None, None, None)


def test_no_move_no_alarm() -> None:
    """Batches at the target, empty ones among them, raise nothing; neither do none at all."""
    quiet = Tally.from_counts([FINE, [0, 0, 0]] * 20)
    for direction in ("below", "above", "both"):
        assert first_alarm(quiet, target=50, direction=direction) is None
        assert cusum_alarm(quiet, REFERENCE, direction=direction) is None
    assert first_alarm(quiet[:0], target=50) is None
    assert cusum_alarm(quiet[:0], REFERENCE) is None


@pytest.mark.parametrize(
    "alarm",
    [
        first_alarm(DAYS, target=40, times=np.arange("2026-03-01", "2026-03-16", dtype="M8[D]")),
        cusum_alarm(DAYS, REFERENCE),
        next(iter(Tracker(by="<b>", target=60).update_many([0] * 30, groups=["<i>"] * 30).alarms().values())),
    ],
)
def test_an_alarm_can_be_read_in_many_ways(alarm: Alarm | None) -> None:
    """As JSON, as a frame of one row, as a table of text and of escaped HTML."""
    assert alarm is not None
    plain = alarm.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["difference"] == alarm.value - alarm.limit
    frame = alarm.to_frame("pandas")
    assert isinstance(frame, pd.DataFrame)
    assert frame["value"].tolist() == [alarm.value]
    header, row = str(alarm).splitlines()
    assert header.startswith("score")
    assert alarm.method in row
    assert repr(alarm).startswith("Alarm(NPS ")
    shown = alarm._repr_html_()
    assert "<table>" in shown
    assert "<i>" not in shown


def test_reprs_say_when_and_in_which_group() -> None:
    """The one-line form names the group, the time and the p-value where there are any."""
    found = first_alarm(DAYS, target=40, times=np.arange("2026-03-01", "2026-03-16", dtype="M8[D]"))
    assert found is not None
    assert found.at is not None
    assert f"at='{found.at.isoformat()}'" in repr(found)
    (grouped,) = Tracker(by="region", target=60).update_many([0] * 30, groups=["x"] * 30).alarms().values()
    assert repr(grouped).startswith("Alarm(NPS of ('x',) below target 60.0 by 160.0, n=30, p_value=")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: first_alarm(DAYS), InvalidValueError, "either a target"),
        (lambda: first_alarm([1], target=4), InvalidTypeError, "tally must be a Tally"),  # type: ignore[arg-type]
        (lambda: first_alarm(DAYS.total(), target=4), InvalidValueError, "tally must have one axis"),
        (lambda: first_alarm(DAYS, target=4, times=[1]), IncompatibleError, "times has 1 entry, tally has 15"),
        (
            lambda: first_alarm(Tally.count([9], weights=[1], groups=np.array([0])), target=4),
            IncompatibleError,
            "simple counts",
        ),
        (lambda: cusum_alarm(DAYS, nk.csat([5, 1])), IncompatibleError, "reference must be of the scorer watched"),
        (lambda: cusum_alarm(DAYS, nk.csat([5, 1]), target=4), IncompatibleError, "reference must be of the scorer"),
        (lambda: cusum_alarm(DAYS, nk.nps([9, 9])), InvalidValueError, "all its answers have the same category score"),
        (lambda: cusum_alarm(DAYS, REFERENCE, allowance=-1), InvalidValueError, "allowance must be at least 0"),
        (lambda: cusum_alarm(DAYS, REFERENCE, dispersion=0.5), InvalidValueError, "dispersion must be at least 1"),
        (lambda: cusum_alarm(DAYS, REFERENCE, target=400), InvalidValueError, "target must lie within .*NPS"),
        (lambda: cusum_alarm(DAYS, REFERENCE, direction="up"), InvalidValueError, "direction must be .* got 'up'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_watched_is_refused(call: Any, error: type[NpskitError], message: str) -> None:
    """Each message names the argument and what would be right."""
    with pytest.raises(error, match=message):
        call()


@given(st.lists(st.integers(-5, 5), max_size=40))
@settings(max_examples=50)
def test_a_cumulative_sum_is_a_walk_less_its_lowest(steps: list[int]) -> None:
    """What has been added up since the lowest point, 0 at every new one; whole numbers are exact."""
    walk = np.cumsum([0, *steps])
    assert cumulative_sum(np.array(steps, float)).tolist() == (walk - np.minimum.accumulate(walk)).tolist()


def test_an_alarm_is_at_the_batch_as_it_was_named() -> None:
    """Batches may be called anything: text, a date, numpy's times as Python has them; else their number."""
    batches = Tally.from_counts([[1, 3, 6]] * 5 + [[6, 3, 1]] * 10)
    days = np.datetime64("2026-03-01") + np.arange(15)
    named = [f"2026-W{i:02d}" for i in range(15)], days, days.tolist(), None
    found = [first_alarm(batches, target=40, times=times) for times in named]
    assert [alarm.at for alarm in found if alarm] == ["2026-W07", dt.datetime(2026, 3, 8), dt.date(2026, 3, 8), 7]
    assert [json.loads(json.dumps(alarm.to_dict()))["at"] for alarm in found if alarm][2] == "2026-03-08"

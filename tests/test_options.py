"""Options: what type checkers accept is what is accepted when it runs.

That type checkers refuse all else is checked by them: in strict mode mypy reports each `type: ignore` below that is not
needed, and each that is missing anywhere in the tests.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from typing import Any, get_args

import pytest

import npskit as nk
from npskit import options
from npskit.inference.intervals import METHODS
from npskit.inference.multiplicity import adjust
from npskit.tracking.timeline.timeline_record import _CHARTS

DATA = {
    "score": [10, 9, 3, 8] * 8,
    "region": ["N", "S"] * 16,
    "day": ["2026-01-05", "2026-02-05", "2026-03-05", "2026-04-05"] * 8,
    "who": ["a", "b", "c", "d"] * 8,
}
SURVEY = nk.Survey(DATA, time="day", comment="region")
CASES = {"case": ["A"], "opened": ["2026-01-05"], "closed": ["2026-01-06"]}


def test_words_and_types_agree() -> None:
    """Each option has a type and a tuple of the same words; tables of functions by word have all of them."""
    types = {name: kind for name, kind in vars(options).items() if get_args(kind) and not name.isupper()}
    tuples = {value for name, value in vars(options).items() if name.isupper() and isinstance(value, tuple)}
    assert {get_args(kind) for kind in types.values()} == tuples
    assert tuple(METHODS) == options.INTERVAL_METHODS
    assert tuple(_CHARTS) == options.CHARTS
    for correction in options.CORRECTIONS:
        assert adjust([0.01, 0.5], correction).shape == (2,)


WRONG: list[Callable[[], object]] = [
    lambda: nk.nps([9, 3], denominator="vald"),  # type: ignore[arg-type]
    lambda: nk.nps([9, 3], on_invalid="rise"),  # type: ignore[arg-type]
    lambda: nk.nps([9, 3]).interval(method="scor"),  # type: ignore[arg-type]
    lambda: nk.nps([9, 3]).margin(method="scor"),  # type: ignore[arg-type]
    lambda: nk.nps([9, 3]).to_frame("panda"),  # type: ignore[arg-type]
    lambda: nk.compare(nk.nps([9, 3]), nk.nps([9, 3]), method="scor"),  # type: ignore[arg-type]
    lambda: nk.Tally.count([9, 3]).table("vald"),  # type: ignore[arg-type]
    lambda: nk.Survey({"score": [9]}, on_invalid="rise"),  # type: ignore[arg-type]
    lambda: SURVEY.score(denominator="vald"),  # type: ignore[call-overload]
    lambda: SURVEY.score(repeats="last"),  # type: ignore[call-overload]
    lambda: SURVEY.drivers(["region"], missing="casewise"),  # type: ignore[call-overload]
    lambda: SURVEY.report(change="decade"),  # type: ignore[arg-type]
    lambda: SURVEY.themes({"noise": ["loud"]}, every="moth"),  # type: ignore[call-overload]
    lambda: SURVEY.drivers(["region"], every="moth"),  # type: ignore[call-overload]
    lambda: SURVEY.compare(by="region", correction="hlm"),  # type: ignore[arg-type]
    lambda: SURVEY.compare(by="region", overall="anova"),  # type: ignore[arg-type]
    lambda: SURVEY.compare(by="region", against="other"),  # type: ignore[arg-type]
    lambda: SURVEY.timeline("moth"),  # type: ignore[arg-type]
    lambda: SURVEY.timeline("month", denominator="vald"),  # type: ignore[arg-type]
    lambda: SURVEY.timeline("month").against("yesterday"),  # type: ignore[arg-type]
    lambda: SURVEY.timeline("month").control_chart("ewna"),  # type: ignore[arg-type]
    lambda: SURVEY.timeline("month").change_points(season="moth"),  # type: ignore[arg-type]
    lambda: SURVEY.effect(nk.Intervention("x", "2026-02-20"), method="before"),  # type: ignore[arg-type]
    lambda: SURVEY.effect(nk.Intervention("x", "2026-02-20"), every="moth"),  # type: ignore[arg-type]
    lambda: SURVEY.follow_up(method="greed"),  # type: ignore[arg-type]
    lambda: nk.Tracker(target=40, direction="belo"),  # type: ignore[arg-type]
    lambda: nk.Tracker().score(denominator="vald"),  # type: ignore[arg-type]
    lambda: nk.DueTimes(clock="busines"),  # type: ignore[arg-type]
    lambda: nk.CES(method="men"),  # type: ignore[arg-type]
    lambda: nk.ces([7, 3], method="men"),  # type: ignore[arg-type]
    lambda: nk.CaseEvent("opend", dt.datetime(2026, 3, 2)),  # type: ignore[arg-type]
    lambda: nk.closed_loop(CASES, recorded=["opend"]),  # type: ignore[list-item]
    lambda: nk.closed_loop(CASES).rate("reech"),  # type: ignore[arg-type]
    lambda: nk.Survey(DATA, customer="who", time="day").transitions(mode="first"),  # type: ignore[arg-type]
    lambda: nk.Survey(DATA, stratum="region", cluster="who", lonely="fale").score().interval(),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("call", WRONG, ids=range(len(WRONG)))
def test_a_wrong_word_is_refused(call: Callable[[], object]) -> None:
    """A word that is none of them is refused when it runs, as type checkers refuse it."""
    with pytest.raises(nk.InvalidValueError):
        call()


def _worded(function: Any) -> set[str]:
    """Return the arguments of a function that are plain text with a default that is a choice."""
    tuples = (words for name, words in vars(options).items() if name.isupper() and isinstance(words, tuple))
    known = {word for words in tuples for word in words}
    parameters = inspect.signature(function).parameters.values()
    return {p.name for p in parameters if p.annotation == "str" and p.default in known}


def test_no_public_option_is_plain_text() -> None:
    """No public function or method takes as plain text what is a choice of a few words."""
    for name in nk.__all__:
        value = getattr(nk, name)
        members: list[Any] = [value] if inspect.isfunction(value) else []
        if inspect.isclass(value):
            members = [m for k, m in inspect.getmembers(value, callable) if not k.startswith("_") or k == "__init__"]
        for member in members:
            if str(getattr(member, "__module__", "")).startswith("npskit"):
                assert not _worded(member), (name, member)

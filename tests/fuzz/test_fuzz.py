"""A short run of the fuzz; `python -m tests.fuzz --minutes 10 --seed N` is the long one."""

from __future__ import annotations

import inspect

import pytest

import npskit as nk
from tests.fuzz.draw import Draw
from tests.fuzz.entries import ENTRIES, NOT_CALLED
from tests.fuzz.run import one_input

pytest.importorskip("pandas")


def test_every_public_name_is_tried() -> None:
    """What can be called is called, or is the class of a result, whose methods are."""
    for name in nk.__all__:
        value = getattr(nk, name)
        if callable(value) and not (inspect.isclass(value) and issubclass(value, BaseException)):
            assert name in ENTRIES or name in NOT_CALLED or name == "register"


def test_an_input_can_be_made_again() -> None:
    """The seed and the number make the choices."""
    first, second = Draw(1, 5), Draw(1, 5)
    assert [first.whole(0, 999) for _ in range(9)] == [second.whole(0, 999) for _ in range(9)]


@pytest.mark.filterwarnings("ignore")
def test_nothing_but_answers_and_errors_of_npskit() -> None:
    """Whatever is handed in: an answer, or an npskit error with a short message."""
    faults = [fault for number in range(150) for fault in one_input(2026, number)[0]]
    assert not faults, "\n".join(f"{fault.call}\n  {fault.kind} at {fault.place}: {fault.message}" for fault in faults)

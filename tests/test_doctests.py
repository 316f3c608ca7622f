"""Every example in a docstring of the installed package prints what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import npskit

MODULES = ["npskit", *(found.name for found in pkgutil.walk_packages(npskit.__path__, "npskit."))]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """The examples of a module print what they say."""
    outcome = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert outcome.failed == 0


def test_all_modules_are_found() -> None:
    """The walk reaches every room, so that an example cannot go untested."""
    assert {"npskit.scores.scoring", "npskit.inference.intervals", "npskit.scorers.nps", "npskit.testing"} <= set(
        MODULES
    )

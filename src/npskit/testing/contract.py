"""The contract suite of scorers: everything that npskit relies on, checked on an instance."""

from __future__ import annotations

import pickle
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from npskit.errors import InvalidTypeError, InvalidValueError, NpskitError, counted, quoted, with_article
from npskit.scorers import Codebook, Scorer, answer_grid, read_codebook

Answers: TypeAlias = tuple[NDArray[np.int64], ...]
# One by one is slow in Python, so of large grids an even selection is asked that way.
MAX_SINGLES = 256


class ContractError(NpskitError, AssertionError):
    """A scorer breaks a rule of the `Scorer` protocol; `rule` says which."""

    def __init__(self, message: str, rule: str = "") -> None:
        super().__init__(message)
        self.rule = rule


def check_scorer(scorer: Scorer) -> None:
    """Check that a scorer keeps every rule that the library relies on; if not, say which one it breaks.

    The rules, in the order in which they are checked:

    - *shape*: it is an instance with a name, questions on scales, two or more distinct categories, one finite score
      for each, rising or falling, and `categorize` returns one index of a category for each answer;
    - *constant*: asked again, it gives the same name, questions, categories and category scores, the last two as
      tuples;
    - *pure*: `categorize` leaves its arguments as they were, takes read-only ones, and repeats itself;
    - *elementwise*: the category of an answer depends on that answer alone: not on its place, nor on what else is
      asked at the same time, and of no answers there are no categories;
    - *hashable*: `hash` works;
    - *picklable*: it survives pickling, so that it can be sent to another process;
    - *equality*: it equals its pickled copy and nothing else, and their hashes agree;
    - *immutable*: it refuses to have an attribute set.

    A class decorated with `attrs.frozen`, or a frozen dataclass, at the top level of its module has the last four
    automatically.

    Args:
        scorer: The scorer; call this with several where options change what it does.

    Raises:
        ContractError: If a rule is broken; also an `AssertionError`, so that test runners show it as a failure.

    Example:
        >>> from npskit.scorers import NPS
        >>> check_scorer(NPS())
        >>> check_scorer(NPS)
        Traceback (most recent call last):
        ...
        npskit.testing.contract.ContractError: scorer must be an instance: write NPS(), not NPS
    """
    codebook = _check_shape(scorer)
    _check_constant(scorer)
    _check_pure(scorer, codebook)
    _check_elementwise(scorer, codebook)
    _check_identity(scorer, codebook)


def _require(condition: bool, rule: str, scorer: object, problem: str, error: Exception | None = None) -> None:
    """Raise the error of a broken rule, unless it is kept."""
    if not condition:
        cause = f" ({type(error).__name__}: {error})" if error else ""
        raise ContractError(f"scorer {type(scorer).__name__} is not {rule}: {problem}{cause}", rule) from error


def _check_shape(scorer: Scorer) -> Codebook:
    """Read the scorer as the library does."""
    try:
        return read_codebook(scorer)
    except (InvalidTypeError, InvalidValueError) as error:
        raise ContractError(str(error).removesuffix("; see npskit.testing.check_scorer"), "shape") from error
    except Exception as error:
        name = type(scorer).__name__
        raise ContractError(f"scorer {name} fails when asked ({type(error).__name__}: {error})", "shape") from error


def _check_constant(scorer: Scorer) -> None:
    """The parts are the same every time, and a caller cannot change them."""
    for part in ("categories", "category_scores"):
        kind = type(getattr(scorer, part)).__name__
        _require(kind == "tuple", "constant", scorer, f"{part} must be a tuple, not {with_article(kind)}")
    for part in ("name", "questions", "categories", "category_scores"):
        first, second = getattr(scorer, part), getattr(scorer, part)
        same = first == second and tuple(first) == tuple(second)
        _require(same, "constant", scorer, f"{part} is {quoted(first)} and then {quoted(second)}")


def _ask(scorer: Scorer, answers: Answers) -> NDArray[np.intp]:
    """Return the categories of answers; of none, an empty array of any type."""
    found = np.asarray(scorer.categorize(*answers))
    return found.astype(np.intp) if found.size == 0 or found.dtype.kind in "iub" else np.full(found.shape, -1)


def _check_pure(scorer: Scorer, codebook: Codebook) -> None:
    """Categorizing changes nothing and repeats itself."""
    answers, expected = answer_grid(codebook.scales), codebook.grid.ravel()
    found = _ask(scorer, answers)
    untouched = all(np.array_equal(a, b) for a, b in zip(answers, answer_grid(codebook.scales), strict=True))
    _require(untouched, "pure", scorer, "categorize changes its arguments; work on a copy")
    _require(np.array_equal(found, expected), "pure", scorer, "categorize gives other categories the second time")
    for axis in answers:
        axis.setflags(write=False)
    try:
        found = _ask(scorer, answers)
    except ValueError as error:
        _require(False, "pure", scorer, "categorize fails on read-only arrays; work on a copy", error)
    _require(np.array_equal(found, expected), "pure", scorer, "categorize gives other categories on read-only arrays")


def _check_elementwise(scorer: Scorer, codebook: Codebook) -> None:
    """The category of an answer depends on that answer alone."""
    answers, expected = answer_grid(codebook.scales), codebook.grid.ravel()
    size = expected.size
    singles = np.unique(np.linspace(0, size - 1, min(size, MAX_SINGLES)).astype(np.intp))
    selections = {
        "in reverse": np.arange(size)[::-1],
        "in another order": np.random.default_rng(0).permutation(size),
        "each twice": np.repeat(np.arange(size), 2),
        "without every other one": np.arange(0, size, 2),
        "none": np.arange(0),
        **{f"alone ({', '.join(str(a[row]) for a in answers)})": np.array([row]) for row in singles},
    }
    for how, rows in selections.items():
        chosen = tuple(axis[rows] for axis in answers)
        try:
            found = _ask(scorer, chosen)
        except Exception as error:
            _require(False, "elementwise", scorer, f"categorize fails on answers asked {how}", error)
        _require(
            found.shape == rows.shape,
            "elementwise",
            scorer,
            f"asked {how}, {counted(rows.size, 'answer')} got {found.size}",
        )
        same = np.array_equal(found, expected[rows])
        _require(same, "elementwise", scorer, f"answers get other categories when asked {how}")


def _check_identity(scorer: Scorer, codebook: Codebook) -> None:
    """Scorers are values: hashable, picklable, equal where they do the same, and immutable."""
    try:
        hash(scorer)
    except TypeError as error:
        _require(False, "hashable", scorer, "hash(scorer) fails; decorate the class with attrs.frozen", error)
    try:
        copy = pickle.loads(pickle.dumps(scorer))
    except Exception as error:
        _require(False, "picklable", scorer, "define its class on the top level of a module", error)
    same = read_codebook(copy) == codebook
    _require(same, "picklable", scorer, "the copy does something else; keep everything it needs in its fields")
    fix = "decorate the class with attrs.frozen, or define __eq__ and __hash__"
    _require(copy == scorer and scorer == copy, "equality", scorer, f"it does not equal its pickled copy; {fix}")
    _require(hash(copy) == hash(scorer), "equality", scorer, f"its hash is not that of its equal copy; {fix}")
    _require(scorer != object(), "equality", scorer, f"it equals things that are no scorers; {fix}")
    settable = next((name for name in _fields(copy) if _can_set(copy, name)), None)
    fix = "decorate the class with attrs.frozen"
    _require(settable is None, "immutable", scorer, f"its attribute {settable!r} can be set; {fix}")


def _fields(scorer: Scorer) -> list[str]:
    """Return attributes that could be set on a scorer that is not frozen; any could where there is a `__dict__`."""
    slots = [getattr(kind, "__slots__", ()) for kind in type(scorer).__mro__]
    named = [name for some in slots for name in ([some] if isinstance(some, str) else some)]
    return [name for name in named if hasattr(scorer, name) and not name.startswith("__")] + ["categorize"]


def _can_set(scorer: Scorer, name: str) -> bool:
    """Whether an attribute can be set, tried with the value it has."""
    try:
        setattr(scorer, name, getattr(scorer, name))
    except (AttributeError, TypeError):
        return False
    return True

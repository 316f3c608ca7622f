"""What a scorer is: the questions it reads, the categories answers fall into, and what each category is worth."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import SQUARABLE, Floats, Frozen, can_be_squared
from npskit.checks import is_hashable
from npskit.data import Scale, mapped_answers
from npskit.errors import InvalidTypeError, InvalidValueError, quoted, written
from npskit.scorers.nps import NPS

# The grid of all combinations of answers is categorized once per scorer, so it has to stay small.
MAX_GRID = 1 << 20


@runtime_checkable
class Scorer(Protocol):
    """The pluggable core: everything npskit computes is computed for anything of this shape.

    A scorer is immutable and hashable. It never sees a missing or an invalid answer: the library counts those beside
    the scored ones. Check yours with `npskit.testing.check_scorer`.

    Example:
        >>> @attrs.frozen
        ... class Thumbs:
        ...     name = "Thumbs"
        ...     questions = {"thumb": Scale(0, 1)}
        ...     categories = ("down", "up")
        ...     category_scores = (-100, 100)
        ...     def categorize(self, thumb):
        ...         return thumb
        >>> isinstance(Thumbs(), Scorer)
        True
    """

    @property
    def name(self) -> str:
        """What the score is called, as a person reads it: `"NPS"`."""

    @property
    def questions(self) -> Mapping[str, Scale]:
        """The questions it reads, in order, each with its scale: `{"score": Scale(0, 10)}`."""

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of the categories, worst to best."""

    @property
    def category_scores(self) -> tuple[float, ...]:
        """What each category is worth; the score is the mean category score. Rising or falling along the categories."""

    # A property, because a method of any signature fits it: no two scorers read the same questions.
    @property
    def categorize(self) -> Callable[..., Any]:
        """A method that returns the index of each answer's category.

        It is called with one int64 array per question, of equal length, holding only answers on that question's scale,
        and returns integers, shape as one of the arrays, each in `range(len(categories))`.
        """


@attrs.frozen(eq=False)
class Codebook(Frozen):
    """Everything a scorer says, read once, with the category of every combination of answers.

    Args:
        scorer: The scorer this was read from.
        name: Its name.
        questions: Its question names.
        scales: Their scales.
        categories: Its category names.
        category_scores: float64, shape `(K,)`.
        grid: Category of every combination of answers, shape `(scale sizes...)`, read-only.
    """

    scorer: Scorer
    name: str
    questions: tuple[str, ...]
    scales: tuple[Scale, ...]
    categories: tuple[str, ...]
    category_scores: NDArray[np.float64]
    grid: NDArray[np.intp]
    key: tuple[Any, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        category_scores = tuple(self.category_scores.tolist())
        scales = tuple((scale.low, scale.high) for scale in self.scales)  # not by which words they are read
        key = (self.name, self.questions, scales, self.categories, category_scores, self.grid.tobytes())
        object.__setattr__(self, "key", key)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Codebook) and self.key == other.key)

    def __hash__(self) -> int:
        return hash(self.key)

    def mapped(self, mapping: Any) -> Codebook:
        """Return the codebook with what stands for which answer: for all questions, or a mapping for each.

        Raises:
            InvalidTypeError, InvalidValueError: If it cannot be used; see `Scale`.
        """
        if mapping is None:
            return self
        each = isinstance(mapping, Mapping) and bool(mapping) and all(isinstance(m, Mapping) for m in mapping.values())
        if each and not set(mapping) <= set(self.questions):
            raise InvalidValueError(
                f"mapping: {self.name} asks {', '.join(self.questions)}: got {quoted(list(mapping))}"
            )
        scales = []
        for question, scale in zip(self.questions, self.scales, strict=True):
            added = mapped_answers(mapping.get(question, {}) if each else mapping)
            scales.append(attrs.evolve(scale, mapping=tuple({**dict(scale.mapping), **dict(added)}.items())))
        return attrs.evolve(self, scales=tuple(scales))

    def without_words(self) -> Codebook:
        """Return the codebook for answers that come one by one, where no column shows which vocabulary they are of."""
        if all(scale.best is None for scale in self.scales):
            return self
        return attrs.evolve(self, scales=tuple(attrs.evolve(scale, best=None) for scale in self.scales))

    def read(self) -> Codebook:
        """Return the codebook for answers that were read as numbers already: nothing stands for another any more."""
        scales = tuple(attrs.evolve(scale, mapping=(), best=None) for scale in self.scales)
        return attrs.evolve(self, scales=scales)

    @property
    def worths(self) -> Floats:
        """The category scores, by the name they had first."""
        return self.category_scores

    @property
    def scale(self) -> Scale | None:
        """The scale, where there is one question; else None."""
        return self.scales[0] if len(self.scales) == 1 else None


def _require(condition: bool, scorer: object, problem: str) -> None:
    """Refuse a scorer, saying what is wrong with it."""
    if not condition:
        raise InvalidValueError(f"scorer {type(scorer).__name__}: {problem}; see npskit.testing.check_scorer")


def _is_name(value: object) -> bool:
    """Whether `value` is a text, and not empty."""
    return isinstance(value, str) and value != ""


def _has(scorer: object, part: str) -> bool:
    try:
        return hasattr(scorer, part)
    except Exception as error:  # whatever a class of the user's own does
        said = f"{type(error).__name__}: {written(error)}"
        raise InvalidTypeError(f"scorer {type(scorer).__name__} fails when asked ({said})") from error


def _require_shape(scorer: object) -> None:
    """Refuse an object that lacks part of a scorer."""
    if isinstance(scorer, type):
        raise InvalidTypeError(f"scorer must be an instance: write {scorer.__name__}(), not {scorer.__name__}")
    if isinstance(scorer, str):
        raise InvalidTypeError(
            f"scorer must be a scorer such as SCI(), not the text {quoted(scorer)}: get_scorer() makes one from a name"
        )
    parts = ("name", "questions", "categories", "category_scores", "categorize")
    absent = ", ".join(part for part in parts if not _has(scorer, part))
    if absent == "category_scores" and hasattr(scorer, "worths"):
        return
    if absent:
        raise InvalidTypeError(f"scorer must have {', '.join(parts)}: {type(scorer).__name__} lacks {absent}")


def _read_category_scores(scorer: Scorer, size: int) -> NDArray[np.float64]:
    """Return the category scores as an array, checked: one for each category, finite, rising or falling.

    A scorer may call them `worths`, as they were called first.
    """
    given: Any = scorer.category_scores if hasattr(scorer, "category_scores") else getattr(scorer, "worths", None)
    try:
        category_scores = np.array(given, dtype=np.float64)
    except Exception:  # whatever a class of the user's own does
        category_scores = np.empty(0)
    _require(
        category_scores.shape == (size,), scorer, f"one number in category_scores for each of the {size} categories"
    )
    _require(bool(np.isfinite(category_scores).all()), scorer, "category_scores must be finite")
    _require(can_be_squared(category_scores), scorer, f"category_scores must be {SQUARABLE}")
    steps = np.diff(category_scores)
    _require(
        bool((steps >= 0).all() or (steps <= 0).all()), scorer, "category_scores must rise or fall along the categories"
    )
    _require(bool(steps.any()), scorer, "category_scores must not all be equal")
    return category_scores


def _read_grid(scorer: Scorer, scales: tuple[Scale, ...], size: int) -> NDArray[np.intp]:
    """Return the category of every combination of answers, checked to be one for each."""
    shape = tuple(scale.size for scale in scales)
    _require(math.prod(shape) <= MAX_GRID, scorer, f"the answers combine in more than {MAX_GRID} ways")
    try:
        found = np.asarray(scorer.categorize(*answer_grid(scales)))
    except Exception as error:
        problem = f"categorize failed on arrays of all answers: {type(error).__name__}: {error}"
        raise InvalidValueError(f"scorer {type(scorer).__name__}: {problem}") from error
    _require(found.shape == (math.prod(shape),), scorer, "categorize must return one category for each answer")
    _require(found.dtype.kind in "iub", scorer, f"categorize must return whole numbers, not {found.dtype}")
    within = bool((found >= 0).all() and (found < size).all())
    _require(within, scorer, f"categorize must return indices of its {size} categories: 0 to {size - 1}")
    return found.astype(np.intp).reshape(shape)


def answer_grid(scales: Iterable[Scale]) -> tuple[NDArray[np.int64], ...]:
    """Return every combination of answers, one flat int64 array per scale, the last scale running fastest.

    Example:
        >>> [axis.tolist() for axis in answer_grid([Scale(0, 1), Scale(1, 3)])]
        [[0, 0, 0, 1, 1, 1], [1, 2, 3, 1, 2, 3]]
    """
    points = (np.arange(scale.low, scale.high + 1, dtype=np.int64) for scale in scales)
    return tuple(axis.ravel() for axis in np.meshgrid(*points, indexing="ij"))


def read_codebook(scorer: Scorer) -> Codebook:
    """Read everything from a scorer, check it and return it; `codebook` also caches it.

    Raises:
        InvalidTypeError: If `scorer` is not of a scorer's shape.
        InvalidValueError: If its parts contradict each other.
    """
    _require_shape(scorer)
    _require(_is_name(scorer.name), scorer, "name must be a text, and not empty")
    _require(isinstance(scorer.questions, Mapping), scorer, "questions must map names to scales")
    questions, scales = tuple(scorer.questions), tuple(scorer.questions.values())
    _require(bool(questions) and all(map(_is_name, questions)), scorer, "questions must have names")
    _require(all(isinstance(s, Scale) for s in scales), scorer, "every question needs a Scale(low, high)")
    categories = tuple(scorer.categories)
    _require(all(map(_is_name, categories)), scorer, "categories must have names")
    _require(len(set(categories)) == len(categories) >= 2, scorer, "two or more distinct categories are needed")
    category_scores = _read_category_scores(scorer, len(categories))
    grid = _read_grid(scorer, scales, len(categories))
    return Codebook(scorer, scorer.name, questions, scales, categories, category_scores, grid)


# By type as well: tuples of different types are equal, and a scorer may be a named tuple.
_remembered = functools.lru_cache(maxsize=256, typed=True)(read_codebook)


def codebook_of(scorer: Scorer | Codebook | None) -> Codebook:
    """Return the scorer's codebook, of `NPS()` for None; read once and cached if the scorer is hashable.

    A codebook is its own.

    Raises:
        InvalidTypeError: If `scorer` is not of a scorer's shape.
        InvalidValueError: If its parts contradict each other.

    Example:
        >>> codebook_of(None).grid.tolist()
        [0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2]
    """
    if scorer is None:
        scorer = NPS()
    if isinstance(scorer, Codebook):
        return scorer
    return _remembered(scorer) if is_hashable(scorer) else read_codebook(scorer)

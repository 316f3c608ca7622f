"""How urgent a comment is, by what its words say: 0 ordinary, 1 urgent, 2 critical."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools
from npskit.checks import all_are, as_tuple, boolean, of_kind, several
from npskit.comments.patterns.comment_patterns import check_all, just_before
from npskit.comments.patterns.folded_texts import FoldedTexts
from npskit.comments.patterns.folding import folded_each, original
from npskit.comments.patterns.masking import quotation
from npskit.comments.patterns.pattern_index import Matches
from npskit.comments.patterns.pattern_matcher import PatternMatcher
from npskit.comments.patterns.urgency_category import UrgencyCategory, are_patterns, as_level, as_lists, as_patterns
from npskit.data import Attributes
from npskit.errors import InvalidTypeError, InvalidValueError, failed, quoted

UrgencyOf: TypeAlias = Callable[[str], int]
_CHUNK = 1 << 14


@attrs.frozen
class UrgentSign:
    """What makes a comment urgent.

    Args:
        level: 2 for critical, 1 for urgent.
        category: The name of the category.
        words: The words that say so, as the comment has them.
    """

    level: int
    category: str
    words: str


def _asked(comments: Sequence[str], pleased: Bools | None) -> tuple[Sequence[str], Bools]:
    """Return comments, each seen to be a text, and whether the answer beside each is of the best category."""
    texts = several(comments, "comments")
    for text in texts:
        of_kind(text, str, "a comment")
    return texts, np.zeros(len(texts), np.bool_) if pleased is None else _as_flags(pleased, len(texts))


def _as_flags(value: Any, n: int) -> Bools:
    """Return a boolean for each of n comments."""
    try:
        found = np.asarray(value)
    except Exception:  # what will be no array says so in many ways
        found = np.empty(0)
    if found.shape != (n,) or (n and found.dtype != np.bool_):
        raise InvalidTypeError(f"pleased must be a boolean for each of the {n:,} comments: got {quoted(value)}")
    return found.astype(np.bool_)


@attrs.frozen
class UrgencyWords:
    """Patterns that make a comment urgent or critical, by category.

    A pattern is words beside each other. They are compared without case, accents, apostrophes and hyphens; an umlaut is
    its plain letter and the one written with an e; a letter three times stands once. In it

    - `charg*` is any word that begins so, `*brand` any that ends so, `*brand*` any that has it;
    - `arm/leg` is one of both, `<body>` one of a list;
    - `charg* ~3 twice` lets up to three other words stand between, of the same sentence; `~~3` in either order;
    - in scripts without spaces, such as Thai, words begin and end anywhere.

    What matches does not count where a word for "not" stands before it, where a harmless neighbour of its category
    touches it, or where its sentence tells of something else (`elsewhere`); an urgent one, neither, where the comment
    says that it is settled or where the answer is among the best. All patterns are tried on all comments, whatever the
    language of the customer: people write in another one.

    Args:
        critical: Patterns of comments that cannot wait, in a category of that name.
        urgent: Patterns of comments that should not wait, likewise.
        categories: Categories with their patterns and harmless neighbours.
        negations: What takes the meaning from words that follow: `"no ~2"` with up to two words between.
        elsewhere: What says that a sentence is about something else: "years ago".
        done: What says that an urgent matter is settled: "refunded at once".
        lists: Lists of words that patterns name.

    Raises:
        InvalidTypeError, InvalidValueError: If a pattern cannot be read; the message says which.

    Example:
        >>> words = UrgencyWords(critical=["ill", "lawyer*"], urgent=["charg* ~3 twice"], negations=["not ~1"])
        >>> words("I will return"), words("We fell ill"), words("I was not ill"), words("Charged my card TWICE!")
        (0, 2, 0, 1)
    """

    critical: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    urgent: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    categories: tuple[UrgencyCategory, ...] = attrs.field(
        default=(), kw_only=True, converter=as_tuple, validator=all_are(UrgencyCategory)
    )
    negations: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    elsewhere: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    done: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    lists: Attributes = attrs.field(default=Attributes({}), kw_only=True, converter=as_lists)
    _found: dict[str, Any] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name in ("critical", "urgent", "elsewhere", "done"):
            check_all(getattr(self, name), self.lists, name)
        try:
            just_before(self.negations, self.lists)
        except InvalidValueError as error:
            raise InvalidValueError(f"negations: {error}") from None
        for category in self.categories:
            category.check(self.lists)

    @staticmethod
    @functools.cache
    def default() -> UrgencyWords:
        """Return the categories that come with npskit, in English, German, Polish and Thai, read once."""
        from npskit.comments.patterns.urgency_file import parse_urgency

        return UrgencyWords(**parse_urgency(UrgencyWords.default_toml(), "urgency.toml"))

    @staticmethod
    def default_toml() -> str:
        """Return the text of the categories that come with npskit, to save and change."""
        return (files("npskit.comments.patterns") / "urgency.toml").read_text(encoding="utf-8")

    @staticmethod
    def from_toml(source: str | os.PathLike[str]) -> UrgencyWords:
        """Return categories written in TOML, as the default ones are.

        Args:
            source: A path; or the text itself, which has more than one line.

        Raises:
            InvalidValueError: If the text is not valid; the message names the file, the line and the fix.
            FileNotFoundError: If there is no such file.
        """
        from npskit.comments.patterns.urgency_file import read_urgency

        return UrgencyWords(**read_urgency(source))

    def __call__(self, comment: str) -> int:
        """Return 2 for a critical comment, 1 for an urgent one, else 0."""
        return self.found(comment)[0]

    def found(self, comment: str) -> tuple[int, str | None]:
        """Return how urgent a comment is, and the words that say so, as the comment has them.

        Example:
            >>> UrgencyWords(urgent=["kündig*"]).found("Ich KUENDIGE!")
            (1, 'KUENDIGE')
        """
        sign = self.sign(comment)
        return (0, None) if sign is None else (sign.level, sign.words)

    def sign(self, comment: str, *, pleased: bool = False) -> UrgentSign | None:
        """Return what makes a comment urgent: of several signs the most urgent one, then the first; None for nothing.

        Args:
            comment: The comment.
            pleased: Whether the answer beside it is of the best category.

        Example:
            >>> UrgencyWords(critical=["on fire"]).sign("The bus was on fire")
            UrgentSign(level=2, category='critical', words='on fire')
        """
        return self.signs([of_kind(comment, str, "comment")], np.array([boolean(pleased, "pleased")]))[0]

    def signs(self, comments: Sequence[str], pleased: Bools | None = None) -> list[UrgentSign | None]:
        """Return what `sign` says of each of many comments; arguments as for `levels`."""
        texts, happy = _asked(comments, pleased)
        found: list[UrgentSign | None] = [None] * len(texts)
        for begin in range(0, len(texts), _CHUNK):
            part = slice(begin, begin + _CHUNK)
            best: dict[int, tuple[int, int, str, int]] = {}
            counted = self._signs(FoldedTexts.of(folded_each(texts[part])), happy[part])
            columns = (counted.rows, counted.owners, counted.begins, counted.ends)
            for row, kind, first, last in zip(*(column.tolist() for column in columns), strict=True):
                category = self._all()[kind]
                rank = (-category.level, first, category.name)
                if row not in best or rank < best[row][:3]:
                    best[row] = (*rank, last)
            for row, (level, first, name, last) in best.items():
                found[begin + row] = UrgentSign(-level, name, original(texts[begin + row], first, last))
        return found

    def levels(self, comments: Sequence[str], pleased: Bools | None = None) -> NDArray[np.int8]:
        """Return how urgent each of many comments is: int8, shape `(n,)`.

        Args:
            comments: The comments.
            pleased: Whether the answer beside each is of the best category; None for none of them.

        Example:
            >>> UrgencyWords(critical=["fire"], urgent=["refund"]).levels(["Fire!", "", "a refund"]).tolist()
            [2, 0, 1]
        """
        texts, best = _asked(comments, pleased)
        levels = np.zeros(len(texts), dtype=np.int8)
        for begin in range(0, len(texts), _CHUNK):
            part = slice(begin, begin + _CHUNK)
            levels[part] = self._highest(self._signs(FoldedTexts.of(folded_each(texts[part])), best[part]), best[part])
        return levels

    def levels_of_either(self, texts: FoldedTexts) -> NDArray[np.int8]:
        """Return what `levels` says of each text beside an answer that is not of the best category, and beside one.

        Args:
            texts: The comments as they are folded.

        Returns:
            Shape `(n, 2)`.
        """
        found = self._signs(texts, np.zeros(len(texts.texts), np.bool_))
        beside = (np.full(len(texts.texts), best) for best in (False, True))
        return np.stack([self._highest(found, best) for best in beside], axis=1)

    # ---- what counts of what matches ----

    def _highest(self, found: Matches, pleased: Bools) -> NDArray[np.int8]:
        """Return the highest level among the signs in each comment that count beside its answer."""
        levels = np.zeros(len(pleased), np.int8)
        kept = self._of_kinds("at_any_score", np.bool_)[found.owners] | ~pleased[found.rows]
        np.maximum.at(levels, found.rows[kept], self._of_kinds("level", np.int8)[found.owners[kept]])
        return levels

    def _signs(self, texts: FoldedTexts, pleased: Bools) -> Matches:
        """Return what counts as a sign of what matches in comments; its owners are the numbers of categories."""
        at_any_score = self._of_kinds("at_any_score", np.bool_)
        found = self._matcher().find(texts, wanted=lambda rows, kinds: at_any_score[kinds] | ~pleased[rows])
        found = found.take(~(self._of_kinds("settled", np.bool_)[found.matches.owners] & found.settled()))
        found = found.take(~found.elsewhere())
        return found.take(~(self._of_kinds("negatable", np.bool_)[found.matches.owners] & found.negated())).matches

    def _of_kinds(self, name: str, dtype: Any) -> NDArray[Any]:
        """Return something of each category."""
        return np.array([getattr(category, name) for category in self._all()], dtype=dtype)

    def _all(self) -> tuple[UrgencyCategory, ...]:
        """Return the categories, those of the two plain lists first."""
        plain = [
            UrgencyCategory(name, level=name, patterns=getattr(self, name), at_any_score=True, settled=False)
            for name in ("critical", "urgent")
            if getattr(self, name)
        ]
        found: tuple[UrgencyCategory, ...] = self._once("all", lambda: (*plain, *self.categories))
        return found

    def _matcher(self) -> PatternMatcher:
        found: PatternMatcher = self._once(
            "matcher",
            lambda: PatternMatcher(
                self._all(), self.lists, negations=self.negations, elsewhere=self.elsewhere, done=self.done
            ),
        )
        return found

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        """Return something that is made when it is first asked for."""
        if name not in self._found:
            self._found[name] = make()
        return self._found[name]


def urgency_of(comment: str | None, judge: UrgencyOf, *, pleased: bool = False) -> int:
    """Return how urgent a comment is; 0 where there is none.

    Args:
        comment: The comment.
        judge: The words, or a function from a comment to 0, 1 or 2.
        pleased: Whether the answer beside it is of the best category, which a function is not told.

    Raises:
        InvalidValueError: If `judge` returns anything but 0, 1 or 2, or fails.
    """
    if comment is None or not comment.strip():
        return 0
    if isinstance(judge, UrgencyWords):
        return int(judge.levels([comment], np.array([pleased]))[0])
    try:
        level = judge(comment)
    except Exception as error:
        raise failed(f"urgency failed at the comment {quotation(comment, 40)}", error) from error
    return as_level(level, "urgency must return")


def urgencies_of(comments: Sequence[str | None], judge: UrgencyOf, pleased: Bools | None = None) -> NDArray[np.int8]:
    """Return how urgent each comment is: int8, shape `(n,)`; 0 where there is none.

    Each distinct comment is looked at once.

    Args:
        comments: The comments.
        judge: The words, or a function from a comment to 0, 1 or 2.
        pleased: Whether the answer beside each is of the best category, which a function is not told.

    Raises:
        InvalidValueError: If `judge` returns anything but 0, 1 or 2.
    """
    best = [False] * len(comments) if pleased is None else pleased.tolist()
    if not isinstance(judge, UrgencyWords):
        levels = {text: urgency_of(text, judge) for text in dict.fromkeys(comments)}
        return np.fromiter((levels[text] for text in comments), np.int8, len(comments))
    keys = list(zip(comments, best, strict=True))
    distinct = dict.fromkeys(keys)
    texts = [text or "" for text, _ in distinct]
    found = judge.levels(texts, np.fromiter((happy for _, happy in distinct), np.bool_, len(texts)))
    table = dict(zip(distinct, found.tolist(), strict=True))
    return np.fromiter(map(table.__getitem__, keys), np.int8, len(comments))

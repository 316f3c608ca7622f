"""Signs that tell what comments are, what their writers want and in which mood they were."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, TypeAlias

import attrs
import numpy as np

from npskit.checks import mapping, of_kind, several
from npskit.comments.patterns import (
    FoldedTexts,
    PatternMatcher,
    are_patterns,
    as_lists,
    as_patterns,
    beginnings,
    check_all,
    folded,
    folded_each,
    one_of_regexes,
)
from npskit.comments.triage.comment_sign import SIGNS, CommentSign
from npskit.comments.triage.no_words import has_link, how_many_words, is_mashed, says_nothing
from npskit.comments.triage.reading_of_comment import SignsFound, intent_of, set_aside_as, weight_of_mood
from npskit.data import Attributes
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted

_CHUNK = 1 << 13
# What says nothing is short; longer comments are not looked at for it.
_LONGEST, _FEW_SIGNS = 90, 4
_OPPOSITE = {"good": "bad", "bad": "good"}
# These say something only beside one of those, or beside a link.
_LATER = ("promotion", "service", "staying", "blameless", "request", "sarcasm")
_ASKED_FOR = frozenset({"off_topic", "leaving", "problem", "bad", "rhetorical"})
# These, where nothing else tells a mood.
_LAST = ("faint_good", "faint_bad")
# A good word within what is asked for, as in "would be nice", tells no mood.
_WISHED = ("proposal", "buying", "errand")
_Places: TypeAlias = dict[str, dict[int, int]]


def _as_signs(value: Any) -> Any:
    return Attributes(mapping(value, "signs"))


@attrs.frozen
class TriageWords:
    """Signs of comments: patterns, by what they say. Written and compared as those of `UrgencyWords`.

    Args:
        signs: The patterns of each sign by its name: `spam`, `promotion`, `nothing`, `off_topic`, `service`, `leaving`,
            `staying`, `blameless`, `buying`, `problem`, `request`, `errand`, `proposal`, `asking`, `rhetorical`,
            `good`, `bad`, `contrast`, `sarcasm`, `faint_good` or `faint_bad`; `TriageWords.default_toml()` says what
            each is for.
        negations: What takes the meaning from words that follow; of good and bad it turns it around.
        good_marks: Pictures of a good mood, such as a thumb.
        bad_marks: Of a bad one.
        keyboards: Rows of keys, by which mash is told.
        lists: Lists of words that patterns name.

    Raises:
        InvalidTypeError, InvalidValueError: If a pattern cannot be read, or a sign is unknown; the message says which.

    Example:
        >>> from npskit import Survey
        >>> words = TriageWords(signs={"leaving": CommentSign(["switch* ~2 bank"]), "good": CommentSign(["great"])})
        >>> data = {"score": [2, 9], "text": ["I am switching to another bank", "Great!"]}
        >>> [each.intent for each in Survey(data, comment="text").triage(words).comments]
        ['cancellation', 'praise']
    """

    signs: Attributes = attrs.field(default=Attributes({}), kw_only=True, converter=_as_signs)
    negations: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    good_marks: str = attrs.field(default="", kw_only=True, validator=attrs.validators.instance_of(str))
    bad_marks: str = attrs.field(default="", kw_only=True, validator=attrs.validators.instance_of(str))
    keyboards: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    lists: Attributes = attrs.field(default=Attributes({}), kw_only=True, converter=as_lists)
    _made: dict[str, Any] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name, sign in self.signs.items():
            if name not in SIGNS:
                raise InvalidValueError(f"signs: unknown sign {quoted(name)}; {did_you_mean(name, SIGNS)}")
            if not isinstance(sign, CommentSign):
                raise InvalidTypeError(f"signs.{name} must be a CommentSign: got {quoted(sign)}")
            sign.check(self.lists, name)
        check_all([each.split(" ~")[0] for each in self.negations], self.lists, "negations")

    @staticmethod
    @functools.cache
    def default() -> TriageWords:
        """Return the signs that come with npskit, in English, German, Polish and Thai, read once."""
        from npskit.comments.triage.triage_file import TriageReader

        return TriageWords(**TriageReader(TriageWords.default_toml(), "triage.toml").parts({}))

    @staticmethod
    def default_toml() -> str:
        """Return the text of the signs that come with npskit, to save and change."""
        return (files("npskit.comments.triage") / "triage.toml").read_text(encoding="utf-8")

    @staticmethod
    def from_toml(source: str | os.PathLike[str]) -> TriageWords:
        r"""Return signs written in TOML, as the default ones are; with `extends = "default"` they are added to these.

        Args:
            source: A path; or the text itself, which has more than one line.

        Raises:
            InvalidValueError: If the text is not valid; the message names the file, the line and the fix.
            FileNotFoundError: If there is no such file.

        Example:
            >>> words = TriageWords.from_toml('extends = "default"\n[sign.off_topic]\nen = ["chess club"]')
            >>> len(words.signs["off_topic"].patterns) - len(TriageWords.default().signs["off_topic"].patterns)
            1
        """
        from npskit.comments.triage.triage_file import reader_of

        reader = reader_of(source)
        if not reader.extends:
            return TriageWords(**reader.parts({}))
        known = TriageWords.default()
        return known.extended(TriageWords(**reader.parts(known.lists)))

    def extended(self, more: TriageWords) -> TriageWords:
        """Return these signs with those of others on top."""
        signs = dict(self.signs)
        for name, sign in more.signs.items():
            signs[name] = signs[name].extended(sign) if name in signs else sign
        return TriageWords(
            signs=signs,
            negations=(*self.negations, *more.negations),
            good_marks=self.good_marks + more.good_marks,
            bad_marks=self.bad_marks + more.bad_marks,
            keyboards=(*self.keyboards, *more.keyboards),
            lists={**self.lists, **more.lists},
        )

    def __call__(self, texts: Sequence[str], /) -> list[str | None]:
        """Return what each text is set aside as, or else what its writer wants; None where that cannot be told.

        So the signs are a classifier as any model is: `survey.follow_up(triage=nk.TriageWords.default())`.

        Example:
            >>> TriageWords.default()(["I am moving to another bank", "Buy followers cheap at www.x.com"])
            ['cancellation', 'spam']
        """
        found = self.found(texts)
        aside = [self.aside(each) for each in found]
        return [intent_of(each, None)[0] if kind is None else kind[0] for each, kind in zip(found, aside, strict=True)]

    def aside(self, found: SignsFound) -> tuple[str, str] | None:
        """Return what a comment is set aside as, and why; None for content."""
        if self.may_be_noise(found) and self._is_noise(found.text, found.whole):
            return "noise", "says nothing"
        return set_aside_as(found)

    def may_be_noise(self, found: SignsFound) -> bool:
        """Whether so little stands in a comment that it may be noise, told without reading it."""
        return len(found.text) <= _LONGEST and len(found.counts) <= _FEW_SIGNS

    def is_noise(self, comment: str) -> bool:
        """Whether a comment says nothing: mash, a lone digit or punctuation, "n/a", "nothing to add".

        Example:
            >>> words = TriageWords.default()
            >>> [words.is_noise(text) for text in ("n/a", "asdfgh", "5", "Nothing to add.", "Nothing works")]
            [True, True, True, True, False]
        """
        return self._is_noise(of_kind(comment, str, "a comment"), folded(comment))

    def _is_noise(self, text: str, whole: str) -> bool:
        marks = self.good_marks + self.bad_marks
        if says_nothing(text, marks):
            return True
        if len(text) > _LONGEST or not set(marks).isdisjoint(text):
            return False
        if self._nothing().fullmatch(whole) is not None:
            return True
        return any(len(word) > 2 for word in text.split()[:3]) and is_mashed(text, self.keyboards)

    def found(self, comments: Sequence[str]) -> list[SignsFound]:
        """Return the signs in each of many comments."""
        texts = several(comments, "comments")
        read: list[SignsFound] = []
        for begin in range(0, len(texts), _CHUNK):
            part = texts[begin : begin + _CHUNK]
            read.extend(self.found_in(part, FoldedTexts.of(folded_each(part))))
        return read

    def found_in(self, comments: Sequence[str], whole: FoldedTexts) -> list[SignsFound]:
        """Return the signs in each of some comments.

        Args:
            comments: The comments.
            whole: The same as they are folded.
        """
        places: list[_Places] = [{} for _ in comments]
        self._place(whole, None, places, 0)
        linked = [has_link(text) for text in comments]
        more = [each or not _ASKED_FOR.isdisjoint(own) for each, own in zip(linked, places, strict=True)]
        self._place(whole, more, places, 1)
        self._place(whole, [own.keys().isdisjoint(_OPPOSITE) for own in places], places, 2)
        return list(map(self._read, comments, whole.texts, places, linked))

    def _place(self, texts: FoldedTexts, among: Sequence[bool] | None, places: list[_Places], stage: int) -> None:
        """Put down where signs stand in some comments, folded, of those that begin at one place the longest."""
        matcher, names = self._matcher(stage)
        found = matcher.find(texts, None if among is None else np.array(among, np.bool_))
        either = np.array([name in _OPPOSITE for name in names], np.bool_)[found.matches.owners]
        negatable = np.array([name in self.signs and self.signs[name].negatable for name in names], np.bool_)
        asked = either | negatable[found.matches.owners]
        negated = np.zeros(len(asked), np.bool_)
        negated[asked] = found.take(asked).negated()
        kept = either | ~negated
        matches = found.matches.take(kept)
        turned = [_OPPOSITE.get(name, name) for name in names]
        columns = (matches.rows, matches.owners, negated[kept], matches.begins, matches.ends)
        for row, kind, no, begin, end in zip(*(column.tolist() for column in columns), strict=True):
            known = places[row].setdefault((turned if no else names)[kind], {})
            known[begin] = max(end, known.get(begin, 0))

    def _read(self, text: str, whole: str, places: _Places, linked: bool) -> SignsFound:
        """Return the signs in a comment, by where they stand in it."""
        contrast = max(places.get("contrast", ()), default=-1)
        wished = [span for name in _WISHED for span in places.get(name, {}).items()]
        if wished and "good" in places:
            own = {begin: end for begin, end in places["good"].items() if not any(a <= begin < b for a, b in wished)}
            places = {**places, "good": own} if own else {k: v for k, v in places.items() if k != "good"}
        moods = {
            name: sum(weight_of_mood(begin > contrast, contrast > 0) for begin in _apart(places[name]))
            if name in places
            else 0.0
            for name in _OPPOSITE
        }
        marked = not text.isascii()
        return SignsFound(
            {name: len(own) for name, own in places.items()},
            {name: (begin := min(own), own[begin]) for name, own in places.items()},
            text,
            whole,
            moods["good"] + (sum(mark in text for mark in self.good_marks) if marked else 0),
            moods["bad"] + (sum(mark in text for mark in self.bad_marks) if marked else 0),
            linked,
            "?" in text,
            how_many_words(text) if linked else text.count(" ") + 1,
        )

    # ---- made when first asked for ----

    def _matcher(self, stage: int) -> tuple[PatternMatcher, tuple[str, ...]]:
        """Return what finds signs, and their names: some are asked about at first, some beside others, some last."""
        key = f"stage {stage}"
        if key not in self._made:
            first = tuple(name for name in self.signs if name not in {"nothing", *_LATER, *_LAST})
            names = (first, _LATER, _LAST)[stage]
            kinds = [self.signs.get(name, CommentSign()) for name in names]
            self._made[key] = PatternMatcher(kinds, self.lists, negations=self.negations), names
        found: tuple[PatternMatcher, tuple[str, ...]] = self._made[key]
        return found

    def _nothing(self) -> re.Pattern[str]:
        """Return a regular expression for folded texts that say nothing from end to end."""
        if "nothing" not in self._made:
            sign = self.signs.get("nothing", CommentSign())
            each = [begin.regex for pattern in sign.patterns for begin in beginnings(pattern, self.lists)]
            longest = sorted(each, key=len, reverse=True)
            self._made["nothing"] = re.compile(rf"\W*(?:{one_of_regexes(longest)}\W*){{1,9}}")
        found: re.Pattern[str] = self._made["nothing"]
        return found


def _apart(places: Mapping[int, int]) -> list[int]:
    """Return where matches begin, without those that lie in the one before."""
    found, until = [], -1
    for begin in sorted(places):
        if begin >= until:
            found.append(begin)
            until = places[begin]
    return found

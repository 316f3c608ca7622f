"""Themes that a user lists: the words that mention each, as patterns."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools
from npskit.checks import all_are, as_tuple, is_bool, of_kind, several
from npskit.comments.patterns import (
    FoldedTexts,
    PatternIndex,
    are_patterns,
    as_lists,
    as_patterns,
    check_all,
    folded_each,
    just_before,
    pattern_words,
    touched,
)
from npskit.comments.themes.listed_theme import Theme
from npskit.comments.themes.misspellings import corrected
from npskit.data import Attributes
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted, written

_CHUNK = 1 << 14
_LOOK_BACK = 120


@attrs.frozen
class ThemeList:
    """Themes with the words that mention each.

    Words are compared as those of `npskit.UrgencyWords` are: without case, accents, apostrophes and hyphens. All
    patterns are tried on all comments, whatever the language; in scripts without spaces, such as Thai, they are found
    anywhere, so write whole phrases and list what they must not be part of in `unless`.

    A word of five letters and more that is one letter away from one that mentions a theme is taken for that, where at
    least five times as many of the comments have the right one: "brekfast", and not a word that is common itself. A
    single comment, or few, do not show that, and are taken as they stand.

    Args:
        themes: The themes.
        negations: Words for "not", for themes that are `negatable`: `"no ~2"` with up to two words between.
        lists: Lists of words that patterns name.
        misspellings: Whether misspelt words are taken for what they should be.

    Raises:
        InvalidTypeError, InvalidValueError: If a pattern cannot be read, a name stands twice, or a theme is part of
            one that is not there, or of itself.

    Example:
        >>> themes = ThemeList([Theme("room"), Theme("bath", ["shower", "bath*"], part_of="room")])
        >>> themes("The shower leaks"), themes("Fine")
        (('room', 'bath'), ())
    """

    themes: tuple[Theme, ...] = attrs.field(converter=as_tuple, validator=all_are(Theme))
    negations: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    lists: Attributes = attrs.field(default=Attributes({}), kw_only=True, converter=as_lists)
    misspellings: bool = attrs.field(default=True, kw_only=True, validator=is_bool)
    _found: dict[str, Any] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.themes:
            raise InvalidValueError("themes must hold at least one theme")
        if len(set(self.names)) < len(self.names):
            raise InvalidValueError(f"themes names one twice: {quoted(self.names)}")
        for theme in self.themes:
            for name in ("patterns", "unless"):
                check_all(getattr(theme, name), self.lists, f"{theme.name}.{name}")
            above, seen = theme, {theme.name}
            while above.part_of is not None:
                if above.part_of not in self.names:
                    raise InvalidValueError(
                        f"{above.name}: there is no theme {quoted(above.part_of)} that it could be part of; "
                        f"{did_you_mean(above.part_of, self.names)}"
                    )
                above = self.themes[self.names.index(above.part_of)]
                if above.name in seen:
                    raise InvalidValueError(f"{theme.name} is part of itself: see part_of of {above.name}")
                seen.add(above.name)
        try:
            just_before(self.negations, self.lists)
        except InvalidValueError as error:
            raise InvalidValueError(f"negations: {error}") from None

    @staticmethod
    def of(themes: Any) -> ThemeList:
        """Return a list as it is, one of a mapping of names to patterns, or of a file or its text, as `from_toml`.

        Raises:
            InvalidTypeError: If it is none of them.
        """
        if isinstance(themes, ThemeList):
            return themes
        if isinstance(themes, str | os.PathLike):
            return ThemeList.from_toml(themes)
        if not isinstance(themes, Mapping):
            raise InvalidTypeError(
                "themes must be a ThemeList, or map names to patterns, as {'noise': ['nois*', 'loud*']}: got "
                f"{quoted(themes)}"
            )
        return ThemeList([Theme(written(name), patterns) for name, patterns in themes.items()])

    @staticmethod
    def from_toml(source: str | os.PathLike[str]) -> ThemeList:
        r"""Return themes written in TOML.

        Args:
            source: A path; or the text itself, which has more than one line.

        Raises:
            InvalidValueError: If the text is not valid; the message names the file, the line and the fix.
            FileNotFoundError: If there is no such file.

        Example:
            >>> text = '[theme.noise]\nen = ["nois*", "loud*"]\nde = ["laut*", "lärm*"]\nunless = ["loud and clear"]'
            >>> ThemeList.from_toml(text)("Zu LAUT")
            ('noise',)
        """
        from npskit.comments.themes.theme_file import read_themes

        return ThemeList(**read_themes(source))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the themes."""
        return tuple(theme.name for theme in self.themes)

    @property
    def parents(self) -> tuple[int, ...]:
        """For each theme the number of the one that it is part of, -1 for none."""
        return tuple(-1 if theme.part_of is None else self.names.index(theme.part_of) for theme in self.themes)

    def __call__(self, comment: str) -> tuple[str, ...]:
        """Return the themes that a comment mentions, with those that they are part of."""
        own = self.mentions([of_kind(comment, str, "comment")])[0]
        found, parents = set(np.flatnonzero(own).tolist()), self.parents
        for theme in tuple(found):
            while (theme := parents[theme]) >= 0:
                found.add(theme)
        return tuple(self.names[theme] for theme in sorted(found))

    def mentions(self, comments: Sequence[str]) -> Bools:
        """Return which themes each comment mentions in words of their own: bool, shape `(n, T)`.

        Args:
            comments: The comments; what is misspelt is told by all of them.

        Raises:
            InvalidTypeError: If a comment is no text.

        Example:
            >>> ThemeList.of({"noise": ["loud*"], "price": ["expensive"]}).mentions(["loud", ""]).tolist()
            [[True, False], [False, False]]
        """
        texts = several(comments, "comments")
        for text in texts:
            of_kind(text, str, "a comment")
        distinct = list(dict.fromkeys(texts))
        whole = folded_each(distinct)
        numbers = {text: number for number, text in enumerate(distinct)}
        rows = np.fromiter(map(numbers.__getitem__, texts), np.intp, len(texts))
        if self.misspellings:
            whole = corrected(whole, np.bincount(rows, minlength=len(whole)).tolist(), self._words().fullmatch)
        found = np.zeros((len(distinct), len(self.themes)), np.bool_)
        for begin in range(0, len(whole), _CHUNK):
            self._fill(found[begin : begin + _CHUNK], whole[begin : begin + _CHUNK])
        return found[rows]

    def _fill(self, found: Bools, texts: Sequence[str]) -> None:
        """Mark what texts mention."""
        index: PatternIndex = self._once("index", lambda: self._indexed("patterns"))
        harmless: PatternIndex = self._once("unless", lambda: self._indexed("unless"))
        whole = FoldedTexts.of(texts)
        matches = index.find(whole)
        matches = matches.take(~touched(matches, harmless.find(whole, np.isin(np.arange(len(texts)), matches.rows))))
        if self.negations:
            before: re.Pattern[str] = self._once("not", lambda: just_before(self.negations, self.lists))
            asked = np.array([theme.negatable for theme in self.themes], np.bool_)[matches.owners]
            kept = ~asked
            for i in np.flatnonzero(asked).tolist():
                text, begin = texts[matches.rows[i]], int(matches.begins[i])
                kept[i] = before.search(text, max(0, begin - _LOOK_BACK), begin) is None
            matches = matches.take(kept)
        found[matches.rows, matches.owners] = True

    def _indexed(self, name: str) -> PatternIndex:
        return PatternIndex([getattr(theme, name) for theme in self.themes], self.lists)

    def _words(self) -> re.Pattern[str]:
        """Return what the single words of all patterns look like."""

        def made() -> re.Pattern[str]:
            patterns = [pattern for theme in self.themes for pattern in theme.patterns]
            words = dict.fromkeys(word for pattern in patterns for word in pattern_words(pattern, self.lists))
            return re.compile("|".join(re.escape(word).replace(r"\*", r"\w*") for word in words) or "(?!)")

        found: re.Pattern[str] = self._once("words", made)
        return found

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        """Return something that is made when it is first asked for."""
        if name not in self._found:
            self._found[name] = make()
        return self._found[name]

"""Patterns of words in TOML: read by language, and checked so that every objection names the file and the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from npskit.comments.patterns.comment_patterns import Lists, check, without_gap
from npskit.data import Path, TomlReader
from npskit.errors import InvalidValueError, quoted


class PatternReader(TomlReader):
    """Reads patterns in a document; a table of them by language may also have `settings`."""

    objection = InvalidValueError
    settings: ClassVar[tuple[str, ...]]

    def lists(self, document: dict[str, Any]) -> Lists:
        """Return the lists of words that patterns may name."""
        tables = self.table((), "lists", document)
        known: Lists = {name: self.texts(("lists", name), words) for name, words in tables.items()}
        for name, words in known.items():
            self.checked(("lists", name), words, known)
        return known

    def by_language(self, path: Path, value: Any, lists: Lists, *, before: bool = False) -> tuple[str, ...]:
        """Return patterns given as a list, or as lists by language."""
        if not isinstance(value, dict):
            return self.patterns(path, value, lists, before=before)
        for language in value:
            if not language.isalpha() or len(language) not in (2, 3):
                self.fail(
                    (*path, language),
                    f"{language} is no language: write its tag, such as en or de, or {', '.join(self.settings)}",
                )
        return tuple(
            pattern
            for language, own in value.items()
            for pattern in self.patterns((*path, language), own, lists, before=before)
        )

    def patterns(self, path: Path, value: Any, lists: Lists, *, before: bool = False) -> tuple[str, ...]:
        """Return patterns, each of which can be read."""
        return self.checked(path, self.texts(path, value), lists, before=before)

    def checked(self, path: Path, found: Sequence[str], lists: Lists, *, before: bool = False) -> tuple[str, ...]:
        """Refuse a pattern that cannot be read, by its line."""
        for i, pattern in enumerate(found):
            try:
                check(without_gap(pattern)[0] if before else pattern, lists)
            except InvalidValueError as error:
                self.fail((*path, i), str(error))
        return tuple(found)

    def texts(self, path: Path, value: Any) -> tuple[str, ...]:
        """Return a list of texts."""
        if not isinstance(value, list):
            self.fail(path, f"{path[-1]} must be a list of texts: got {quoted(value)}")
        for i, text in enumerate(value):
            if not isinstance(text, str):
                self.fail((*path, i), f"{path[-1]} must hold texts: got {quoted(text)} ({type(text).__name__})")
        return tuple(value)

    def table(self, path: Path, key: str, table: dict[str, Any]) -> dict[str, Any]:
        """Return a sub-table, empty if there is none."""
        found = table.get(key, {})
        if not isinstance(found, dict):
            self.fail((*path, key), f"{key} must be a table with names and values: got {quoted(found)}")
        return found

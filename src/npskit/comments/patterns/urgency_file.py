"""Categories of urgent comments as TOML: read, and checked so that every objection names the file and the line."""

from __future__ import annotations

import os
from typing import Any

from npskit.comments.patterns.comment_patterns import Lists
from npskit.comments.patterns.pattern_reader import PatternReader
from npskit.comments.patterns.urgency_category import UrgencyCategory
from npskit.data import Path
from npskit.errors import NpskitError

_SETTINGS = ("level", "at_any_score", "settled", "negatable", "unless")
_GENERAL = ("negations", "elsewhere", "done")


def read_urgency(source: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the parts of `UrgencyWords` at a path, or of a text of more than one line."""
    if isinstance(source, str) and "\n" in source:
        return parse_urgency(source, "urgency")
    return _UrgencyReader.of_file(source).parts()


def parse_urgency(text: str, name: str) -> dict[str, Any]:
    r"""Return the parts of `UrgencyWords` that a text describes.

    Args:
        text: TOML; `urgency.toml` says how it is written.
        name: What error messages call the text.

    Raises:
        InvalidValueError: If it is not valid; the message names `name`, the line and the fix.

    Example:
        >>> parse_urgency('[category.fire]\nlevel = "critical"\nen = ["on ~0 fire"]', "mine.toml")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: mine.toml, line 3: 'on ~0 fire': ~0 is no gap: write ~1 to ~9, such as ~3
    """
    return _UrgencyReader(text, name).parts()


class _UrgencyReader(PatternReader):
    """Reads categories in a document."""

    what = "file of urgent categories"
    settings = _SETTINGS

    def parts(self) -> dict[str, Any]:
        """Return the parts of `UrgencyWords`."""
        document = self.document
        self.known((), document, ("category", "lists", "critical", "urgent", *_GENERAL))
        known = self.lists(document)
        found: dict[str, Any] = {"lists": known}
        for name in ("critical", "urgent"):
            found[name] = self.patterns((name,), document.get(name, []), known)
        for name in _GENERAL:
            found[name] = self.by_language((name,), document.get(name, []), known, before=name == "negations")
        categories = self.table((), "category", document)
        found["categories"] = [
            self.category(name, self.table(("category",), name, categories), known) for name in categories
        ]
        return found

    def category(self, name: str, table: dict[str, Any], lists: Lists) -> UrgencyCategory:
        """Return one category; whatever is no setting of it is the tag of a language, with its patterns."""
        path: Path = ("category", name)
        if "level" not in table:
            self.fail(path, f'category {name} has no level: write level = "urgent", or "critical"')
        languages = {key: value for key, value in table.items() if key not in _SETTINGS}
        if not languages:
            self.fail(path, f'category {name} has no patterns: write en = ["..."], or another language')
        patterns = self.by_language(path, languages, lists)
        unless = self.by_language((*path, "unless"), table.get("unless", []), lists)
        settings = {key: table[key] for key in ("level", "at_any_score", "settled", "negatable") if key in table}
        try:
            return UrgencyCategory(name, patterns=patterns, unless=unless, **settings)
        except NpskitError as error:
            key = str(error).split(" ", 1)[0]
            self.fail((*path, key) if key in table else path, str(error))

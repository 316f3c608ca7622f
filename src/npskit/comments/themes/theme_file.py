"""Themes as TOML: read, and checked so that every objection names the file and the line."""

from __future__ import annotations

import os
from typing import Any

from npskit.comments.patterns import Lists, PatternReader
from npskit.comments.themes.listed_theme import Theme
from npskit.data import Path
from npskit.errors import NpskitError, quoted

_SETTINGS = ("part_of", "negatable", "unless")


def read_themes(source: str | os.PathLike[str]) -> dict[str, Any]:
    r"""Return the parts of a `ThemeList` at a path, or of a text of more than one line.

    Raises:
        InvalidValueError: If it is not valid; the message names the file, the line and the fix.

    Example:
        >>> read_themes('[theme.noise]\nen = ["loud ~0 music"]')
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: themes, line 2: 'loud ~0 music': ~0 is no gap: write ~1 to ~9, such as ~3
    """
    if isinstance(source, str) and "\n" in source:
        return _ThemeReader(source, "themes").parts()
    return _ThemeReader.of_file(source).parts()


class _ThemeReader(PatternReader):
    """Reads themes in a document."""

    what = "file of themes"
    settings = _SETTINGS

    def parts(self) -> dict[str, Any]:
        """Return the parts of a `ThemeList`."""
        document = self.document
        self.known((), document, ("theme", "lists", "negations", "misspellings"))
        lists = self.lists(document)
        tables = self.table((), "theme", document)
        if not tables:
            self.fail((), 'there is no theme: write [theme.noise] and en = ["nois*", "loud*"] below it')
        found: dict[str, Any] = {
            "lists": lists,
            "negations": self.by_language(("negations",), document.get("negations", []), lists, before=True),
            "themes": [self.theme(name, self.table(("theme",), name, tables), lists) for name in tables],
        }
        for name in tables:
            above = tables[name].get("part_of")
            if above is not None and above not in tables:
                self.fail(("theme", name, "part_of"), f"theme {name}: there is no theme {quoted(above)}")
        if "misspellings" in document:
            if not isinstance(document["misspellings"], bool):
                self.fail(
                    ("misspellings",), f"misspellings must be true or false: got {quoted(document['misspellings'])}"
                )
            found["misspellings"] = document["misspellings"]
        return found

    def theme(self, name: str, table: dict[str, Any], lists: Lists) -> Theme:
        """Return one theme; whatever is no setting of it is the tag of a language, with its patterns."""
        path: Path = ("theme", name)
        languages = {key: value for key, value in table.items() if key not in _SETTINGS}
        patterns = self.by_language(path, languages, lists)
        unless = self.by_language((*path, "unless"), table.get("unless", []), lists)
        settings = {key: table[key] for key in ("part_of", "negatable") if key in table}
        try:
            return Theme(name, patterns, unless=unless, **settings)
        except NpskitError as error:
            key = str(error).split(" ", 1)[0]
            self.fail((*path, key) if key in table else path, str(error))

"""On which line each key of a TOML document stands, which tomllib does not say."""

from __future__ import annotations

import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}" + r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""", re.DOTALL)
# Numbers, booleans, dates: all that ends at a comma, a bracket, a comment or the line.
_PLAIN = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[Path, int]:
    r"""Return the line, from 1, of every key and every array element of a document that tomllib can read.

    A path holds the names of keys, and the numbers, from 0, of the elements of arrays and of repeated tables.

    Example:
        >>> lines = key_lines("a = 1\n[[rule]]\n[[rule]]\nsteps = [\n  'b',\n  'c',\n]\n")
        >>> lines[("a",)], lines[("rule", 1)], lines[("rule", 1, "steps", 1)]
        (1, 3, 6)
    """
    scan = _Scan(text)
    scan.document()
    return scan.lines


class _Scan:
    """One pass over a valid document. What is not needed to find keys is not checked."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.place = 0
        self.line = 1
        self.counted = 0
        self.lines: dict[Path, int] = {}
        self.repeated: dict[Path, int] = {}

    def document(self) -> None:
        """Read all lines: headers of tables, and keys with their values."""
        table: Path = ()
        self._skip()
        while self.place < len(self.text):
            if self.text.startswith("[", self.place):
                table = self._header()
            else:
                self._pair(table)
            self._skip()

    def _skip(self) -> None:
        """Go on to the next character that is neither white space nor comment."""
        self.place = _end(_BLANK, self.text, self.place)

    def _mark(self, path: Path) -> None:
        """Remember the line of a path, the first time."""
        self.line += self.text.count("\n", self.counted, self.place)
        self.counted = self.place
        self.lines.setdefault(path, self.line)

    def _header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]`, and return the path of the table, by its number where it is repeated."""
        many = self.text.startswith("[[", self.place)
        self.place += 2 if many else 1
        path: Path = ()
        keys = self._keys()
        for i, key in enumerate(keys):
            path = (*path, key)
            if many and i == len(keys) - 1:
                self.repeated[path] = self.repeated.get(path, -1) + 1
            self._mark(path)
            if path in self.repeated:
                path = (*path, self.repeated[path])
        self._mark(path)
        self.place += 2 if many else 1
        return path

    def _keys(self) -> list[str]:
        """Read a key, which points may divide."""
        keys = []
        while True:
            self._skip()
            quoted = _STRING.match(self.text, self.place)
            end = quoted.end() if quoted else _end(_BARE, self.text, self.place)
            keys.append(_unquoted(self.text[self.place : end]))
            self.place = end
            self._skip()
            if not self.text.startswith(".", self.place):
                return keys
            self.place += 1

    def _pair(self, table: Path) -> None:
        """Read a key and its value."""
        begin = self.place
        keys = self._keys()
        after, self.place = self.place, begin
        path = table
        for key in keys:
            path = (*path, key)
            self._mark(path)
        self.place = after + 1
        self._value(path)

    def _value(self, path: Path) -> None:
        """Read a value of any kind."""
        self._skip()
        first = self.text[self.place]
        if first in "[{":
            self._many(path, array=first == "[")
        elif first in "\"'":
            self.place = _end(_STRING, self.text, self.place)
        else:
            self.place = _end(_PLAIN, self.text, self.place)

    def _many(self, path: Path, *, array: bool) -> None:
        """Read an array or an inline table."""
        self.place += 1
        self._skip()
        count = 0
        while self.text[self.place] not in "]}":
            if array:
                self._mark((*path, count))
                self._value((*path, count))
                count += 1
            else:
                self._pair(path)
            self._skip()
            if self.text[self.place] == ",":
                self.place += 1
                self._skip()
        self.place += 1


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    """Return where a match that begins at a place ends; the next place if there is none, so that reading goes on."""
    match = pattern.match(text, place)
    return match.end() if match else place + 1


def _unquoted(key: str) -> str:
    """Return what a key as written stands for."""
    if key[:1] == "'":
        return key[1:-1]
    if key[:1] != '"':
        return key
    import tomllib

    (name,) = tomllib.loads(f"{key} = 0")
    return name

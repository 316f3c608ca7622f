"""Reading of TOML that people write: every objection names the file and the line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, ClassVar, NoReturn, TypeVar

from npskit.data.toml_lines import Path, key_lines
from npskit.errors import FileMissingError, InvalidTypeError, NpskitError, did_you_mean, quoted, reason_of

_Self = TypeVar("_Self", bound="TomlReader")
_LARGEST = 1 << 20
# Keys of more parts than any such file has: reading them takes time that grows with the square of their number.
_PART = r"""(?:(?<![\w-])[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
_DEEP = re.compile(rf"(?:{_PART}\.[ \t]*){{16}}")
_DECODE = re.compile(r"(?P<problem>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)


class TomlReader:
    """One document, and where everything in it stands; a subclass says what it is called and how it objects.

    Args:
        text: The TOML.
        name: What error messages call it.

    Raises:
        NpskitError: If it is no TOML; the error is of the class's kind, `objection`.
    """

    what: ClassVar[str]
    objection: ClassVar[type[NpskitError]]
    folder = FilePath()
    """Where the paths in it are looked for: beside the file that it came from."""

    def __init__(self, text: str, name: str) -> None:
        self.name, self.text = name, text.removeprefix("\ufeff").replace("\r\n", "\n")
        self.lines: Mapping[Path, int] = {}
        if len(text) > _LARGEST:
            raise self._too_large(name)
        if deep := _DEEP.search(self.text):
            line = self.text.count("\n", 0, deep.start()) + 1
            raise self.objection(f"{name}, line {line}: a key of so many parts: {deep[0]:.40}...")
        try:
            self.document: dict[str, Any] = tomllib.loads(self.text)
            self.lines = key_lines(self.text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax(str(error)) from None
        except RecursionError:
            raise self.objection(f"{name}: nested too deeply for a {self.what}") from None
        except ValueError as error:  # such as a number of more digits than Python reads
            raise self.objection(f"{name}: {error}") from None

    @classmethod
    def of_file(cls: type[_Self], path: str | os.PathLike[str]) -> _Self:
        """Return the reader of a file in UTF-8."""
        if not isinstance(path, str | os.PathLike):
            raise InvalidTypeError(f"path must be that of a file: got {quoted(path)} ({type(path).__name__})")
        file = FilePath(path)
        try:
            if file.stat().st_size > _LARGEST:
                raise cls._too_large(file.name)
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise cls.objection(f"{file.name} is not UTF-8: {error}; save it as UTF-8") from error
        except (OSError, ValueError) as error:  # a name that is too long, or holds a NUL
            if isinstance(error, NpskitError):
                raise
            raise FileMissingError(
                f"there is no {cls.what} to read at {quoted(str(path))}: {reason_of(error)}"
            ) from error
        found = cls(text, file.name)
        found.folder = file.parent
        return found

    @classmethod
    def _too_large(cls, name: str) -> NpskitError:
        return cls.objection(f"{name} is larger than a megabyte, and so no {cls.what}")

    def _syntax(self, problem: str) -> NpskitError:
        """Return the error for a text that is no TOML."""
        found = _DECODE.fullmatch(problem)
        if found is None:
            return self.objection(f"{self.name}: {problem}")
        line = found["line"] or self.text.count("\n") + 1
        return self.objection(f"{self.name}, line {line}: not valid TOML: {found['problem']}")

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def known(self, path: Path, table: Iterable[str], names: Collection[str]) -> None:
        """Refuse keys of a table that mean nothing."""
        for key in table:
            if key not in names:
                where = f" in [{'.'.join(str(p) for p in path if isinstance(p, str))}]" if path else ""
                self.fail((*path, key), f"unknown key {key!r}{where}; {did_you_mean(key, names)}")

    def fail(self, path: Path, problem: str, below: int = 0) -> NoReturn:
        """Object to what stands at a path, or so many lines below its beginning."""
        raise self.objection(f"{self.name}, line {self.line(path) + below}: {problem}")

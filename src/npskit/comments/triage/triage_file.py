"""Signs of comments as TOML: read, and checked so that every objection names the file and the line."""

from __future__ import annotations

import os
from typing import Any

from npskit.comments.patterns import Lists, PatternReader
from npskit.comments.triage.comment_sign import SIGNS, CommentSign
from npskit.errors import quoted

_SETTINGS = ("negatable", "unless")


class TriageReader(PatternReader):
    """Reads signs in a document."""

    what = "file of signs of comments"
    settings = _SETTINGS

    @property
    def extends(self) -> bool:
        """Whether the document adds to the signs that come with npskit."""
        said = self.document.get("extends", "")
        if said not in ("", "default"):
            self.fail(("extends",), f'extends can only be "default": got {quoted(said)}')
        return bool(said)

    def parts(self, lists: Lists) -> dict[str, Any]:
        """Return the parts of `TriageWords`.

        Args:
            lists: Lists that patterns may name beside those of the document.
        """
        self.known((), self.document, ("extends", "marks", "keyboards", "lists", "negations", "sign"))
        known = {**lists, **self.lists(self.document)}
        marks, keyboards = self.table((), "marks", self.document), self.table((), "keyboards", self.document)
        self.known(("marks",), marks, ("good", "bad"))
        self.known(("keyboards",), keyboards, ("rows",))
        for name, value in marks.items():
            if not isinstance(value, str):
                self.fail(("marks", name), f"{name} must be a text of marks: got {quoted(value)}")
        signs = self.table((), "sign", self.document)
        self.known(("sign",), signs, SIGNS)
        return {
            "signs": {name: self._sign(name, self.table(("sign",), name, signs), known) for name in signs},
            "negations": self.by_language(("negations",), self.document.get("negations", []), known, before=True),
            "good_marks": marks.get("good", ""),
            "bad_marks": marks.get("bad", ""),
            "keyboards": self.texts(("keyboards", "rows"), keyboards.get("rows", [])),
            "lists": known,
        }

    def _sign(self, name: str, table: dict[str, Any], lists: Lists) -> CommentSign:
        """Return one sign; whatever is no setting of it is the tag of a language, with its patterns."""
        path = ("sign", name)
        negatable = table.get("negatable", True)
        if not isinstance(negatable, bool):
            self.fail((*path, "negatable"), f"negatable must be true or false: got {quoted(negatable)}")
        languages = {key: value for key, value in table.items() if key not in _SETTINGS}
        return CommentSign(
            self.by_language(path, languages, lists),
            unless=self.by_language((*path, "unless"), table.get("unless", []), lists),
            negatable=negatable,
        )


def reader_of(source: str | os.PathLike[str]) -> TriageReader:
    """Return the reader of signs at a path, or of a text of more than one line."""
    if isinstance(source, str) and "\n" in source:
        return TriageReader(source, "triage")
    return TriageReader.of_file(source)

"""What letters can show a customer: stories, comparisons and self-help links, chosen by theme and product."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from npskit.checks import is_one_of, is_text, is_text_or_none, of_kind, several
from npskit.data import TomlReader, find_language, fold, locale_of, normal_tag
from npskit.errors import InvalidTypeError, UnreadableFileError, quoted, written

SHOWN = ("story", "comparison", "help")
# So many of each stand in one letter.
_MOST = {"story": 2, "comparison": 1, "help": 3}
_KEYS = ("text", "link", "theme", "product", "language")


def _as_texts(value: Any) -> tuple[str, ...]:
    found = (value,) if isinstance(value, str) else several(value, "themes and products")
    for text in found:
        if not isinstance(text, str) or not text.strip():
            raise InvalidTypeError(f"themes and products are texts: got {quoted(text)}")
    return found


@attrs.frozen(kw_only=True)
class Material:
    """One story, comparison or self-help link.

    Args:
        kind: `"story"`, `"comparison"` or `"help"`.
        text: What is said: `"How to change a booking"`.
        language: The language it is in.
        link: Where to read it; None for no link.
        theme: The themes it is for; none for all.
        product: The products it is for; none for all.
    """

    kind: str = attrs.field(validator=is_one_of(SHOWN))
    text: str = attrs.field(validator=is_text)
    language: str = attrs.field(validator=is_text)
    link: str | None = attrs.field(default=None, validator=is_text_or_none)
    theme: tuple[str, ...] = attrs.field(default=(), converter=_as_texts)
    product: tuple[str, ...] = attrs.field(default=(), converter=_as_texts)

    def fit(self, theme: object, product: object) -> int | None:
        """Return how well it fits a customer's theme and product, None where it does not: the more said, the better."""
        score = 0
        for wanted, known, worth in ((self.theme, theme, 2), (self.product, product, 1)):
            if wanted and (known is None or fold(written(known)) not in map(fold, wanted)):
                return None
            score += worth if wanted else 0
        return score

    def __str__(self) -> str:
        return self.text if self.link is None else f"{self.text}: {self.link}"


def _as_items(items: Iterable[Material]) -> tuple[Material, ...]:
    return tuple(of_kind(item, Material, "an item of materials") for item in several(items, "items"))


@attrs.frozen(repr=False, eq=False)
class Materials:
    r"""Stories, comparisons and self-help links, which letters choose from by language, theme and product.

    A letter shows what fits the customer best: what is for the theme and the product, then for the theme, then for the
    product, then what is for everybody; of self-help links only what is for the theme. At most two stories, one
    comparison and three links.

    Args:
        items: What there is, in order.

    Example:
        >>> text = '[[help]]\ntheme = "booking"\nlanguage = "en"\ntext = "How to change a booking"\n'
        >>> Materials.from_toml(text + 'link = "https://x.example"').fields("en", theme="Booking")
        {'help': '- How to change a booking: https://x.example'}
    """

    items: tuple[Material, ...] = attrs.field(converter=_as_items)

    @staticmethod
    def from_toml(source: str | os.PathLike[str]) -> Materials:
        """Return the materials of a TOML file; or of a text, which has more than one line.

        Each is a table `[[story]]`, `[[comparison]]` or `[[help]]` with `text`, `language` and, if you like, `link`,
        `theme` and `product` (one or a list).

        Raises:
            UnreadableFileError: If it is not valid; the message names the file, the line and the fix.
        """
        if isinstance(source, str) and "\n" in source:
            return _MaterialsReader(source, "materials").materials()
        return _MaterialsReader.of_file(source).materials()

    def fields(self, language: str, *, theme: object = None, product: object = None) -> dict[str, str]:
        """Return what a letter in a language shows, by the names of its fields."""
        tag = normal_tag(find_language(language) or language)
        found = {kind: self._chosen(kind, (tag, tag.split("-")[0]), theme, product) for kind in SHOWN}
        return {kind: _shown(kind, chosen) for kind, chosen in found.items() if chosen}

    def _chosen(self, kind: str, tags: Sequence[str], theme: object, product: object) -> list[Material]:
        fits = [(item.fit(theme, product), item) for item in self.items if item.kind == kind and item.language in tags]
        least = 2 if kind == "help" else 0
        sound = [(fit, item) for fit, item in fits if fit is not None and fit >= least]
        return [item for _, item in sorted(sound, key=lambda pair: -pair[0])][: _MOST[kind]]

    def __repr__(self) -> str:
        return f"Materials({len(self.items)})"


def _shown(kind: str, chosen: Iterable[Material]) -> str:
    """Return what is chosen as the text of a field."""
    return "\n".join(f"- {item}" for item in chosen) if kind == "help" else "\n\n".join(map(str, chosen))


class _MaterialsReader(TomlReader):
    """Reads the materials in a document."""

    what = "file of materials"
    objection = UnreadableFileError

    def materials(self) -> Materials:
        """Return the materials."""
        self.known((), self.document, SHOWN)
        found: list[Material] = []
        for kind in SHOWN:
            tables = self.document.get(kind, [])
            if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
                self.fail((kind,), f"write [[{kind}]], in double brackets, above each")
            found += [self._material(kind, place, table) for place, table in enumerate(tables)]
        return Materials(found)

    def _material(self, kind: str, place: int, table: dict[str, Any]) -> Material:
        path = (kind, place)
        self.known(path, table, _KEYS)
        for key in ("text", "language"):
            if not isinstance(table.get(key), str) or not table[key].strip():
                self.fail((*path, key), f"no {key}" if key not in table else f"{key} must be a text")
        tag = normal_tag(table["language"])
        if locale_of(tag) is None:
            self.fail((*path, "language"), f"must be a language tag, such as 'de': got {table['language']!r}")
        try:
            return Material(kind=kind, **{**table, "language": tag})
        except (InvalidTypeError, TypeError, ValueError) as error:
            self.fail(path, str(error))

"""Names of customers, as far as their form in a letter is known; else they are left out, which offends nobody."""

from __future__ import annotations

import re
import unicodedata

import attrs

# Whoever these belong to, they do not stand in the name of a person as it is said.
_STRANGE = re.compile(r"[\d@,;:/\\|<>{}\[\]()#%$=*\"_…]")
# Forms of address of some languages; "Herrn" is what stands on an envelope.
_FORMS = (
    "mr mrs ms miss mx sir madam herr herrn frau fräulein pan pani państwo pana panu monsieur madame mme mlle señor "
    "señora sr sra signor signora sig khun คุณ นาย นาง นางสาว น.ส น.ส. ด.ช ด.ญ"
)
COURTESY = frozenset(_FORMS.split())
ACADEMIC = ("Dr.", "Dr", "Prof.", "Prof", "ดร.", "ผศ.", "รศ.", "ศ.", "นพ.", "พญ.")
_UNSPACED = re.compile("^(?:คุณ|นางสาว|นาย|นาง|น\\.ส\\.|ด\\.ช\\.|ด\\.ญ\\.)\\s*")


@attrs.frozen
class NameForm:
    """How a language puts a name into a letter.

    Args:
        titles: The titles of the language: a name that begins with one stands as it is.
        before: What stands before a name that has no title: `"คุณ"`. Courtesy titles, which it replaces, are taken off.
    """

    titles: tuple[str, ...] = ()
    before: str = ""

    def written(self, name: str) -> str | None:
        """Return a name as it stands in a letter; None where its form is not known.

        Example:
            >>> german, thai = NameForm(("Herr", "Frau")), NameForm((), "คุณ")
            >>> [german.written(name) for name in ("Frau Weber", "Dr. Weber", "Zoë", "Pani Anna", "Weber, Anna")]
            ['Frau Weber', 'Dr. Weber', 'Zoë', None, None]
            >>> [thai.written(name) for name in ("นภัสสร", "คุณนภัสสร", "Mr Smith", "ดร.สมชาย")]
            ['คุณนภัสสร', 'คุณนภัสสร', 'คุณ Smith', 'ดร.สมชาย']
        """
        if not is_sayable(name):
            return None
        first, _, rest = name.partition(" ")
        if first.startswith(ACADEMIC):
            return name
        if not self.before:
            own = _bare(first) in map(_bare, self.titles)
            foreign = _bare(first) in COURTESY and not own
            return None if foreign or (own and not rest) else name
        while _bare(first) in COURTESY and rest:
            first, _, rest = rest.partition(" ")
        bare = _UNSPACED.sub("", f"{first} {rest}".strip())
        if not bare or _bare(bare) in COURTESY:
            return None
        if bare.startswith(ACADEMIC):
            return bare
        return f"{self.before}{'' if _is_thai(bare) else ' '}{bare}"


def is_sayable(name: str) -> bool:
    """Whether a text can be a name as it is said: no number, address, "Weber, Anna", and not cut short.

    Example:
        >>> [is_sayable(name) for name in ("Zoë O'Neil-Łęcka", "c-17", "ann@x.de", "Weber, Anna")]
        [True, False, False, False]
    """
    return not _STRANGE.search(name)


def _bare(title: str) -> str:
    return title.casefold().removesuffix(".")


def _is_thai(text: str) -> bool:
    return unicodedata.name(text[0], "").startswith("THAI")

"""A brand's voice: rules of a TOML file that every draft is checked by, each fault named with its line."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from npskit.checks import mapping, of_kind
from npskit.data import UNSPACED, TomlReader, find_language, locale_of, normal_tag
from npskit.errors import InvalidTypeError, UnreadableFileError, did_you_mean, quoted
from npskit.followup.letters.drafts import Draft
from npskit.results import excerpt

_KEYS = ("never", "address", "forms", "longest_sentence", "must_hold", "promises", "common")
_SENTENCE = re.compile(r"(?<=[.!?…:])\s+|\n+")
_ALL = "all"
# A word of Thai that has another one in it: thanks, quality and virtue are no "you".
_NO_ADDRESS = ("ขอบคุณ", "คุณภาพ", "คุณค่า", "คุณสมบัติ", "คุณธรรม", "ท่านอื่น")


def pattern_of(words: Collection[str], *, cased: bool = False) -> re.Pattern[str] | None:
    """Return words and phrases as one pattern; a star at the end stands for any ending."""
    found = []
    for word in words:
        body = re.escape(word.removesuffix("*")).replace(r"\ ", r"\s+")
        if not UNSPACED.search(word):
            body = rf"(?<!\w){body}" + (r"\w*" if word.endswith("*") else r"(?!\w)")
        found.append(body)
    return re.compile("|".join(found), 0 if cased else re.IGNORECASE) if found else None


@attrs.frozen
class VoiceRules:
    """The rules of one language; see `voice.toml`."""

    never: tuple[str, ...] = ()
    address: str | None = None
    forms: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    longest_sentence: int | None = None
    must_hold: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    promises: tuple[str, ...] = ()
    common: tuple[str, ...] = ()

    def faults(self, lines: list[str]) -> list[str]:
        """Return what is wrong in the lines of a letter, the subject being line 1."""
        return [
            f"line {place}: {fault}" for place, line in enumerate(lines, start=1) for fault in self._line_faults(line)
        ]

    def missing(self, text: str, action: str | None) -> list[str]:
        """Return what a letter must hold and does not."""
        wanted = (*self.must_hold.get(_ALL, ()), *self.must_hold.get(action or "", ()))
        ways = [words.split("|") for words in wanted]
        patterns = [(words, pattern_of(words)) for words in ways]
        return [
            f"it must hold {' or '.join(map(repr, w))}" for w, p in patterns if p is not None and not p.search(text)
        ]

    def _line_faults(self, line: str) -> list[str]:
        never = pattern_of(self.never)
        found = [f"{match[0]!r} is never used" for match in (never.finditer(line) if never else ())]
        others = [word for name, words in self.forms.items() if name != self.address for word in words]
        strange = pattern_of(others, cased=True) if self.address else None
        bare = line
        for word in _NO_ADDRESS:
            bare = bare.replace(word, " ")
        matches = strange.finditer(bare) if strange else ()
        found += [f"{m[0]!r} is not how customers are addressed, which is {self.address!r}" for m in matches]
        for sentence in _SENTENCE.split(line):
            words = _words_in(sentence)
            if self.longest_sentence is not None and words > self.longest_sentence:
                found.append(f"a sentence of {words} words, more than {self.longest_sentence}: {excerpt(sentence)}")
        return found

    def words(self) -> tuple[str, ...]:
        """Return the rules in words, as a writer may be told them."""
        said = [f"never say: {', '.join(self.never)}"] if self.never else []
        said += [f"address the customer as {self.address}"] if self.address else []
        said += [f"no sentence of more than {self.longest_sentence} words"] if self.longest_sentence else []
        return tuple(said)


def _words_in(sentence: str) -> int:
    """Return how many words a sentence has; of scripts without spaces five letters count as one."""
    return sum(-(-len(word) // 5) if UNSPACED.search(word) else 1 for word in sentence.split())


def _by_language(_voice: object, _field: object, value: Any) -> None:
    for tag, rules in mapping(value, "rules", needed=True).items():
        of_kind(tag, str, "the language of rules")
        of_kind(rules, VoiceRules, "a language of a voice")


@attrs.frozen(repr=False, eq=False)
class Voice:
    """Rules of how letters sound, by language. Begin with `Voice.default()`, or read yours with `Voice.from_toml`.

    Args:
        rules: The rules by the tags of languages.

    Example:
        >>> Voice.default().check("We hereby thank you.", "en")
        ("line 1: 'hereby' is never used",)
    """

    rules: Mapping[str, VoiceRules] = attrs.field(validator=_by_language)

    @staticmethod
    @cache
    def default() -> Voice:
        """Return the rules that come with npskit, which its letters keep; see `default_toml`."""
        return _VoiceReader(Voice.default_toml(), "voice.toml").voice()

    @staticmethod
    def default_toml() -> str:
        """Return the text of the rules that come with npskit, to save and change."""
        return (files("npskit.followup.letters") / "voice.toml").read_text(encoding="utf-8")

    @staticmethod
    def from_toml(source: str | os.PathLike[str]) -> Voice:
        r"""Return the rules of a TOML file; or of a text, which has more than one line.

        Raises:
            UnreadableFileError: If it is not valid; the message names the file, the line and the fix.

        Example:
            >>> Voice.from_toml('[en]\nnever = ["cheap"]').check("A cheap trick", "en")
            ("line 1: 'cheap' is never used",)
        """
        if isinstance(source, str) and "\n" in source:
            return _VoiceReader(source, "voice").voice()
        return _VoiceReader.of_file(source).voice()

    def of(self, language: str) -> VoiceRules:
        """Return the rules of a language, those of the one it is a variety of, or none."""
        tag = normal_tag(find_language(language) or language)
        near = tag if tag in self.rules else tag.split("-")[0]
        return self.rules.get(near, VoiceRules())

    def check(self, letter: Draft | str, language: str | None = None, *, action: str | None = None) -> tuple[str, ...]:
        """Return what is wrong with a letter, each fault with its line: of a draft, the subject is line 1.

        Args:
            letter: A draft, or a text.
            language: Of a text; that of a draft is known.
            action: What a text is for: `"apologize"`; that of a draft is known.

        Raises:
            InvalidTypeError: If it is neither, or a text without a language.
        """
        if isinstance(letter, Draft):
            return (*self.heard(letter), *self.missing(letter))
        text: Any = letter
        if not isinstance(text, str) or not isinstance(language, str):
            given = f"{quoted(letter)}, {quoted(language)}"
            raise InvalidTypeError(f"check a Draft, or a text with its language: got {given}")
        rules, action = self.of(language), None if action is None else of_kind(action, str, "action")
        return (*rules.faults(letter.split("\n")), *rules.missing(letter, action))

    def heard(self, draft: Draft) -> tuple[str, ...]:
        """Return what is wrong with the words of a draft, each fault with its line."""
        of_kind(draft, Draft, "draft")
        return tuple(self.of(draft.language).faults([draft.subject, *draft.body.split("\n")]))

    def missing(self, draft: Draft) -> tuple[str, ...]:
        """Return what a draft must hold and does not."""
        of_kind(draft, Draft, "draft")
        return tuple(self.of(draft.language).missing(f"{draft.subject}\n{draft.body}", draft.action))

    def __repr__(self) -> str:
        return f"Voice({', '.join(map(repr, self.rules))})"


class _VoiceReader(TomlReader):
    """Reads the rules in a document."""

    what = "file of a voice"
    objection = UnreadableFileError

    def voice(self) -> Voice:
        """Return the voice."""
        return Voice({self._tag(name): self._rules(name) for name in self.document})

    def _tag(self, name: str) -> str:
        if not isinstance(self.document[name], dict) or locale_of(normal_tag(name)) is None:
            self.fail((name,), f"{name!r} must be a table named after a language, such as [de]")
        return normal_tag(name)

    def _rules(self, name: str) -> VoiceRules:
        table = self.document[name]
        self.known((name,), table, _KEYS)
        read: dict[str, Any] = {
            key: self._texts((name, key), table[key]) for key in ("never", "promises", "common") if key in table
        }
        for key in ("forms", "must_hold"):
            found = table.get(key, {})
            if not isinstance(found, dict):
                self.fail((name, key), f"{key} must be a table of lists: got {quoted(found)}")
            read[key] = {each: self._texts((name, key, each), words) for each, words in found.items()}
        address, longest = table.get("address"), table.get("longest_sentence")
        if address is not None and address not in read["forms"]:
            known = did_you_mean(address, read["forms"]) if read["forms"] else f"write [{name}.forms]"
            self.fail((name, "address"), f"there is no form of address {quoted(address)} in [{name}.forms]; {known}")
        if longest is not None and (isinstance(longest, bool) or not isinstance(longest, int) or longest < 1):
            self.fail((name, "longest_sentence"), f"must be a number of words: got {quoted(longest)}")
        return VoiceRules(address=address, longest_sentence=longest, **read)

    def _texts(self, path: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(text, str) and text.strip("* ") for text in value):
            self.fail(path, f"{path[-1]} must be a list of texts: got {quoted(value)}")
        return tuple(value)

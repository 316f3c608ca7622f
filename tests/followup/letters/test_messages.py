"""Drafts: harmless whoever the customer is, in the right language, and errors that say where and how to mend it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError, UnreadableFileError
from npskit.followup.letters.drafts import Draft
from npskit.followup.letters.known_languages import Languages
from npskit.followup.letters.language_file import Language, LanguageReader
from npskit.followup.letters.messages import Field, draft, list_fields
from npskit.followup.letters.person_names import is_sayable
from npskit.followup.letters.value_writer import clean

ACTIONS = Languages.default().actions
TEXT_FIELDS = {
    "line": ("name", "vocative", "company", "sender", "contact", "target", "topic", "suggestion", "code", "link"),
    "lines": ("change", "help", "next_step", "comparison", "story"),
    "term": ("offer",),
}
HOSTILE = (
    "{amount}",
    "{{name}}",
    "[[{code}]]",
    "||",
    "{self.__class__}",
    "{0.__init__.__globals__}",
    "%s %(name)s",
    "${x} $name",
    "#",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "\"><img src=x onerror='x'>",
    "Ann\r\nBcc: all@example.com",
    "\u202etxt.exe",
    "محمد",
    "שלום",
    "👩‍👩‍👧🏳️‍🌈",
    "\\1 \\g<0>",
    "a\x00b\x1b[31m",
    "\ud800",
)
CUSTOMERS = st.fixed_dictionaries(
    # what a letter cannot do without; a value of which cleaning leaves nothing is as if it were not given
    {name: st.sampled_from([text for text in HOSTILE if clean(text, lines=True)]) for name in ("change", "help")},
    optional={
        name: st.sampled_from(HOSTILE) | st.text(st.characters(codec=None), max_size=30)
        for names in TEXT_FIELDS.values()
        for name in names
        if name not in ("change", "help")
    },
)


def lines_of(name: str) -> bool:
    """Tell whether a field may have several lines."""
    return name in TEXT_FIELDS["lines"]


@given(st.sampled_from(ACTIONS), st.sampled_from(["en", "de", "pl"]), CUSTOMERS)
@settings(max_examples=600)
def test_a_draft_is_the_letter_with_the_values_in_it(action: str, language: str, customer: dict[str, str]) -> None:
    """For any customer the draft is the template's own words with the cleaned values between them, and nothing else."""
    if "_" in customer.get("offer", "") and len(customer["offer"].split()) == 1:
        customer |= {"offer": f"{customer['offer']} now"}  # one word were the name of an offer, which is not said
    given_fields = {name: value for name, value in customer.items() if clean(value, lines=lines_of(name))}
    if not is_sayable(clean(given_fields.get("name", ""))):
        del given_fields["name"]
    marks = {f"QX{chr(65 + number)}XQ": name for number, name in enumerate(given_fields)}
    plain = draft(action, {name: mark for mark, name in marks.items()}, language=language)
    found = draft(action, customer, language=language)

    def filled(text: str, lines: bool) -> str:
        return re.sub(
            r"QX\wXQ", lambda m: clean(given_fields[marks[m[0]]], lines=lines and lines_of(marks[m[0]])), text
        )

    assert found == Draft(action, language, filled(plain.subject, False), filled(plain.body, True))
    assert not re.search(r"[\r\n]", found.subject)
    for text in (plain.subject, plain.body):
        assert not set("{}[]") & set(text)


@given(st.sampled_from(ACTIONS), CUSTOMERS)
def test_html_is_escaped(action: str, customer: dict[str, str]) -> None:
    """Whatever the customer is called, the only tags in the HTML are the draft's own."""
    page = draft(action, customer, language="de").to_html()
    assert set(re.findall(r"<[^>]*>", page)) <= {'<div lang="de" dir="auto">', "<p>", "</p>", "<br>", "</div>"}
    assert page.count("<") == page.count(">")


def test_html_shows_the_whole_body() -> None:
    """Paragraphs and lines of the body are those of the HTML, character for character."""
    found = Draft("x", "en", "s", "a & b\n\n'c'\n\"d\" <e>")
    assert found.to_html() == (
        '<div lang="en" dir="auto"><p>a &amp; b</p><p>&#x27;c&#x27;<br>&quot;d&quot; &lt;e&gt;</p></div>'
    )


def test_a_draft_reads_as_text() -> None:
    """As text a draft is its subject and its body; as data it is its parts."""
    found = Draft("thank", "en", "Thanks", "Dear Ann,")
    assert str(found) == "Thanks\n\nDear Ann,"
    assert found.to_dict() == {
        "schema": "draft",
        "version": 1,
        "action": "thank",
        "language": "en",
        "subject": "Thanks",
        "body": "Dear Ann,",
        "notes": [],
    }
    assert eval(repr(found)) == found


def test_a_missing_field_is_named() -> None:
    """The error says which field, of which letter, in which language, and what to do."""
    for empty in ({}, {"change": None}, {"change": "\ud800"}, {"change": " \n "}, {"change": float("nan")}):
        with pytest.raises(InvalidValueError, match=r"'inform' in 'pl' needs 'change': give fields=\{'change': ...\}"):
            draft("inform", empty, language="pl")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"action": "thnak"}, InvalidValueError, "did you mean 'thank'"),
        ({"action": None}, InvalidTypeError, "action must be a str: got None"),
        ({"fields": [("name", "Ann")]}, InvalidTypeError, "fields must be a mapping"),
        ({"language": 7}, InvalidTypeError, "language must be a tag"),
        ({"language": "; drop table"}, InvalidValueError, "the language '; drop table' is not known: give a tag"),
        ({"language": "xx"}, InvalidValueError, "the language 'xx' is not known"),
        ({"currency": "EURO"}, InvalidValueError, "ISO 4217 code such as 'EUR': got 'EURO'; did you mean"),
        ({"currency": 978}, InvalidTypeError, "ISO 4217"),
        ({"fields": {"name": 1.5}}, InvalidTypeError, "'name' must be text"),
    ],
)
def test_what_cannot_be_drafted(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """Arguments that cannot be used are named, with the fix."""
    with pytest.raises(error, match=message):
        draft(**{"action": "thank", "fields": {}} | arguments)


def test_currency_in_small_letters() -> None:
    """A currency code counts whatever its case."""
    assert "£5.00" in draft("compensate", {"amount": 5}, currency="gbp").body


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("de", "de"),
        ("DE_at", "de"),
        ("de-Latn-CH", "de"),
        ("pl-PL", "pl"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
        ("German", "de"),
        ("deutsch", "de"),
        ("niemiecki", "de"),
        ("Deutsch (Schweiz)", "de-CH"),
        ("Polski", "pl"),
        ("pl_PL", "pl"),
        ("ไทย", "th"),
        ("pol", "pl"),
        ("en_US.UTF-8", "en"),
    ],
)
def test_languages_fall_back(asked: str | None, written: str) -> None:
    """A language is known by its tag and by its names; one without letters is answered in English."""
    assert draft("thank", {}, language=asked).language == written


def test_numbers_follow_the_country() -> None:
    """The letter is the language's, and numbers and dates in it are the country's."""
    assert "€\xa05,00" in draft("compensate", {"amount": 5}, language="de-AT", currency="EUR").body
    assert "5,00\xa0€" in draft("compensate", {"amount": 5}, language="de", currency="EUR").body
    assert "€5.00" in draft("compensate", {"amount": 5}, language="fr", currency="EUR").body


AUSTRIAN = """
language = "de-AT"

[letter]
greeting = "Grüß Gott[[ {name}]],"

[terms]
gift = "ein Packerl"

[thank]
subject = "Danke"
body = "vielen Dank."
"""
FRENCH = """
language = "fr"
fallback = "de"

[fields]
order_number = "line"

[letter]
greeting = "Bonjour[[ {name}]],"

[thank]
subject = "Merci[[ {name}]]"
body = '''
merci pour votre commande {order_number}.

C'est {years, plural, one {# an} many {# ans} other {# ans}}.
'''
closing = ""

[confirm]
subject = "Bien reçu"
body = "{{reçu}}"
"""


def with_files(folder: Path, *texts: str) -> Languages:
    """Return the default languages with files of these texts."""
    languages = Languages.default()
    for number, text in enumerate(texts):
        path = folder / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        languages = languages.with_file(path)
    return languages


def test_a_new_language_is_one_file(tmp_path: Path) -> None:
    """A file adds a language with fields and actions of its own; what it lacks comes from the fallback it names."""
    languages = with_files(tmp_path, FRENCH.replace('closing = ""\n', "").replace("\n", "\r\n"))
    found = draft("thank", {"name": "Zoë", "order_number": "17", "years": 2}, language="fr-CA", languages=languages)
    assert found == Draft("thank", "fr", "Merci Zoë", "Bonjour Zoë,\n\nmerci pour votre commande 17.\n\nC'est 2 ans.")
    assert draft("listen", {}, language="fr", languages=languages).language == "de"
    assert draft("confirm", {}, language="fr", languages=languages).body == "Bonjour,\n\n{reçu}"
    assert list_fields("thank", "fr", languages=languages)[:2] == (
        Field("order_number", "line", True),
        Field("years", "number", True),
    )
    assert languages.tags == ("de", "de-CH", "en", "fr", "pl", "th")
    assert "fr" not in Languages.default().tags
    with pytest.raises(InvalidValueError, match=r"the letter 'confirm' is missing in 'de', .* it is there in 'fr'"):
        draft("confirm", {}, language="de", languages=languages)


def test_a_file_may_hold_only_what_differs(tmp_path: Path) -> None:
    """A variety replaces single letters, the greeting and words, and inherits the rest of its language."""
    languages = with_files(tmp_path, AUSTRIAN)
    found = draft("thank", {"name": "Zoë", "sender": "Eva"}, language="de-AT", languages=languages)
    assert found == Draft("thank", "de-AT", "Danke", "Grüß Gott Zoë,\n\nvielen Dank.\n\nMit freundlichen Grüßen\nEva")
    assert draft("listen", {}, language="de-AT", languages=languages).body.startswith("Grüß Gott,\n\ndanke")
    assert draft("thank", {}, language="de", languages=languages) == draft("thank", {}, language="de")


def test_words_that_a_language_lacks_are_borrowed(tmp_path: Path) -> None:
    """The name of an offer is said in the nearest language that has a word for it, and not as the playbook has it."""
    letter = '[offer]\nsubject = "A"\nbody = "[[{offer}]]"\n'
    languages = with_files(tmp_path, AUSTRIAN + letter, f'language = "cs"\nfallback = "pl"\n{letter}')
    for tag, offer, said in (
        ("de-AT", "gift", "ein Packerl"),
        ("de-AT", "compensation", "eine Gutschrift auf Ihr Kundenkonto"),
        ("cs", "early_access", draft("offer", {"offer": "early_access"}, language="pl").body),
        ("cs", "spa day", "spa day"),
    ):
        body = draft("offer", {"offer": offer}, language=tag, languages=languages).body
        words = next(line for line in body.split("\n\n") if line and not line.startswith(("Grüß", "Mit")))
        assert words in said


def test_a_letter_of_a_shipped_language_can_be_replaced(tmp_path: Path) -> None:
    """A second file for a language wins where it says something, and leaves the rest."""
    mine = 'language = "en"\n[thank]\nsubject = "T"\nbody = "B"\ngreeting = ""\nclosing = "[[{sender}]]"\n'
    # A blank text is no text; to have no greeting, none is needed where the body begins with its own.
    with pytest.raises(UnreadableFileError, match=r"line 5: \[thank\] greeting: must be a text that is not blank"):
        with_files(tmp_path, mine)
    languages = with_files(tmp_path, mine.replace('""', '"Hi!"'))
    assert draft("thank", {"sender": "Eva"}, languages=languages).body == "Hi!\n\nB\n\nEva"
    assert draft("listen", {}, languages=languages) == draft("listen", {})


def test_fallbacks_in_a_circle_end(tmp_path: Path) -> None:
    """Two languages that name each other as fallback still end in English."""
    languages = with_files(tmp_path, 'language = "fr"\nfallback = "it"', 'language = "it"\nfallback = "fr"')
    assert draft("thank", {}, language="it", languages=languages).language == "en"


HEAD = 'language = "pl"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("language = =", r"my.toml, line 1: not valid TOML"),
        ('[thank]\nsubject = "a"', r"must say which language"),
        ('language = "xx-nonsense"', r"line 1: language: must be a language tag"),
        ("language = 7", r"line 1: language: must be a language tag"),
        (HEAD + 'fallback = "english"', r"line 2: fallback: must be a language tag"),
        (HEAD + 'fallbck = "en"', r"line 2: unknown key 'fallbck'; did you mean 'fallback'"),
        (HEAD + '[thank]\nsubject = "a"', r"line 2: \[thank\]: has no body"),
        (HEAD + '[thank]\nsubject = "a"\nbody = 7', r"line 4: \[thank\] body: must be a text"),
        (
            HEAD + '[thank]\nsubject = "a"\nboddy = "b"',
            r"line 4: unknown key 'boddy' in \[thank\]; did you mean 'body'",
        ),
        (HEAD + '[thank]\nsubject = """a\nb"""\nbody = "b"', r"line 3: \[thank\] subject: a subject is one line"),
        (
            HEAD + "[thank]\nsubject = 'a'\nbody = '''\n\nb\n[x]\nsubject = 1\n{nmae}\n'''",
            r"line 9: \[thank\] body: {nmae}",
        ),
        (HEAD + "[thank]\nsubject = 'a'\nbody = '''b\n}'''", r"line 5: \[thank\] body: '}' closes nothing"),
        (HEAD + "[thank]\nbody = '''\na\n'''\nsubject = '{'", r"line 6: \[thank\] subject: '{' begins a field"),
        (HEAD + 'thank.subject = "{"\nthank.body = "b"', r"my.toml, line 2: \[thank\] subject: '{' begins a field"),
        (HEAD + '[letter]\ngreeting = "{x}"', r"line 3: \[letter\] greeting: {x} is unknown"),
        (HEAD + '[letter]\nbody = "x"', r"line 3: unknown key 'body' in \[letter\]"),
        (HEAD + '[terms]\ngift = ""', r"line 3: \[terms\] gift: must be a text"),
        (HEAD + '[fields]\nx = "money"', r"line 3: \[fields\] x: declared, but no letter uses it"),
        (HEAD + '[fields]\nx = "moeny"', r"line 3: \[fields\] x: 'moeny' is not a kind of field; did you mean 'money'"),
        (HEAD + '[fields]\nname = "money"', r"line 3: \[fields\] name: is a field already, of kind name"),
        (
            HEAD + '[thank]\nsubject = "a"\nbody = "{years, plural, one {#} other {#}}"',
            r"line 4: \[thank\] body: {years, plural, ...} must have exactly the forms one, few, many, other",
        ),
        (HEAD + '[public_reply]\nsubject = "a"\nbody = "Dear {name}"', r"line 4: .*everybody reads this letter"),
        (HEAD + '[public_reply]\nsubject = "a"\nbody = "b"\ngreeting = "[[{name}]]"', r"line 5: .*everybody reads"),
    ],
)
def test_faults_of_a_file_are_named_with_their_line(text: str, message: str) -> None:
    """What is wrong with a language is found when it is read: file, line, letter, fault and fix."""
    with pytest.raises(UnreadableFileError, match=message) as caught:
        LanguageReader(text, "my.toml").language()
    assert str(caught.value).startswith("my.toml")


def test_a_byte_order_mark_does_no_harm() -> None:
    """A file saved by an editor that writes a mark at the beginning is read as any other."""
    assert LanguageReader("\ufeff" + HEAD, "my.toml").language() == Language("pl")


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is refused by name, with the fix."""
    path = tmp_path / "fr.toml"
    path.write_bytes('language = "fr" # français'.encode("latin-1"))
    with pytest.raises(UnreadableFileError, match=r"fr\.toml is not UTF-8: .*save it as UTF-8"):
        Languages.default().with_file(path)


def test_listing_fields_of_no_letter() -> None:
    """Fields of an unknown action are an error, as its draft is."""
    with pytest.raises(InvalidValueError, match="did you mean 'apologize'"):
        list_fields("apologise")


def test_a_variety_can_stand_alone(tmp_path: Path) -> None:
    """A variety whose language has no file of its own is complete in itself."""
    languages = with_files(tmp_path, 'language = "fr-CA"\n[thank]\nsubject = "Merci"\nbody = "Merci."')
    assert draft("thank", {}, language="fr-CA", languages=languages) == Draft("thank", "fr-CA", "Merci", "Merci.")
    assert draft("thank", {}, language="fr", languages=languages).language == "en"


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = 1" + "0" * 5000])
def test_files_beyond_reason(tmp_path: Path, text: str) -> None:
    """What Python cannot read for its size is reported as other files that cannot be read are."""
    path = tmp_path / "fr.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=r"fr\.toml"):
        Languages.default().with_file(path)


@pytest.mark.parametrize(
    "name", ["\u200b", "\u200b \u2060", "\u00ad", "\u3164", "\u2800", "\ufe0f", "\u200d\u200c", "\U000e0001"]
)
def test_a_name_nobody_can_see_is_none(name: str) -> None:
    """Text of zero-width characters and fillers counts as not given, as white space does."""
    assert clean(name) == ""
    assert draft("listen", {"name": name}) == draft("listen", {})


@pytest.mark.parametrize("name", ["\u200bAnn", "👩\u200d👩\u200d👧", "ไทย", "نگار\u200cها"])
def test_names_with_something_to_see_stay(name: str) -> None:
    """Zero-width characters between visible ones belong to the name."""
    assert name in draft("listen", {"name": name}).body


@pytest.mark.parametrize("name", [5, 5.0, np.int64(5), "c-17", "ann@x.de", "Weber, Anna", "Frau", "Pani Anna"])
def test_a_name_whose_form_is_not_known_is_left_out(name: Any) -> None:
    """Numbers, ids, addresses and what another language says are no names to greet by."""
    assert draft("listen", {"name": name}, language="de") == draft("listen", {}, language="de")


@pytest.mark.parametrize(
    ("language", "name", "greeting"),
    [
        ("en", "Anna Kowalska", "Hello Anna Kowalska,"),
        ("en", "Dr. Weber", "Hello Dr. Weber,"),
        ("de", "Frau Weber", "Guten Tag Frau Weber,"),
        ("de", "Mr Smith", "Guten Tag,"),
        ("pl", "Anna Kowalska", "Szanowni Państwo,"),
        ("th", "นภัสสร", "เรียน คุณนภัสสร"),
        ("th", "คุณนภัสสร", "เรียน คุณนภัสสร"),
        ("th", "Mr Smith", "เรียน คุณ Smith"),
        ("th", "ดร.สมชาย", "เรียน ดร.สมชาย"),
        ("th", "c-17", "เรียน ท่านลูกค้า"),
    ],
)
def test_names_have_the_form_of_the_language(language: str, name: str, greeting: str) -> None:
    """A title is not doubled, and a name that would have to be inflected is left out."""
    assert draft("listen", {"name": name}, language=language).body.splitlines()[0] == greeting


def test_a_polish_name_is_said_in_the_vocative() -> None:
    """Who gives it is greeted by it."""
    found = draft("listen", {"name": "Anna Kowalska", "vocative": "Pani Anno"}, language="pl")
    assert found.body.startswith("Dzień dobry, Pani Anno,\n")


def test_a_name_that_is_half_a_number() -> None:
    """A number that is not whole is no name."""
    for name in (5.5, float("inf"), True):
        with pytest.raises(InvalidTypeError, match="the field 'name' must be text"):
            draft("listen", {"name": name})


@pytest.mark.parametrize("years", [0, -1, 0.0, -0.5])
def test_no_years(years: float) -> None:
    """Nobody has been a customer for 0 years, or for fewer."""
    for language in ("en", "de", "pl", "th"):
        assert draft("thank", {"years": years}, language=language) == draft("thank", {}, language=language)


def test_so_much_off_is_never_a_sum() -> None:
    """An amount that is given as "5 %" is said as such."""
    body = draft("offer", {"amount": "5 %", "offer": "discount"}, currency="EUR").body
    assert "a discount for next time (5%)" in body
    assert "€" not in body


@pytest.mark.parametrize("tag", ["en", "de", "pl", "th"])
@pytest.mark.parametrize("action", ["reward", "offer", "compensate", "surprise", "referral"])
def test_a_name_of_a_playbook_is_no_words(action: str, tag: str) -> None:
    """An offer that the language has no words for is not named, and that is said; in words of the user's it is."""
    plain = draft(action, {"share": "5 %"}, language=tag)
    found = draft(action, {"share": "5 %", "offer": "five_off"}, language=tag)
    assert (found.body, plain.notes) == (plain.body, ())
    assert found.notes == (
        f"'five_off' has no words in {tag!r}, so that it is not named: write them under [terms] of a language file",
    )
    assert "a seat on the balcony" in draft(action, {"offer": "a seat on the balcony"}, language=tag).body

"""Playbooks as TOML: the default one, and every mistake named with its line and its fix."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from npskit.errors import InvalidValueError
from npskit.followup.playbook.playbook import Playbook
from npskit.followup.playbook.playbook_file import parse_playbook
from npskit.followup.playbook.rules import Conditions, Rule, Team
from npskit.followup.playbook.steps import Action, Offer

GOOD = """\
name = "mine"
[due]
clock = "calendar"
[due.channel]
chat = "10 minutes"
[due.calendar]
opens = "08:00"
holidays = ["2026-12-25", 2026-12-26]
[points]
high_value = 500
[urgency]
urgent = ["refund"]
[actions]
thank = { minutes = 2 }
listen = { minutes = 10, after = "1 hour" }
[offers]
gift = { amount = 5, cap = 7 }
[[team]]
name = "care"
when = { category = "detractor" }
[[rule]]
name = "unhappy"
when = { category = ["detractor", "at risk"], score = [0, 6], urgency = "urgent", max_days = 3 }
priority = 70
actions = [
  "listen",
  { name = "thank", after = "2 days" },
]
offers = ["gift"]
offer_required = true
[[rule]]
name = "rest"
actions = ["thank"]
"""


def test_what_is_read() -> None:
    """A playbook read is the one built of the same parts."""
    found = Playbook.from_toml(GOOD)
    assert found.name == "mine"
    assert found.due.clock == "calendar"
    assert found.due.channel == {"chat": dt.timedelta(minutes=10)}
    assert found.due.calendar.holidays == (dt.date(2026, 12, 25), dt.date(2026, 12, 26))
    assert found.points.high_value == 500
    assert found.teams == (Team("care", when=Conditions(category="detractor")),)
    unhappy = Rule(
        "unhappy",
        when=Conditions(category=("detractor", "at risk"), score=(0, 6), urgency=1, max_days=3),
        priority=70,
        actions=[
            Action("listen", after=dt.timedelta(hours=1), minutes=10),
            Action("thank", after=dt.timedelta(days=2), minutes=2),
        ],
        offers=[Offer("gift", amount=5, cap=7)],
        offer_required=True,
    )
    assert found.strategies == (unhappy, Rule("rest", actions=[Action("thank", minutes=2)]))


def test_from_files(tmp_path: Path) -> None:
    """A path is read as the text in it, with a byte order mark or without; errors name the file."""
    path = tmp_path / "mine.toml"
    for encoding in ("utf-8", "utf-8-sig"):
        path.write_text(GOOD, encoding=encoding)
        assert Playbook.from_toml(path) == Playbook.from_toml(str(path)) == Playbook.from_toml(GOOD)
    path.write_text(GOOD.replace("urgent =", "urgnt ="), encoding="utf-8")
    with pytest.raises(InvalidValueError, match=r"^mine\.toml, line 12: unknown key 'urgnt'"):
        Playbook.from_toml(path)
    path.write_bytes(b'name = "\xff"')
    with pytest.raises(InvalidValueError, match="is not UTF-8"):
        Playbook.from_toml(path)
    path.write_bytes(b"#" * (1 << 21))
    with pytest.raises(InvalidValueError, match="larger than a megabyte"):
        Playbook.from_toml(path)
    with pytest.raises(FileNotFoundError):
        Playbook.from_toml(tmp_path / "none.toml")


def test_the_default_is_whole() -> None:
    """The default playbook is read once, equals its own text, and survives every change of line ends."""
    text = Playbook.default_toml()
    assert Playbook.default() is Playbook.default()
    assert Playbook.from_toml(text) == Playbook.from_toml(text.replace("\n", "\r\n")) == Playbook.default()


@pytest.mark.parametrize(
    ("good", "bad", "line", "words"),
    [
        # keys nobody knows
        ('name = "mine"', 'nmae = "mine"', 1, "unknown key 'nmae'; did you mean 'name'?"),
        ("[points]", "[point]", 9, "unknown key 'point'; did you mean 'points'?"),
        ("clock =", "clok =", 3, "unknown key 'clok' in [due]; did you mean 'clock'?"),
        ("opens =", "open =", 7, "unknown key 'open' in [due.calendar]; did you mean 'opens'?"),
        ("high_value =", "hi_value =", 10, "did you mean 'high_value'"),
        ("urgent = [", "urgnt = [", 12, "did you mean 'urgent'"),
        ("thank = { minutes", "thank = { minuts", 14, "unknown key 'minuts' in [actions.thank]"),
        ("cap = 7", "capp = 7", 17, "did you mean 'cap'"),
        ("max_days", "max_day", 23, "unknown key 'max_day' in [rule.when]; did you mean 'max_days'?"),
        ("priority =", "prority =", 24, "did you mean 'priority'"),
        ('after = "2 days"', 'aftr = "2 days"', 27, "unknown key 'aftr'"),
        ('when = { category = "det', 'if = { category = "det', 20, "unknown key 'if' in [team]"),
        # types
        ('name = "mine"', "name = 3", 1, "name must be a text"),
        ('name = "mine"', "categories = 3", 1, "categories must be a list of texts"),
        ("500", '"500"', 10, "high_value must be a number"),
        ("500", "true", 10, "high_value must be a number"),
        ("minutes = 2 }", 'minutes = "2" }', 14, "minutes must be a number"),
        ('["refund"]', '"refund"', 12, "urgent must be a list of texts"),
        ('["refund"]', "[3]", 12, "urgent must hold texts"),
        ("[0, 6]", "[0]", 23, "score must be the lowest and the highest"),
        ("[0, 6]", "[6, 0]", 23, "score must be the lowest and the highest"),
        ('["detractor", "at risk"]', "[3]", 23, "a text or a list of texts"),
        ("priority = 70", 'priority = "70"', 24, "priority must be a number"),
        ('offers = ["gift"]', 'offers = "gift"', 29, "offers must be a list"),
        ('actions = ["thank"]', "actions = [3]", 33, "write the name of an action"),
        ("offer_required = true", 'offer_required = "yes"', 30, "offer_required must be True or False"),
        ("thank = { minutes = 2 }", "thank = 2", 14, "thank must be a table"),
        ('when = { category = "detractor" }', "when = 3", 20, "when must be a table"),
        ('name = "rest"', "name = 3", 32, "name must be a text that is not empty"),
        ('name = "rest"', "", 31, 'no name; write name = "..."'),
        ("[[team]]", "[team]", 18, "write [[team]], in double brackets"),
        ('name = "care"', 'name = ""', 19, "name must be a text that is not empty"),
        # values
        (
            '"calendar"',
            '"calender"',
            3,
            "clock must be one of 'calendar', 'business': got 'calender'; did you mean 'calendar'?",
        ),
        ('"10 minutes"', '"10 parsecs"', 5, "channel.chat must be a number of s, min, h, d or w"),
        ('"10 minutes"', '"-10 minutes"', 5, "channel.chat must be a number of s, min, h, d or w"),
        ('"10 minutes"', "10", 5, "channel.chat must be a duration"),
        ('"08:00"', '"8 o\'clock"', 7, "opens must be a time of day"),
        ('"08:00"', '"17:00"', 6, "closes must differ from opens"),
        ('"2026-12-25"', '"25.12."', 8, "holidays must be a date"),
        ("500", "-500", 10, "high_value must be above 0"),
        ("amount = 5", "amount = -5", 17, "amount must be at least 0"),
        ("amount = 5", "share = 5", 17, "share must be at least 0 and at most 1"),
        ("amount = 5", "amount = inf", 17, "amount must be finite"),
        # steps that give, and what they give
        ("thank = { minutes = 2 }", 'thank = { needs_offer = "yes" }', 14, "needs_offer must be True or False"),
        ("thank = { minutes = 2 }", "thank = { needs_ofer = true }", 14, "did you mean 'needs_offer'?"),
        ("thank = { minutes = 2 }", "thank = { needs_offer = true }", 25, "'thank' needs an offer, and no offer of"),
        ('after = "2 days" }', "needs_offer = true }", 25, "'thank' needs an offer, and no offer of rule 'unhappy'"),
        ("cap = 7", 'step = "thnak"', 17, "no action 'thnak' in [actions]; did you mean 'thank'?"),
        ("cap = 7", "step = 3", 17, "write the name of an action of [actions]"),
        ('  { name = "thank", after = "2 days" },', "X", 27, "not valid TOML"),
        # channels
        ("[points]", "[channels]\nportal = 3\n[points]", 10, "channels.portal must be the name of a channel"),
        ("[points]", '[channels]\n"-" = "app"\n[points]', 10, "channels.- must name a channel"),
        ("[points]", "[[channels]]\n[points]", 9, "channels must be a table"),
        ('"1 hour"', '"soon"', 15, "after must be a number of s, min, h, d or w"),
        ('["refund"]', '["re*fund"]', 12, "'re*fund' is no word"),
        ('urgency = "urgent"', 'urgency = "ugent"', 23, "did you mean 'urgent'"),
        ('"at risk"', '"at rsik"', 23, "no scorer has the category 'at rsik'; did you mean 'at risk'?"),
        ('category = "detractor" }', 'category = "detracter" }', 20, "no scorer has the category 'detracter'"),
        ("max_days = 3", "max_days = -3", 23, "max_days must be at least 0"),
        ("priority = 70", "priority = 170", 24, "priority must be at least 0 and at most 100"),
        ('  "listen",', '  "lisen",', 26, "no action 'lisen' in [actions]; did you mean 'listen'?"),
        ('{ name = "thank"', '{ name = "thanks"', 27, "no action 'thanks' in [actions]; did you mean 'thank'?"),
        ('{ name = "thank", ', "{ ", 27, "no name"),
        ('offers = ["gift"]', 'offers = ["gifts"]', 29, "no offer 'gifts' in [offers]; did you mean 'gift'?"),
        ('offers = ["gift"]\n', "offers = []\n", 21, "offer_required needs offers"),
        ('name = "rest"', 'name = "unhappy"', 32, "a rule 'unhappy' stands on line 22 already"),
        ('clock = "calendar"', 'time_zone = "x"', 3, "unknown key 'time_zone' in [due]"),
        ("[due.channel]", "[due.category]", 5, "no scorer has the category 'chat'"),
        ("[due.channel]", "[due.urgency]", 5, "urgency.chat means nothing"),
        ('opens = "08:00"', 'time_zone = "Berlin"', 7, "time_zone 'Berlin' is not known"),
        ('opens = "08:00"', 'weekend = ["Sa"]', 7, "weekend: 'Sa' is not a day"),
        # no TOML at all
        ("[points]", "[points", 9, "not valid TOML"),
        ('name = "rest"', 'name = "rest', 32, "not valid TOML"),
        ('name = "rest"', "name = ", 32, "not valid TOML"),
        ('actions = ["thank"]\n', 'actions = ["thank"', 33, "not valid TOML"),
        ("priority = 70", "priority = 70\npriority = 71", 25, "not valid TOML"),
    ],
)
def test_mistakes(good: str, bad: str, line: int, words: str) -> None:
    """Every mistake is refused with the file, the line it stands on, and what to write instead."""
    assert good in GOOD
    with pytest.raises(InvalidValueError) as caught:
        parse_playbook(GOOD.replace(good, bad, 1), "mine.toml")
    message = str(caught.value)
    assert message.startswith(f"mine.toml, line {line}: ")
    assert words in message


def test_nothing_in_it() -> None:
    """A playbook without rules, or nested beyond reason, is none."""
    with pytest.raises(InvalidValueError, match="there are no rules"):
        Playbook.from_toml("# empty\n")
    with pytest.raises(InvalidValueError, match=r"nested too deeply|not valid TOML"):
        Playbook.from_toml("a = " + "[" * 5000 + "\n")


def test_an_offer_for_a_step_that_is_not_there() -> None:
    """An offer is refused in a rule without its step, on the line of the rule's offers."""
    text = GOOD.replace("cap = 7", 'step = "thank"').replace('{ name = "thank", after = "2 days" },', "")
    with pytest.raises(InvalidValueError, match="line 29: offers: 'gift' is for the step 'thank', which is not among"):
        Playbook.from_toml(text)


def test_names_of_channels() -> None:
    """Names of your own for channels are read, and looked up without regard to case, spaces and hyphens."""
    found = Playbook.from_toml(GOOD.replace("[points]", '[channels]\n"Kunden-Portal" = "app"\n[points]'))
    assert found.channels == {"kundenportal": "app"}


@pytest.mark.parametrize("text", ["", "  ", "\n\t\n"])
def test_no_text(text: str) -> None:
    """An empty text is called so."""
    with pytest.raises(InvalidValueError, match="the playbook is empty: give the path"):
        Playbook.from_toml(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n" + "#" * (1 << 21), "playbook is larger than a megabyte"),
        ("\n" + "a." * 400_000 + "a = 1\n", r"playbook, line 2: a key of so many parts: a\.a\."),
        ("\n[" + "a . " * 200_000 + "a]\n", "playbook, line 2: a key of so many parts"),
        ("\nx = {" + '"a"."b".' * 90_000 + "a = 1}\n", "playbook, line 2: a key of so many parts"),
        ("\nname = " + "[" * 400_000 + "\n", "nested too deeply|not valid TOML"),
        ("\n" + "a" * 900_000 + " = 1\n", "unknown key"),
    ],
)
def test_texts_without_measure(text: str, words: str) -> None:
    """What is far larger or deeper than any playbook is refused at once."""
    begun = time.process_time()
    with pytest.raises(InvalidValueError, match=words):
        Playbook.from_toml(text)
    assert time.process_time() - begun < 5


def test_own_categories() -> None:
    """Categories of one's own scorer are named at the top."""
    rule = '[[rule]]\nname = "all"\nwhen = { category = "thrilled" }\nactions = ["thank"]\n'
    text = f'categories = ["thrilled"]\n[actions]\nthank = {{}}\n{rule}'
    assert Playbook.from_toml(text).strategies[0].name == "all"


def test_a_number_without_end() -> None:
    """A number of more digits than Python reads is refused like other mistakes."""
    with pytest.raises(InvalidValueError, match=r"playbook: .*digits"):
        Playbook.from_toml("name = 1" + "0" * 5000 + "\n")


def test_an_empty_condition() -> None:
    """A list that was emptied must not make a rule apply to everybody."""
    with pytest.raises(InvalidValueError, match="line 3: channel is an empty list"):
        Playbook.from_toml('[[rule]]\nname = "chat"\nwhen = { channel = [] }\n')


def test_a_rule_without_actions() -> None:
    """A rule has to say what to do: customers with nothing to be done for them would count as followed up."""
    with pytest.raises(InvalidValueError, match="line 1: a rule without actions"):
        Playbook.from_toml('[[rule]]\nname = "all"\n')
    with pytest.raises(InvalidValueError, match="line 1: a rule without actions"):
        Playbook.from_toml('[[rule]]\nname = "all"\nactions = []\n')

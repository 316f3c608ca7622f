"""Arguments of what was added last: letters of one's own, words of urgency, accounts, counts and mappings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import npskit as nk
from tests.fuzz.cells import LONG
from tests.fuzz.draw import Draw
from tests.fuzz.holders import column

Make = Callable[[Draw, Any], Any]
TOML = (
    "[en]\nnever = ['cheap']\nlongest_sentence = 20\n",
    "[de]\naddress = 'du'\n[de.forms]\ndu = ['du', 'dich']\nSie = ['Sie']\n",
    "[[help]]\ntheme = 'room'\nlanguage = 'en'\ntext = 'How to'\n",
    "[[story]]\nlanguage = 'en'\ntext = 'A story'\nproduct = ['a', 'b']\n",
    "negations = ['not ~1']\n[lists]\nbody = ['arm', 'leg']\n[[category]]\nname = 'a'\nlevel = 'urgent'\n",
    "[[category]]\nname = 'fire'\nlevel = 'critical'\npatterns = ['on fire', 'burn* ~3 <body>']\n",
    "[[rule]]\nname = 'a'\nactions = ['call']\nwhen = { region = 'South', category = 'detractor' }\n",
)


def _one(*options: Any) -> Make:
    return lambda draw, _: draw.among(options)


def _toml(draw: Draw, _: Any) -> str:
    """Return a document that is right for one of the readers, at times with a part replaced."""
    text = draw.among(TOML)
    while draw.chance(0.5):
        at = draw.whole(0, len(text))
        bits = (
            "",
            "9" * 5000,
            "[",
            "]",
            "=",
            "'",
            "\n",
            "a.b",
            "{}",
            "[[a]]\n",
            "true",
            "~9",
            "*",
            "<x>",
            "\ud800",
            "1e9",
        )
        text = text[:at] + draw.among(bits) + text[at + draw.whole(0, 6) :]
    return text + "\n"


def _writer(draw: Draw, _: Any) -> Any:
    texts = ["Thank you for your words.", "", "We give you 500 EUR.", LONG, None, "{name}", "Dear Ann,\nhello"]
    said = draw.among(texts)

    def write(facts: Any) -> Any:
        return said if draw.chance(0.9) else [][len(str(facts))]

    return draw.among([None, write])


def _triage(draw: Draw, _: Any) -> Any:
    label = draw.among([None, "spam", "real", 5, LONG])
    return draw.among([None, lambda texts: [label] * len(texts), lambda texts: [], lambda texts: label])


def _plan(_: Draw) -> Any:
    data = {"score": [3, 10], "customer": ["a", "b"], "time": ["2026-03-02", "2026-03-03"], "theme": ["room", "price"]}
    survey = nk.Survey(data, score="score", customer="customer", time="time")
    return survey.follow_up(roles={"theme": "theme"})


def _draft(draw: Draw, _: Any) -> Any:
    return nk.draft("thank", {}, language=draw.among(["en", "de", "pl"]))


NEWER: dict[str, Make] = {
    "account": _one("customer", "label", "region", "acount", None),
    "best": _one(1, 5, 10, None, 3),
    "calendar_by": _one("channel", "region", (), ["label"]),
    "categories": _one([], ["fire"]),
    "change": _one("faster rooms", {"en": "faster", "de": "schneller"}, {"xx": "x"}, {}, LONG),
    "complaint": _one(True, False, None),
    "complaints": _one(len, lambda comment: "bad" in comment),
    "contacts": _one("mean", "latest", "worst", "best"),
    "count": _one("value", "weight", "score", None, "flag"),
    "country": _one("PL", "DE-BY", "TH", "XX", "", LONG),
    "done": _one(["refunded"], [], "*", ["*"]),
    "draft": _draft,
    "earlier": lambda draw, _: draw.among([(), _plan(draw), [_plan(draw), _plan(draw)]]),
    "elsewhere": _one(["years ago"], [], ["a ~99 b"]),
    "items": _one([], [5]),
    "letter": lambda draw, owner: draw.among([_draft(draw, owner), "We hereby thank you.", "", LONG]),
    "lists": _one({}, {"body": ["arm", "leg"]}, {"a": []}, {"a": ["<a>"]}),
    "mapping": _one(
        {"top": 10, "none": None}, {9: 10}, {"a": 99}, {}, None, {"score": {"x": 1}}, {"x": "y"}, {True: 1}
    ),
    "materials": lambda draw, _: draw.among([None, nk.Materials([]), nk.Materials.from_toml(TOML[2] + TOML[3])]),
    "negations": _one(["not ~1", "no"], [], ["~"], ["a*b*c"]),
    "notes": _one((), ["a"], [5]),
    "place": lambda draw, _: draw.whole(-2, 3),
    "plans": lambda draw, _: draw.among([_plan(draw), [_plan(draw)], []]),
    "pleased": _one(True, False),
    "product": _one("a", None, 5),
    "rules": _one({}, {"en": 5}),
    "sheet": _one("Sheet1", "answers", "", LONG),
    "source": _toml,
    "stretch": _one(True, False),
    "targets_by": _one("channel", "region", (), ["label"]),
    "title": _one("a list", "", LONG),
    "told": lambda draw, _: draw.among([(), ["a"], column(draw, "customer", 3)]),
    "triage": _triage,
    "voice": lambda draw, _: draw.among([None, nk.Voice.default(), nk.Voice.from_toml(TOML[0] + TOML[1])]),
    "wanted": _one({"region": "North"}, {"region": ["North", None]}, {"score": (0, 6)}, {"regoin": 1}, {}),
    "waves": lambda draw, _: [nk.Survey({"score": [1, 9]}, score="score")] * draw.whole(0, 2),
    "where": _one({"region": "North"}, {"region": ["North", ""]}, {"regoin": 1}, {}, {"label": None}, {"score": 5}),
    "worth_to_customer": _one("5 %", 5, {"amount": 5, "share": 0.1, "cap": 50}, {"x": 1}, None, "5", "-5 %", "900 %"),
    "worth_to_friend": _one("5 %", 5, {"amount": 5}, None, ""),
    "writer": _writer,
}

OPTIONS_OF_A_LOG: dict[str, tuple[str, ...]] = {
    "--roles": ("opened=time,case=customer", "opened=time,closed=time,category=label", "x", "opened=", "=", LONG),
    "--events": ("made=opened", "made", "x=y"),
    "--recorded": ("closed", "reopened,closed", "x"),
    "--by": ("region", "category", "regoin", "month", ""),
    "--targets": ("close=5d", "first_response=3h,close=2w", "chat/first_response=1h", "x=1h", "close=3m", "close"),
    "--targets-by": ("region", "x"),
    "--as-of": ("2026-12-31", "x", "9999-12-31", ""),
    "--hours": ("09:00-17:00", "always", "17:00-09:00", "x", "North=always,South=08:00-16:00", "-"),
    "--hours-by": ("region", "x"),
    "--weekend": ("none", "Fri,Sat", "x"),
    "--holidays": ("2026-05-01", "PL", "XX", "2026-02-30", ""),
    "--time-zone": ("Europe/Warsaw", "Mars"),
    "--scorer": ("nps", "csat", "x"),
    "--encoding": ("utf-8", "utf-16", "nope"),
    "--dayfirst": (),
    "--monthfirst": (),
    "--eligible": ("100", "0", "-1", "x", "9" * 5000),
    "--level": ("0.9", "2", "nan"),
    "--rejected": (),
    "--json": (),
}

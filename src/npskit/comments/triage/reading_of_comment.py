"""From the signs in a comment to what it is, what its writer wants, and its mood."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from npskit.comments.patterns import original
from npskit.comments.triage.no_words import has_address, leads_away

# A word of blame weighs more than one of praise, since praise is polite; what follows a "but" more than what precedes.
_BLAME, _AFTER, _BEFORE = 1.25, 1.5, 0.5
# What the answer weighs against words, and from which sum on a mood is told. Who wants something is in none up to a
# larger sum; beside an answer it has to be larger still to tell one, and between the two it is not sure.
_OF_ANSWER, _TOLD, _NONE_UP_TO, _TOLD_OF_WISH = 1.75, 0.4, 1.2, 1.6
_ASKS_ONLY, _ALONE = 0.9, 1.3
_FAINT = 0.5
# Who leaves or asks for help seldom does so in a good mood.
_LEANS = {"cancellation": -1.0, "support": -0.6, "complaint": -0.5}
_MATTERS = ("problem", "leaving", "errand", "buying", "proposal", "asking")
_WISHES = ("question", "sales", "suggestion", "support")
# From here on words tell a mood that an answer of the other end contradicts.
_PLAIN, _OTHER_END = 1.0, 0.7


@attrs.frozen
class SignsFound:
    """What stands in a comment.

    Args:
        counts: How often each sign stands in it, where it does.
        places: Where the first words of each sign stand in the comment as it is folded.
        text: The comment.
        whole: The comment as it is folded.
        praise: The sum over words of praise, those behind a "but" weighing more.
        blame: The same over words of blame.
        linked: Whether it holds a link, a handle or a telephone number.
        asks: Whether it has a question mark.
        size: How many words it has.
        leaning: Which way its words lean: above 0 for a good mood.
    """

    counts: Mapping[str, int]
    places: Mapping[str, tuple[int, int]]
    text: str
    whole: str
    praise: float
    blame: float
    linked: bool
    asks: bool
    size: int
    leaning: float = attrs.field(init=False)

    @leaning.default
    def _of_words(self) -> float:
        """Return which way words lean. Beside blame, praise may be sarcasm."""
        praise, blame = self.praise, _BLAME * self.blame
        if self.has("sarcasm") and (blame or self.has("problem", "rhetorical")):
            praise, blame = 0.0, blame + 1.0
        if not (praise or blame):
            praise, blame = _FAINT * self.has("faint_good"), _FAINT * self.has("faint_bad")
        if not praise:
            blame += 0.5 * self.has("rhetorical") + (0.8 if self.has("problem") and not blame else 0.0)
        return praise - blame

    def said(self, sign: str) -> str:
        """Return the first words of a sign, as the comment has them."""
        begin, end = self.places[sign]
        # nearly always folding goes letter by letter
        return self.text[begin:end] if len(self.text) == len(self.whole) else original(self.text, begin, end)

    def has(self, *signs: str) -> bool:
        """Whether one of some signs stands in it."""
        return not self.counts.keys().isdisjoint(signs)


def weight_of_mood(after_contrast: bool, contrast: bool) -> float:
    """Return what a word of praise or blame weighs."""
    return (_AFTER if after_contrast else _BEFORE) if contrast else 1.0


def set_aside_as(found: SignsFound) -> tuple[str, str] | None:
    """Return what a comment is set aside as, and the words that say so; None for content and noise."""
    if found.has("spam"):
        return "spam", found.said("spam")
    if _leaves_contact(found):
        return None
    if found.linked and found.has("promotion") and not found.has("problem", "leaving"):
        return "spam", f"{found.said('promotion')}, beside a link"
    if found.linked and found.size <= 2:
        return "spam", "a link alone"
    if found.linked and has_address(found.text) and not found.has("service", "problem", "leaving", "errand"):
        return "spam", "an address, and nothing about the service"
    if found.has("off_topic") and not found.has("service", "leaving", "errand", "buying", "proposal", "problem"):
        return "irrelevant", found.said("off_topic")
    return None


def _leaves_contact(found: SignsFound) -> bool:
    """Whether a comment that says or wants something of the service leaves the writer's address or number."""
    says = found.praise or found.blame or found.asks or found.has(*_MATTERS)
    says = says or (found.has("service") and found.counts.get("promotion", 0) <= 1)  # offers name services, too
    return bool(found.linked and says and not leads_away(found.text))


def intent_of(found: SignsFound, standing: float | None) -> tuple[str | None, str | None]:
    """Return what the writer wants, and the words that say so.

    Of several it is the first of: to leave, to buy, help, a change, to know. Who wants nothing praises or complains.

    Args:
        found: The signs.
        standing: Where the answer stands, -1..1; None where there is none.
    """
    if found.has("leaving") and not found.has("staying"):
        return "cancellation", found.said("leaving")
    if found.has("buying"):
        return "sales", found.said("buying")
    if found.has("errand"):
        return "support", found.said("errand")
    if found.has("problem") and (found.has("request") or _is_question(found)):
        return "support", found.said("problem")
    if found.has("proposal"):
        return "suggestion", found.said("proposal")
    if _is_question(found):
        return "question", found.said("asking") if found.has("asking") else "?"
    leaning = found.leaning + _OF_ANSWER * (standing or 0.0)
    if leaning == 0 and standing is None:
        return None, None
    mood = "praise" if leaning > 0 or (leaning == 0 and standing == 0) else "complaint"
    sign = "good" if mood == "praise" else "bad"
    return mood, found.said(sign) if found.has(sign) else None


def mood_of(found: SignsFound, standing: float | None, intent: str | None) -> int | None:
    """Return -1, 0 or 1 for the mood; None where neither words nor the answer tell it, or contradict each other.

    Args:
        found: The signs.
        standing: As for `intent_of`.
        intent: What the writer wants.
    """
    if contradicts(found, standing, intent):
        return None
    if standing is None and intent == "cancellation" and found.has("blameless") and not found.blame:
        return 0
    leaning = found.leaning + _OF_ANSWER * (standing or 0.0) + _LEANS.get(intent or "", 0.0)
    if intent not in _WISHES:
        told = _TOLD
    elif standing is None:
        told = _ASKS_ONLY if intent in ("question", "sales") else _ALONE
    else:
        told = _TOLD_OF_WISH
    if abs(leaning) >= told:
        return 1 if leaning > 0 else -1
    return 0 if intent in _WISHES and (standing is None or abs(leaning) <= _NONE_UP_TO) else None


def contradicts(found: SignsFound, standing: float | None, intent: str | None) -> bool:
    """Whether words tell a mood that an answer of the other end contradicts."""
    words = found.leaning + _LEANS.get(intent or "", 0.0)
    return standing is not None and abs(standing) >= _OTHER_END and abs(words) >= _PLAIN and words * standing < 0


def _is_question(found: SignsFound) -> bool:
    return (found.asks or found.has("asking")) and not found.has("rhetorical")

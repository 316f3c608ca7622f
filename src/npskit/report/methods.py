"""The box that says by which conventions and methods everything on the page was computed."""

from __future__ import annotations

import math

from npskit.report.evidence import ALPHA, FEW
from npskit.report.page_parts import ReportParts, ReportTerms
from npskit.report.wording import ReportWords, named
from npskit.results import LEVEL


def methods_of(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> tuple[tuple[str, str], ...]:
    """Return each convention that was used: what it is about, and what it is."""
    used = {"score": _score(words, parts), "intervals": _intervals(words, parts)}
    used["evidence"] = words.say("methods.evidence", few=FEW, alpha=words.percent(ALPHA))
    if parts.timeline is not None:
        used["trend"] = words.say("methods.trend")
    if parts.explanation is not None:
        used["change"] = words.say("methods.change")
    if parts.effects:
        kinds = dict.fromkeys(words.say(f"methods.{effect.method}") for effect, _ in parts.effects)
        used["effects"] = words.say("methods.effects", methods=words.listed([*kinds]))
    if parts.segments:
        used["segments"] = words.say("methods.segments")
    if parts.drivers is not None:
        used["drivers"] = words.say(
            "methods.drivers",
            n=parts.drivers.n,
            units=words.count(parts.drivers.units),
            seen=words.percent(parts.drivers.r2),
            unseen=words.percent(parts.drivers.r2_out_of_sample)
            if not math.isnan(parts.drivers.r2_out_of_sample)
            else "–",
        )
    if parts.voices is not None:
        used["voices"] = words.say("methods.voices")
    if parts.plan is not None and not terms.share:
        used["first"] = words.say("methods.first")
    if parts.loop is not None:
        used["loop"] = words.say("methods.loop")
    if terms.hide_below is not None:
        used["hide"] = words.say("methods.hide", below=words.count(terms.hide_below))
    if terms.share:
        used["share"] = words.say("methods.share")
    return tuple((words.say(f"methods.name_{name}"), text) for name, text in used.items())


def _score(words: ReportWords, parts: ReportParts) -> str:
    """Return what the score is, with every convention it was computed under."""
    conventions = parts.score.conventions
    told = [words.say("methods.scorer", scorer=named(conventions.scorer, 200))]
    told.append(words.say(f"methods.denominator_{conventions.denominator}"))
    told.append(words.say(f"methods.repeats_{conventions.repeats}", n=conventions.superseded))
    if conventions.contacts is not None:
        told.append(words.say(f"methods.contacts_{conventions.contacts}"))
    if conventions.weighted:
        told.append(words.say("methods.weighted"))
    return " ".join(told)


def _intervals(words: ReportWords, parts: ReportParts) -> str:
    variance = parts.score.conventions.variance
    kind = words.say("methods.interval", level=words.percent(LEVEL))
    return f"{kind} {words.say(f'methods.variance_{variance}')}"

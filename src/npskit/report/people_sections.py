"""The sections on people: whom to answer, and whether those who were to be answered were."""

from __future__ import annotations

import datetime as dt
import math

import attrs

from npskit.comments.patterns import UrgentSign
from npskit.counting import SHOWN, hidden_groups
from npskit.followup.cases import ClosedLoop
from npskit.followup.plan import FollowUpPlan
from npskit.report.page_parts import Grid, GridLine, ReportParts, ReportSection, ReportTerms, joined
from npskit.report.pictures import loop_chart, picture_of
from npskit.report.score_sections import category_said, hidden_cells
from npskit.report.wording import DASH, ReportWords, named
from npskit.results import records
from npskit.scores import segment_names

_FIRST = 10


@attrs.frozen
class ToAnswer:
    """Somebody to be answered.

    Args:
        customer: Who.
        answer: What was answered.
        category: The category of the answer.
        priority: 0..100.
        late: How late it is, in words; empty where it is not.
        due: By when.
        owner: Who answers.
        why: Why: of the default playbook in the language of the report, of another as it has it.
        urgent: What the comment is, in words: urgent, critical; empty where it is ordinary.
        says: The words of the comment that make it so, masked; empty where none are known.
        comment: What was written, masked.
        language: The tag of its language, where it is known.
    """

    customer: str
    answer: str
    category: str
    priority: str
    late: str
    due: str
    owner: str
    why: str
    urgent: str
    says: str
    comment: str
    language: str | None


def answer_section(words: ReportWords, parts: ReportParts, _: ReportTerms) -> ReportSection:
    """Return the section on whom to answer first."""
    plan = parts.plan
    if plan is None:
        return ReportSection("first", words.say("first.absent"))
    late = int(plan.overdue.sum())
    now = None if plan.now is None else plan.now.astype("datetime64[s]").item()
    rows = records(plan.columns(most=_FIRST))
    signs = plan.assigned.urgent_signs(plan.order[: len(rows)])
    counts = plan.counts
    aside = [words.say(f"first.not_{name.replace(' ', '_')}", n=n) for name, n in counts.items()
             if n and words.has(f"first.not_{name.replace(' ', '_')}")]  # fmt: skip
    return ReportSection(
        "first",
        words.say("first.headline", n=len(plan)) if len(plan) else words.say("first.nobody"),
        " ".join(joined(
            words.say("first.late", n=late) if late else "",
            words.say("first.caption", moment=words.moment(now)) if now is not None else "",
        )),
        to_answer=tuple(_to_answer(words, row, now, sign) for row, sign in zip(rows, signs, strict=True)),
        notes=joined(words.say("first.note_not", listed="; ".join(aside)) if aside else "", words.say("first.note")),
    )  # fmt: skip


def first_fact(words: ReportWords, plan: FollowUpPlan) -> tuple[str, str, str]:
    """Return how many are to be answered: of a plan within limits all, else the first, with the whole beside."""
    limits, many = plan.limits, len(plan)
    if math.isfinite(limits.budget) or any(map(math.isfinite, limits.capacity.values())):
        late = words.say("fact.late", n=int(plan.overdue.sum()))
        return words.say("fact.to_answer"), words.count(many), late
    urgent = int((plan.assigned.urgency[plan.order] > 0).sum())
    name = words.say("fact.urgent_first" if urgent else "fact.to_answer_first")
    return name, words.count(urgent or min(many, _FIRST)), words.say("fact.of_waiting", n=many)


def _to_answer(
    words: ReportWords, row: dict[str, object], now: dt.datetime | None, sign: UrgentSign | None
) -> ToAnswer:
    from npskit.comments.words import masked

    due = row.get("due")
    late = due is not None and now is not None and due < now  # type: ignore[operator]
    reasons = row.get("reasons") or ("",)
    why = named(_in_report_language(words, "why", str(reasons[0])), 160)  # type: ignore[index]
    urgency = str(row.get("urgency"))
    comment = row.get("comment")
    return ToAnswer(
        customer=named(row["customer"]) if row.get("customer") is not None else words.say("first.row", row=row["row"]),
        answer=named(row.get("score", row.get("answer", ""))),
        category=category_said(words, str(row["category"])),
        priority=words.whole(float(row["priority"])),  # type: ignore[arg-type]
        late=_how_late(words, now - due) if late else "",  # type: ignore[operator]
        due=words.day(due) if isinstance(due, dt.date) else DASH,
        owner=named(_in_report_language(words, "owner", str(row["owner"] or DASH))),
        why=why[:1].upper() + why[1:],
        urgent=words.say(f"first.{urgency}") if urgency in ("urgent", "critical") else "",
        says=named(masked(sign.words), 40) if sign is not None else "",
        comment=named(masked(str(comment)), 160) if comment else "",
        language=str(row["language"]) if row.get("language") else None,
    )


def _in_report_language(words: ReportWords, table: str, text: str) -> str:
    """Return what the default playbook says in the language of the report; what another says as it is."""
    return words.translated(table, text) or text


def _how_late(words: ReportWords, late: dt.timedelta) -> str:
    return words.say("first.days_late", n=late.days) if late.days else words.say("first.late_today")


def loop_section(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> ReportSection:
    """Return the section on cases: how many were answered, how soon, and what waits."""
    loop = parts.loop
    if loop is None:
        return ReportSection("loop", words.say("loop.absent"))
    if terms.hide_below is not None and loop.n < terms.hide_below:
        return ReportSection("loop", words.say("hide.total", below=words.count(terms.hide_below)))
    first, open_cases = loop.first_response, loop.backlog.open
    half = DASH if math.isnan(first.median) or math.isinf(first.median) else _hours(words, first.median)
    waiting = words.say("loop.open", n=open_cases) if open_cases is not None else words.say("loop.open_unknown")
    grids = [_loop_figures(words, loop)]
    if loop.by and not terms.share:
        grids.append(_loop_groups(words, loop, terms))
    return ReportSection(
        "loop",
        words.say("loop.headline", n=loop.cases, half=half)
        if half != DASH
        else words.say("loop.headline_slow", n=loop.cases),
        " ".join(
            joined(waiting, "" if loop.as_of is None else words.say("loop.caption", moment=words.moment(loop.as_of)))
        ),
        pictures=picture_of(words, loop_chart(loop, terms), "loop"),
        grids=tuple(grids),
        notes=joined(words.say("loop.note_censored"), words.say("loop.note_claim") if loop.by else ""),
    )


def _hours(words: ReportWords, hours: float) -> str:
    return words.say("loop.hours", hours=words.number(hours, 1 if hours < 10 else 0))


def _loop_figures(words: ReportWords, loop: ClosedLoop) -> Grid:
    lines = []
    for time in (loop.first_response, loop.close):
        shown = "" if math.isinf(time.median) else words.between(time.median_interval)
        half = words.say("loop.not_half") if math.isinf(time.median) else _hours(words, time.median)
        lines.append(
            GridLine((words.say(f"loop.{time.measure}"), half, shown or DASH, words.count(time.done + time.waiting)))
        )
    for rate in loop.total.rates:
        if rate.n:
            limits = words.between((100 * rate.interval.low, 100 * rate.interval.high), 0)
            lines.append(
                GridLine((words.say(f"loop.{rate.name}"), words.percent(rate.value), limits, words.count(rate.n)))
            )
    header = "", words.say("head.value"), words.say("head.interval"), words.say("head.of")
    return Grid(words.say("loop.table"), header, tuple(lines), shown=True)


def _loop_groups(words: ReportWords, loop: ClosedLoop, terms: ReportTerms) -> Grid:
    fates = hidden_groups([figures.cases for figures in loop.groups.values()], terms.hide_below).tolist()
    lines = []
    for name, figures, fate in zip(segment_names(list(loop.groups)), loop.groups.values(), fates, strict=True):
        if fate != SHOWN:
            _, dash, what, n = hidden_cells(words, named(name), fate, terms)
            lines.append(GridLine((named(name), n, what, dash), "hidden"))
            continue
        first, waits = figures.time("first_response"), figures.backlog.open
        half = words.say("loop.not_half") if math.isinf(first.median) else _hours(words, first.median)
        shown = DASH if waits is None else words.count(waits)
        lines.append(GridLine((named(name), words.count(figures.cases), half, shown)))
    header = named(", ".join(loop.by)), words.say("head.cases"), words.say("head.half"), words.say("head.open")
    return Grid(words.say("loop.table_groups", column=named(", ".join(loop.by))), header, tuple(lines), shown=True)

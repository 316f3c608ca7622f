"""What following up did: the record, as a person reads it and as a program does."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.checks import is_same
from npskit.errors import InvalidValueError, counted, did_you_mean, quoted
from npskit.followup.impact.arm_contrasts import ALL, ArmContrast
from npskit.followup.impact.outcomes import SetAside
from npskit.followup.impact.regression_to_the_mean import ExpectedChange
from npskit.results import (
    NO_ROWS,
    Columns,
    CountedRows,
    Interval,
    RowCounts,
    Rows,
    columns_of,
    number,
    p_value,
    percent,
)
from npskit.scores import Comparison, Score, compare

ASSUMES = (
    "Who was held out was drawn at random, by customer, before anybody was followed up.",
    "Following up one customer does not change what another one answers.",
    "Both arms were asked again in the same way and at the same time.",
    "Who answers again does not depend on the follow-up; that as many answered in both arms does not show it.",
    "It is the effect of meaning to follow up, on customers such as these; some of the treated may not have been "
    "reached.",
)
REWEIGHTED = (
    "Of the reweighted difference: among the customers of one segment and arm, who answers again does not depend on "
    "what they would say."
)
REGRESSION = (
    "Customers chosen for a low score score higher the next time whatever is done, and those chosen for a high one "
    "lower (regression to the mean)."
)
# A difference in who answered that chance alone would seldom make, and what is too few for normal approximations.
SUSPICIOUS = 0.05
FEW = 10
NEARLY_ALL = 95.0
"""The least percentage of each arm that must have answered again for a difference to be called an effect: the silent
then move the NPS of neither arm by more than ten points."""
_NONE = "-"


@attrs.frozen
class BeforeAfter:
    """How the score of the treated who answered again changed from the present answer to the later one: no effect.

    Args:
        segment: The category of the present answer, or `"all"`.
        n: Customers who answered again.
        before: Their present score.
        after: Their later score.
        change: After less before, in units of the score.
        interval: Of the change, as of customers independent of each other.
        by_itself: What the change would be without any follow-up, as far as that can be told; else None.
    """

    segment: str
    n: int
    before: float
    after: float
    change: float
    interval: Interval
    by_itself: ExpectedChange | None


@attrs.frozen(eq=False, repr=False)
class FollowUpEffect(CountedRows):
    """What following up did, by intention to treat: those meant to be followed up less those held out at random.

    Args:
        score: The name of the score.
        categories: Its categories, worst to best.
        level: Confidence level of each interval by itself.
        treated: The later score of those meant to be followed up who answered again.
        held_out: The same of those held out.
        contrasts: Everything that was compared between the arms: the score of all first, then by present category; who
            answered again; who left the worst category (`"recovered"`) and who went from the second best to the best
            (`"promoted"`), of those who answered again and of all assigned; retention; revenue.
        bounds: The least and the greatest effect on the score of all assigned, whatever those would say who did not
            answer again (Manski 1990); of these very customers, without sampling error.
        before_after: The change of the treated, of all first: not an effect.
        not_compared: What is not in the comparison.
        warnings: What must be known before the figures are taken for an effect.
        assumes: What must be true for them to be one.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the later rows: the latest scored answer of each customer compared counts; of those
            outside the comparison, superseded or too early they are left out, without a customer or time set aside.
    """

    score: str
    categories: tuple[str, ...]
    level: float
    treated: Score
    held_out: Score
    contrasts: tuple[ArmContrast, ...]
    bounds: tuple[float, float]
    before_after: tuple[BeforeAfter, ...]
    not_compared: SetAside
    warnings: tuple[str, ...]
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS
    _SAYS = "*fields, value, interval, p_value, headline, before_after_is_no_effect: str"

    @property
    def value(self) -> float:
        """The effect on the score, in its units; NaN without customers held out."""
        return self.contrasts[0].difference

    @property
    def interval(self) -> Interval:
        """Its interval."""
        return self.contrasts[0].interval

    @property
    def p_value(self) -> float:
        """Its two-sided p-value."""
        return self.contrasts[0].p_value

    @property
    def comparison(self) -> Comparison:
        """The two scores held against each other, as `npskit.compare` gives it."""
        return compare(self.treated, self.held_out, level=self.level)

    @property
    def few(self) -> bool:
        """Whether fewer than ten of an arm answered again: too few for the approximations to be relied on."""
        return min(self.treated.n, self.held_out.n) < FEW

    @property
    def unlike(self) -> bool:
        """Whether one arm answered again more often than chance would make it: then the answers compare unlike ones."""
        return self.contrast("answered").p_value < SUSPICIOUS

    @property
    def nearly_all(self) -> bool:
        """Whether at least 95 % of each arm answered again and the bounds leave out 0: the difference is an effect."""
        low, high = self.bounds
        answered = self.contrast("answered")
        return min(answered.treated.value, answered.held_out.value) >= NEARLY_ALL and not low <= 0 <= high

    def contrast(self, measure: str, *, segment: str | None = None, of: str | None = None) -> ArmContrast:
        """Return one of the contrasts.

        Args:
            measure: `"score"`, `"answered"`, `"recovered"`, `"promoted"`, `"retention"` or `"revenue"`.
            segment: The category of the present answer, or `"all"`. Default: the first there is.
            of: `"answered"`, `"assigned"`, `"known"` or `"reweighted"`. Default: the first there is.

        Raises:
            InvalidValueError: If there is none.
        """
        asked = {"measure": measure, "segment": segment, "of": of}
        for found in self.contrasts:
            if all(value is None or is_same(value, getattr(found, name)) for name, value in asked.items()):
                return found
        wanted = ", ".join(f"{name}={quoted(value)}" for name, value in asked.items())
        known = {found.measure for found in self.contrasts}
        raise InvalidValueError(f"there is no contrast {wanted}; {did_you_mean(measure, sorted(known))}")

    def __repr__(self) -> str:
        assigned = self.contrast("answered")
        arms = {"treated": assigned.treated.n, "held_out": assigned.held_out.n}
        return self._said(f"{self.score} {number(self.value)}", **self._parts("interval", "p_value"), **arms)

    def _headline(self) -> str:
        return f"{self!r}\n{self._found(chr(10))}"

    def _caption(self) -> str:
        return self._found(" ")

    def _found(self, between: str) -> str:
        """Return what was found, what must be known before it is believed, and what it leaves out."""
        warnings = (f"WARNING: {warning}" for warning in self.warnings)
        return between.join([self.headline, *warnings, *self._aside()])

    def _notes(self) -> list[str]:
        assumed = (f"- {said}" for said in self.assumes)
        return [REGRESSION, self._source(), "For the differences to be effects:", *assumed]

    def _more(self) -> list[tuple[str, Rows]]:
        return [("Before/after, not an effect:", self._naive_rows())]

    @property
    def headline(self) -> str:
        """What was found: an effect, an association, or neither; see `nearly_all`."""
        if not self.held_out.n or not self.treated.n:
            return f"No effect on the {self.score} can be given: an arm has nobody who answered again."
        low, high = self.bounds
        bounds = f" {self._whatever()}" if low <= 0 <= high and low < high else ""
        return f"{self._judged()}{self._reweighted()}{bounds}"

    def _judged(self) -> str:
        """Return what the difference is; whether there is one goes by the interval."""
        low, high = self.interval
        limits = f"{percent(self.level)} interval"
        if low <= 0 <= high:
            return (
                f"No effect on the {self.score} is shown: the difference is {number(self.value)} points, but anything "
                f"from {number(low)} to {number(high)} fits the figures ({limits})."
            )
        by = f"{number(abs(self.value))} points {'higher' if self.value > 0 else 'lower'}"
        limits += f" of the difference {number(low)} .. {number(high)}"
        if self.nearly_all and not self.few and not self.unlike:
            return f"Following up made the {self.score} of those who answered again {by} ({limits})."
        answered = self.contrast("answered")
        why = (
            f"{answered.treated.value:.1f}% of the treated and {answered.held_out.value:.1f}% of the held out answered "
            "again, and following up may change who does"
        )
        return (
            f"The {self.score} of the treated who answered again is {by} than that of the held out ({limits}): an "
            f"association, which may not be the effect. {'See the warnings' if self.few else why[0].upper() + why[1:]}."
        )

    def _reweighted(self) -> str:
        """Return the second look, if one was asked for."""
        found = next((c for c in self.contrasts if c.of == "reweighted"), None)
        if found is None:
            return ""
        if found.difference != found.difference:
            return " Reweighted by segment it cannot be given: somewhere nobody answered again."
        return (
            " With those who answered again standing for all of their arm and segment, the difference is "
            f"{number(found.difference)} points ({found.interval.shown(1)})."
        )

    def _whatever(self) -> str:
        """Return the bounds, in a sentence."""
        low, high = self.bounds
        return (
            f"Whatever those would say who did not answer again, the effect on the {self.score} of all these customers "
            f"lies within {number(low)} .. {number(high)}."
        )

    def _rows(self) -> Rows:
        level = f"{percent(self.level)} interval"
        header = ["", "of", "n", "treated", "n", "held out", "difference", level, "p", "p (Holm)"]
        return header, [self._row(c) for c in self.contrasts if c.treated.n or c.held_out.n]

    def _row(self, c: ArmContrast) -> list[str]:
        digits, unit = 2 if c.unit == "money" else 1, "%" if c.unit == "percent" else ""
        alone = sum(other.measure == c.measure and other.of == c.of for other in self.contrasts) == 1
        first = c.segment == ALL or alone or c.measure in ("recovered", "promoted")
        row = [_label(c, self.score, self.categories), _BASES[c.of]]
        for arm in (c.treated, c.held_out):
            row += [str(arm.n), number(arm.value, digits) + unit if arm.n else _NONE]
        row += [_known(c.difference, digits), _limits(c.interval, digits)]
        row.append(_NONE if c.p_value != c.p_value else p_value(c.p_value))
        return [*row, "" if first or c.p_adjusted != c.p_adjusted else p_value(c.p_adjusted)]

    def _aside(self) -> list[str]:
        low, high = self.bounds
        notes = [self._whatever()] if low < high and not low <= 0 <= high else []
        kinds = {
            "untraceable": "rows of the plan without a customer",
            "unknown": "later rows of customers unknown to the plan",
            "elsewhere": "later rows of customers outside the comparison",
            "anonymous": "later rows without a customer",
            "unusable": "later answers that are not on the scale",
            "early": "later rows too early or without a time",
            "superseded": "answers superseded by a later one",
        }
        counts = {text: getattr(self.not_compared, name) for name, text in kinds.items()}
        shown = ", ".join(f"{count} {text}" for text, count in counts.items() if count)
        return notes + ([f"Set aside: {shown}."] if shown else [])

    def _naive_rows(self) -> Rows:
        header = ["treated who answered again", "n", "before", "after", "change", f"{percent(self.level)} interval"]
        header += ["by itself", f"{percent(self.level)} interval"]
        rows = []
        for b in self.before_after:
            if b.n:
                own = b.by_itself
                row = [b.segment, str(b.n), number(b.before), number(b.after), number(b.change)]
                row += [_limits(b.interval), _known(own.value) if own else "not known"]
                rows.append([*row, _limits(own.interval if own else None)])
        return header, rows

    def _source(self) -> str:
        """Say where the change without follow-up comes from."""
        own = next((b.by_itself for b in self.before_after if b.by_itself is not None), None)
        if own is None:
            return (
                "How much the score would have changed by itself is not known: hold customers out, or give untreated= "
                "or repeat_correlation=."
            )
        if own.source == "held out":
            return '"By itself" is the change of the customers held out, whom nobody followed up.'
        if own.source == "untreated":
            return (
                f'"By itself" is the change of other customers who were not followed up ({counted(own.n, "pair")} of '
                "answers), with the present answers of the treated; it takes them to be like the treated."
            )
        pairs = f", from {counted(own.n, 'pair')} of answers" if own.n else ""
        return (
            f'"By itself" is what a correlation of {number(own.correlation or 0.0, 2)} between two answers of a '
            f"customer{pairs} leaves to regress: (1 - r) of the way to the mean of all. It is rough."
        )

    def columns(self) -> Columns:
        """Return the contrasts as columns, one row each."""
        table = columns_of(self.contrasts, ArmContrast)
        about = {name: table.pop(name) for name in ("measure", "segment", "of", "unit")}
        for arm in ("treated", "held_out"):
            figures = table.pop(arm)
            about |= {f"{arm}_{name}": [one[name] for one in figures] for name in figures[0]}
        return about | table

    def _record(self) -> dict[str, Any]:
        first = self._parts("score", "value", "interval", "p_value", "headline")
        scores = {name: getattr(self, name)._record(level=self.level) for name in ("treated", "held_out")}
        return first | super()._record() | scores | {"before_after_is_no_effect": REGRESSION}


def _known(value: float, digits: int = 1) -> str:
    """Return a number, or a dash where there is none."""
    return number(value, digits) if value == value else _NONE


def _limits(interval: Interval | None, digits: int = 1) -> str:
    """Return limits, or a dash where there are none."""
    return interval.shown(digits) if interval is not None and interval.low == interval.low else _NONE


_BASES = {"answered": "answered again", "assigned": "all assigned", "known": "known", "reweighted": "all, reweighted"}


def _label(c: ArmContrast, score: str, categories: tuple[str, ...]) -> str:
    """Return what a contrast is of, in words."""
    words = {
        "score": score if c.segment == ALL else f"{score}, {c.segment}",
        "answered": "answered again",
        "recovered": f"{c.segment} to better",
        "promoted": f"{c.segment} to {categories[-1]}",
        "retention": "retention" if c.segment == ALL else f"retention, {c.segment}",
        "revenue": "revenue per customer",
    }
    return words[c.measure]

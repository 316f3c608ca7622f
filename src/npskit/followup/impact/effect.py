"""What following up did: the record, as a person reads it and as a program does."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.comparison import Comparison, compare
from npskit.errors import InvalidValueError, did_you_mean
from npskit.followup.impact.contrasts import ALL, ArmContrast, ArmValue
from npskit.followup.impact.regression_to_the_mean import ExpectedChange
from npskit.results.display import html_table, number, p_value, percent, text_table
from npskit.results.interval import Interval
from npskit.results.native import native_frame
from npskit.results.values import record
from npskit.score import Score

ASSUMES = (
    "Who was held out was drawn at random, by customer, before anybody was followed up.",
    "Following up one customer does not change what another one answers.",
    "Both arms were asked again in the same way and at the same time.",
    "It is the effect of meaning to follow up, on customers such as these; some of the treated may not have been "
    "reached.",
)
REGRESSION = (
    "Customers chosen for a low score score higher the next time whatever is done, and those chosen for a high one "
    "lower (regression to the mean)."
)
# A difference in who answered that chance alone would seldom make, and what is too few for normal approximations.
SUSPICIOUS = 0.05
FEW = 10
_NAN, _NONE = float("nan"), "-"
_DIGITS = {"points": 1, "percent": 1, "money": 2}
_UNITS = {"points": "", "percent": "%", "money": ""}


@attrs.frozen
class BeforeAfter:
    """How the treated who answered again moved from the present answer to the later one: not an effect.

    Args:
        segment: The category of the present answer, or `"all"`.
        n: Customers who answered again.
        before: Their present score.
        after: Their later score.
        change: After less before, in units of the score.
        low: Lower limit of the change, as of customers independent of each other.
        high: Upper limit.
        by_itself: What the change would be without any follow-up, as far as that can be told; else None.
    """

    segment: str
    n: int
    before: float
    after: float
    change: float
    low: float
    high: float
    by_itself: ExpectedChange | None


@attrs.frozen
class SetAside:
    """What is not in the comparison: rows of the later answers, but for the first.

    Args:
        untraceable: Rows of the plan above the line whose customer is not known.
        unknown: Of customers that the plan does not know.
        elsewhere: Of customers of the plan who were neither meant to be followed up nor held out of it.
        anonymous: Without a customer.
        unusable: Of customers compared, with an answer that is not on the scale.
        early: From before `since`, or without a time where that mattered.
        superseded: Scored, but the customer answered again later.
    """

    untraceable: int
    unknown: int
    elsewhere: int
    anonymous: int
    unusable: int
    early: int
    superseded: int


@attrs.frozen(eq=False, repr=False)
class FollowUpEffect:
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
        set_aside: What is not in the comparison.
        warnings: What must be known before the figures are taken for an effect.
        assumes: What must be true for them to be one.
        backend: The dataframe library that `to_frame` gives by default.
    """

    score: str
    categories: tuple[str, ...]
    level: float
    treated: Score
    held_out: Score
    contrasts: tuple[ArmContrast, ...]
    bounds: tuple[float, float]
    before_after: tuple[BeforeAfter, ...]
    set_aside: SetAside
    warnings: tuple[str, ...]
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None

    # ---- the effect ----

    @property
    def value(self) -> float:
        """The effect on the score, in its units; NaN without customers held out."""
        return self.contrasts[0].difference

    @property
    def interval(self) -> Interval:
        """Its interval."""
        first = self.contrasts[0]
        return Interval(first.low, first.high, level=self.level, method="mover")

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

    def contrast(self, measure: str, *, segment: str | None = None, of: str | None = None) -> ArmContrast:
        """Return one of the contrasts.

        Args:
            measure: `"score"`, `"answered"`, `"recovered"`, `"promoted"`, `"retention"` or `"revenue"`.
            segment: The category of the present answer, or `"all"`. Default: the first there is.
            of: `"answered"`, `"assigned"` or `"known"`. Default: the first there is.

        Raises:
            InvalidValueError: If there is none.
        """
        for found in self.contrasts:
            if found.measure == measure and segment in (None, found.segment) and of in (None, found.of):
                return found
        close = did_you_mean(str(measure), dict.fromkeys(c.measure for c in self.contrasts))
        raise InvalidValueError(f"there is no contrast measure={measure!r}, segment={segment!r}, of={of!r}; {close}")

    # ---- as a person reads it, and as a program does ----

    def __repr__(self) -> str:
        low, high = self.interval
        assigned = self.contrast("answered")
        return (
            f"FollowUpEffect({self.score} {number(self.value)}, interval=({number(low)}, {number(high)}), "
            f"level={self.level}, p_value={self.p_value:.2g}, treated={assigned.treated.n}, "
            f"held_out={assigned.held_out.n})"
        )

    def __str__(self) -> str:
        lines = [repr(self), self.headline, *(f"WARNING: {warning}" for warning in self.warnings)]
        lines += [text_table(*self._rows()), *self._notes(), "", *self._naive()]
        return "\n".join([*lines, "", "For the differences to be effects:", *(f"- {said}" for said in self.assumes)])

    @property
    def headline(self) -> str:
        """What was found, in a sentence; whether there is an effect goes by the interval."""
        low, high = self.interval
        if not self.held_out.n or not self.treated.n:
            return f"No effect on the {self.score} can be given: an arm has nobody who answered again."
        limits = f"{percent(self.level)} interval"
        if low <= 0 <= high:
            return (
                f"No effect on the {self.score} is shown: the difference is {number(self.value)} points, but anything "
                f"from {number(low)} to {number(high)} fits the figures ({limits})."
            )
        moved = "higher" if self.value > 0 else "lower"
        if self.few or self.unlike:
            return (
                f"The {self.score} of the treated who answered again is {number(abs(self.value))} points {moved} than "
                f"that of the held out ({limits} of the difference {number(low)} .. {number(high)}), which may not be "
                "the effect: see the warnings."
            )
        return (
            f"Following up made the {self.score} of those who answered again {number(abs(self.value))} points {moved} "
            f"({limits} of the difference {number(low)} .. {number(high)})."
        )

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        level = f"{percent(self.level)} interval"
        header = ["", "of", "n", "treated", "n", "held out", "difference", level, "p", "p (Holm)"]
        return header, [self._row(c) for c in self.contrasts if c.treated.n or c.held_out.n]

    def _row(self, c: ArmContrast) -> list[str]:
        digits, unit = _DIGITS[c.unit], _UNITS[c.unit]
        alone = sum(other.measure == c.measure and other.of == c.of for other in self.contrasts) == 1
        first = c.segment == ALL or alone or c.measure in ("recovered", "promoted")

        def cells(arm: ArmValue) -> list[str]:
            return [str(arm.n), number(arm.value, digits) + unit if arm.n else _NONE]

        return [
            _label(c, self.score, self.categories),
            _BASES[c.of],
            *cells(c.treated),
            *cells(c.held_out),
            _known(c.difference, digits),
            _limits(c.low, c.high, digits),
            _NONE if c.p_value != c.p_value else p_value(c.p_value),
            "" if first or c.p_adjusted != c.p_adjusted else p_value(c.p_adjusted),
        ]

    def _notes(self) -> list[str]:
        low, high = self.bounds
        notes = []
        if low == low and self.contrast("answered").treated.value + self.contrast("answered").held_out.value < 200:
            notes.append(
                f"Whatever those would say who did not answer again, the effect on the {self.score} of all these "
                f"customers lies within {number(low)} .. {number(high)}."
            )
        labels = {
            "untraceable": "rows of the plan without a customer",
            "unknown": "later rows of customers unknown to the plan",
            "elsewhere": "later rows of customers outside the comparison",
            "anonymous": "later rows without a customer",
            "unusable": "later answers that are not on the scale",
            "early": "later rows too early or without a time",
            "superseded": "answers superseded by a later one",
        }
        aside = attrs.asdict(self.set_aside)
        shown = ", ".join(f"{aside[name]} {text}" for name, text in labels.items() if aside[name])
        return notes + ([f"Set aside: {shown}."] if shown else [])

    def _naive(self) -> list[str]:
        """Return the before/after figures with their warning."""
        return ["Before/after, not an effect:", text_table(*self._naive_rows()), REGRESSION, self._source()]

    def _naive_rows(self) -> tuple[list[str], list[list[str]]]:
        header = ["treated who answered again", "n", "before", "after", "change", f"{percent(self.level)} interval"]
        header += ["by itself", f"{percent(self.level)} interval"]
        rows = []
        for b in self.before_after:
            if b.n:
                own = b.by_itself or ExpectedChange(_NAN, _NAN, _NAN, "correlation", 0)
                row = [b.segment, str(b.n), number(b.before), number(b.after), number(b.change)]
                row += [_limits(b.low, b.high), _known(own.value) if b.by_itself else "not known"]
                rows.append([*row, _limits(own.low, own.high)])
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
                f'"By itself" is the change of other customers who were not followed up ({own.n} pairs of answers), '
                "with the present answers of the treated; it takes them to be like the treated."
            )
        pairs = f", from {own.n} pairs of answers" if own.n else ""
        return (
            f'"By itself" is what a correlation of {number(own.correlation or 0.0, 2)} between two answers of a '
            f"customer{pairs} leaves to regress: (1 - r) of the way to the mean of all. It is rough."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python; the effect is under `value`."""
        return {
            "score": self.score,
            "value": self.value,
            "interval": attrs.asdict(self.interval),
            "p_value": self.p_value,
            "headline": self.headline,
            "treated": self.treated.to_dict(level=self.level),
            "held_out": self.held_out.to_dict(level=self.level),
            "contrasts": [record(c) for c in self.contrasts],
            "bounds": list(self.bounds),
            "before_after": [record(b) for b in self.before_after],
            "before_after_is_no_effect": REGRESSION,
            "set_aside": attrs.asdict(self.set_aside),
            "warnings": list(self.warnings),
            "assumes": list(self.assumes),
        }

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the contrasts as a dataframe, one row each; `backend` as for `Score.to_frame`."""
        rows = [
            {
                **{name: getattr(c, name) for name in ("measure", "segment", "of", "unit")},
                **{f"treated_{name}": value for name, value in attrs.asdict(c.treated).items()},
                **{f"held_out_{name}": value for name, value in attrs.asdict(c.held_out).items()},
                **{name: getattr(c, name) for name in ("difference", "low", "high", "p_value", "p_adjusted")},
            }
            for c in self.contrasts
        ]
        return native_frame({name: [row[name] for row in rows] for name in rows[0]}, backend or self.backend)

    def _repr_html_(self) -> str:
        warnings = " ".join(f"WARNING: {warning}" for warning in self.warnings)
        effect = html_table(*self._rows(), caption=" ".join(filter(None, [self.headline, warnings])))
        naive = html_table(*self._naive_rows(), caption=f"Before/after, not an effect. {REGRESSION} {self._source()}")
        return effect + naive


def _known(value: float, digits: int = 1) -> str:
    """Return a number, or a dash where there is none."""
    return number(value, digits) if value == value else _NONE


def _limits(low: float, high: float, digits: int = 1) -> str:
    """Return limits, or a dash where there are none."""
    return f"{number(low, digits)} .. {number(high, digits)}" if low == low else _NONE


_BASES = {"answered": "answered again", "assigned": "all assigned", "known": "known"}


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

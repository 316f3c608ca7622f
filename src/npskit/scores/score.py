"""Score: what a person reads. One number, how sure we may be of it, and under which conventions it was computed."""

from __future__ import annotations

from typing import Any, Protocol, Self

import attrs
import numpy as np

from npskit.arrays import once
from npskit.checks import finite_number
from npskit.counting import Tally, check_denominator
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.inference import Estimate, score_p_value
from npskit.options import Contacts, Denominator, IntervalMethod, OnInvalid, Repeats
from npskit.results import LEVEL, Columns, Interval, RowCounts, Rows, free_name, number, percent
from npskit.scorers import Scorer
from npskit.scores.kept_score import ALSO, SAYS, kept, read_kept
from npskit.scores.score_pictures import answer_bar
from npskit.scores.with_suppositions import WithSuppositions


@attrs.frozen
class Conventions:
    """What a score was computed under; vendors differ in each of these, so there is no single "the NPS".

    Args:
        scorer: The scorer with its scale and cuts, as its repr.
        denominator: `"valid"` answers or `"all"` responses.
        repeats: `"all"` answers of a customer count, only the `"latest"`, or their `"mean"`.
        by_customer: Whether it is known who answered, so that the answers of one customer are not taken as independent.
        superseded: How many rows were left out because the customer, or another contact of the account, answered as
            well.
        weighted: Whether answers were weighted.
        variance: `"independent"` answers, `"clustered"` by customer or sampling unit, `"calibrated"` to known totals.
        invalid: `"count"`: answers that cannot be scored are counted beside the score.
        contacts: Of the contacts of an account the `"mean"`, the `"latest"` or the `"worst"` answer is that of the
            account; None where no accounts are bound.
        tied: How many customers gave their latest answers at the same time: these count as one, with their mean.
        window: The last so many rows or days that a live tracker looks back on; older rows are left out.
    """

    scorer: str
    denominator: Denominator = "valid"
    repeats: Repeats = "all"
    by_customer: bool = False
    superseded: int = 0
    weighted: bool = False
    variance: str = "independent"
    invalid: OnInvalid = "count"
    contacts: Contacts | None = None
    tied: int = 0
    window: int | str | None = None

    def __str__(self) -> str:
        parts = [self.scorer, f"of {'all responses' if self.denominator == 'all' else 'valid answers'}"]
        gone = f"{self.superseded} superseded" + (f", {self.tied} tied: their mean" if self.tied else "")
        parts += [f"{self.repeats} of each customer ({gone})"] if self.repeats != "all" else []
        parts += [f"{self.contacts} of the contacts of each account"] if self.contacts is not None else []
        parts += ["weighted"] if self.weighted else []
        parts += [f"variance: {self.variance}"] if self.variance != "independent" else []
        last = f"{self.window} rows" if isinstance(self.window, int) else self.window
        parts += [f"the last {last} (older rows are left out)"] if last is not None else []
        return ", ".join(parts)


@attrs.frozen(eq=False, repr=False, slots=False)
class Score(WithSuppositions):
    """A score with its tally. Merge scores of the same conventions with `+`; see `Tally` for merging weighted ones.

    Weights that are all alike give the same score as none, but for few answers a wider interval: the variance of
    weighted answers is divided by n - 1 and the quantile is that of t, while that of plain counts needs neither.

    Nothing that came in is lost: n + missing + invalid + set_aside + left_out is the number of rows. That of a segment
    knows only of its own rows: what could not be read is in no segment.

    Args:
        tally: The counts it is a function of, for a single group.
        conventions: What it was computed under.
        clustered: The estimate where the tally alone does not give the variance: of answers that are clustered or
            stratified, and of weighted ones that are a part of a larger sample.
        backend: The dataframe library that `to_frame` gives by default.
        set_aside: Rows that could not be read.
        left_out: Rows left out on purpose, such as previews of the survey, or answers superseded by later ones.

    Example:
        >>> Score.of(Tally.from_counts([10, 40, 50]))
        Score(NPS=40.0, n=100, interval=(26.1, 52.2), level=0.95)
    """

    _TEXT, _SAYS, _ALSO = "repr", SAYS, ALSO

    tally: Tally
    conventions: Conventions
    clustered: Estimate | None = None
    backend: str | None = None
    set_aside: int = 0
    left_out: int = 0

    @classmethod
    def of(cls, tally: Tally, *, denominator: Denominator = "valid") -> Self:
        """Return the score of a tally of shape `()`.

        Raises:
            InvalidValueError: If the tally has several groups, or `denominator` is neither `"valid"` nor `"all"`.
        """
        if not isinstance(tally, Tally):
            raise InvalidTypeError(f"tally must be a Tally, not {quoted(tally)}: nk.nps(...) scores answers")
        if tally.shape:
            raise InvalidValueError(f"a Score is of one group: this tally has shape {tally.shape}; use ScoreTable")
        check_denominator(denominator, tally.codebook)
        conventions = Conventions(repr(tally.scorer), denominator=denominator, weighted=tally.weights is not None)
        return cls(tally, conventions)

    @once
    def estimate(self) -> Estimate:
        """The mean category score with its variance: what intervals and comparisons are made of."""
        if self.clustered is not None:
            return self.clustered
        table = self.tally.table(self.conventions.denominator)
        sums = table.counts, table.category_scores, table.weights, table.squares
        return Estimate.from_sums(*sums, sampled=self.tally.rows)

    @property
    def name(self) -> str:
        """The name of the score: `"NPS"`."""
        return self.tally.codebook.name

    @property
    def value(self) -> float:
        """The score, unrounded; NaN where nothing was answered (0 is a legitimate score)."""
        if self.clustered is not None:
            return float(self.clustered.mean)
        return float(self.tally.mean(self.conventions.denominator))

    @property
    def n(self) -> int:
        """Number of scored answers."""
        return int(self.tally.n)

    @property
    def missing(self) -> int:
        """Number of answers that were not given."""
        return int(self.tally.missing)

    @property
    def invalid(self) -> int:
        """Number of answers that cannot be scored."""
        return int(self.tally.invalid)

    @property
    def row_counts(self) -> RowCounts:
        """What became of the rows that came in."""
        return RowCounts(self.n, self.missing, self.invalid, self.set_aside, self.left_out)

    @property
    def counts(self) -> dict[str, int]:
        """Scored answers per category, worst to best; unweighted."""
        return dict(zip(self.tally.codebook.categories, self.tally.counts.tolist(), strict=True))

    @property
    def shares(self) -> dict[str, float]:
        """Share of each category, 0..1, weighted where the answers are; NaN where nothing was answered."""
        shares = self.estimate.shares.tolist()
        return dict(zip(self.tally.codebook.categories, shares, strict=False))

    @property
    def distribution(self) -> dict[int, int]:
        """Scored answers per point of the scale; unweighted.

        Raises:
            InvalidValueError: If only categories were counted: many questions, or a huge array counted for speed.
        """
        counts = self.tally.distribution.tolist()
        scale = self.tally.codebook.scale
        assert scale is not None  # a distribution is of one question
        return dict(zip(scale, counts, strict=True))

    @property
    def se(self) -> float:
        """Standard error, in units of the score. Promoters and detractors are not independent: p + d - (p - d)^2."""
        return float(np.sqrt(self.estimate.variance))

    @property
    def n_effective(self) -> float:
        """Size of the simple random sample that would be as precise: Kish's for weights, n without.

        For clusters it is Kish's number of units where there is no spread to tell, for a census infinite.
        """
        return float(self.estimate.n_effective)

    def interval(self, level: float = LEVEL, method: IntervalMethod = "score") -> Interval:
        """Return the confidence interval of the score.

        Args:
            level: Confidence level, between 0 and 1.
            method: `"score"` (default: Tango's, the generalisation of Wilson's), `"adjusted_wald"`, `"agresti_min"`,
                `"scas"`, `"jeffreys"` (credible), `"bootstrap"` (exact, without resampling) or `"wald"`; see
                `npskit.inference.intervals` for formulas, sources and what each is good for. With weights or clusters
                every method but Wald's works on effective counts.

        Raises:
            InvalidValueError: If `level` or `method` is not one of these, or the method is not for this scorer.

        Example:
            >>> low, high = Score.of(Tally.from_counts([1, 2, 7])).interval(0.9)
            >>> round(low, 4), round(high, 4)
            (14.6768, 83.4068)
        """
        low, high = self.estimate.interval(level, method)
        return Interval(float(low), float(high), level=level, method=method)

    def margin(self, level: float = LEVEL, method: IntervalMethod = "score") -> float:
        """Return the margin of error: half the width of the interval, in units of the score.

        Args:
            level: Confidence level, between 0 and 1.
            method: How the interval is computed; `interval` lists the methods.

        Raises:
            InvalidValueError: If `level` or `method` cannot be used.

        Example:
            >>> round(Score.of(Tally.from_counts([10, 40, 50])).margin(), 2)
            13.01
        """
        low, high = self.interval(level, method)
        return (high - low) / 2

    def p_value(self, null: float) -> float:
        """Return the two-sided p-value of the true score being `null`, by the score test.

        It is below alpha exactly where the score interval of level 1 - alpha leaves `null` out. With weights or
        clusters it is computed from the effective counts of the 95 % level.

        Args:
            null: A score to test against, such as last year's target; in units of the score.

        Raises:
            InvalidTypeError: If `null` is not a number.
            InvalidValueError: If no score can be `null`.

        Example:
            >>> round(Score.of(Tally.from_counts([10, 40, 50])).p_value(30), 3)
            0.15
        """
        against = finite_number(null, "null")
        return float(score_p_value(self.estimate.effective_counts(LEVEL), self.estimate.category_scores, against))

    def __add__(self, other: object) -> Self:
        if isinstance(other, int) and other == 0:  # so that sum() works
            return self
        if not isinstance(other, Score):
            return NotImplemented
        check_alike(self, other, "merge")
        first, second = self.conventions, other.conventions
        customers, accounts = (first.by_customer or second.by_customer), first.contacts is not None
        if customers or accounts:
            who = "account" if accounts else "customer"
            raise IncompatibleError(
                f"scores by {who} do not merge, because the same {who} may be in both: score the rows together"
            )
        if first.variance != "independent" or second.variance != "independent":
            said = f"scores do not merge where the variance is {first.variance}: score the rows together"
            raise IncompatibleError(said)
        tally = self.tally + other.tally
        invalid = first.invalid if first.invalid == second.invalid else "count"
        conventions = attrs.evolve(first, weighted=tally.weights is not None, invalid=invalid)
        aside = {name: getattr(self, name) + getattr(other, name) for name in ("set_aside", "left_out")}
        return type(self)(tally, conventions, **aside)

    __radd__ = __add__

    def __repr__(self) -> str:
        aside = {name: getattr(self, name) or None for name in ("missing", "invalid")}
        interval = self.interval() if self.n else None
        return self._said(f"{self.name}={number(self.value)}", n=self.n, interval=interval, **aside)

    def columns(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Columns:
        """Return the score as columns of one row; arguments as for `interval`."""
        low, high = self.interval(level, method)
        flat = {"score": self.name, "value": self.value, "low": low, "high": high, "level": level, "n": self.n}
        flat |= self.row_counts.as_dict() | {"se": self.se}
        flat |= {free_name(category, flat, "count"): count for category, count in self.counts.items()}
        return {name: [value] for name, value in flat.items()}

    def _rows(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> Rows:
        header = [self.name, f"{percent(level)} interval", "n", "missing", "invalid", *self.counts]
        shares = (f"{share:.1%}" for share in self.shares.values())
        row = [self.value, str(self.interval(level, method)), self.n, self.missing, self.invalid, *shares]
        return header, [row]

    def _record(self, *, level: float = LEVEL, method: IntervalMethod = "score") -> dict[str, Any]:
        parts = {"value": self.value} | self.row_counts.as_dict()
        parts |= self._parts("counts", "shares", "se", "n_effective")
        interval = self.interval(level, method)
        return {"score": self.name} | parts | {"interval": interval, "conventions": self.conventions}

    def to_dict(self, **options: Any) -> dict[str, Any]:
        """Return everything as JSON has it, also what `from_json` makes it again of; `options` as for `interval`."""
        return super().to_dict(**options) | kept(self.tally, self.clustered)

    @classmethod
    def from_json(cls, text: str | bytes, *, scorer: Scorer | None = None) -> Self:
        """Return the score that `to_json` wrote.

        Args:
            text: The JSON text; it is checked throughout, and nothing in it is evaluated.
            scorer: What the answers mean; default the scorer named in the text.

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: As `Tally.from_json`.

        Example:
            >>> Score.from_json(Score.of(Tally.from_counts([10, 40, 50])).to_json())
            Score(NPS=40.0, n=100, interval=(26.1, 52.2), level=0.95)
        """
        tally, conventions, parts = read_kept(text, scorer)
        return cls(tally, Conventions(**conventions), **parts)

    def _chart(self) -> Any:  # a score costs no import of pictures
        return answer_bar(self.tally, self.value, self.shares, self.interval())

    def _caption(self) -> str:
        return str(self.conventions)


class _Scored(Protocol):
    """A score, or a table of scores."""

    @property
    def tally(self) -> Tally: ...
    @property
    def conventions(self) -> Conventions: ...


def check_alike(a: _Scored, b: _Scored, verb: str) -> None:
    """Refuse scores of different scorers, or under conventions that give a score another meaning.

    Raises:
        IncompatibleError: If they differ; `verb` says what cannot be done with them.
    """
    if a.tally.codebook != b.tally.codebook:
        raise IncompatibleError(f"only scores of one scorer {verb}: got {a.tally.scorer!r} and {b.tally.scorer!r}")
    for convention in ("denominator", "repeats", "contacts"):
        first, second = getattr(a.conventions, convention), getattr(b.conventions, convention)
        if first != second:
            given = f"{quoted(first)} and {quoted(second)}"
            raise IncompatibleError(f"only scores of the same {convention} {verb}: got {given}")

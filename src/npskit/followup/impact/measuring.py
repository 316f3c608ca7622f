"""Did following up help? Customers meant to be followed up against those held out at random."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Integers
from npskit.checks import finite_number, one_of
from npskit.counting import Tally
from npskit.data import Frame, read_customers
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, plural, quoted
from npskit.followup.impact.arm_contrasts import ALL, ArmContrast, share_contrasts, uneven
from npskit.followup.impact.follow_up_effect import (
    ASSUMES,
    FEW,
    REWEIGHTED,
    SUSPICIOUS,
    BeforeAfter,
    FollowUpEffect,
)
from npskit.followup.impact.intention_to_treat import contrasts_of, count_arms, revenue_of_arms, worst_case_bounds
from npskit.followup.impact.outcomes import Named, Outcomes, moves_within, read_moves, read_outcomes
from npskit.followup.impact.plan_file import read_plan_file
from npskit.followup.impact.regression_to_the_mean import (
    ExpectedChange,
    change_by_correlation,
    change_of_untreated,
    correlation_of_repeats,
)
from npskit.inference import Moves, paired_difference, tail_of
from npskit.options import NO_REVENUE, NoRevenue
from npskit.results import LEVEL
from npskit.scorers import Codebook, Scorer, codebook_of
from npskit.scores import Score


class ComparedPlan(Protocol):
    """What is read of a plan; `FollowUpPlan` has it."""

    @property
    def scorer(self) -> Scorer:
        """What the answers mean."""

    @property
    def customers(self) -> NDArray[Any]:
        """Who gave each answer, None where unknown, shape `(rows,)`."""

    @property
    def categories(self) -> NDArray[np.integer[Any]]:
        """Category of each answer, -1 where it has none, shape `(rows,)`."""

    @property
    def intended(self) -> Bools:
        """Which rows are to be followed up, or are held out of it, one of each customer; shape `(rows,)`."""

    @property
    def holdout(self) -> Bools:
        """Which rows are of customers held out at random, shape `(rows,)`."""


def effect_of_follow_up(
    plan: ComparedPlan | str | os.PathLike[str],
    later: Any,
    *,
    scorer: Scorer | None = None,
    customer: str = "customer",
    score: str | Sequence[str] | Mapping[str, str] | None = None,
    time: str | None = None,
    since: Any = None,
    retained: str | None = None,
    revenue: str | None = None,
    no_revenue: NoRevenue = "left_out",
    reweight: bool = False,
    untreated: Any = None,
    repeat_correlation: float | None = None,
    dayfirst: bool | None = None,
    level: float = LEVEL,
) -> FollowUpEffect:
    """Return what following up did to the score, to retention and to revenue, by intention to treat.

    Customers whom the plan meant to follow up are compared with those it held out at random, whoever was really
    reached: only these two groups differ by nothing but the follow-up (Fisher, The Design of Experiments, Oliver & Boyd
    1935; Hollis & Campbell, "What is meant by intention to treat analysis?", BMJ 319 (1999) 670-674). Every customer
    counts once: with the latest row in which a figure is known.

    The score is that of those who answered again, and following up may change who does: it may bring back the very
    customers who would be silent. So a difference is called an effect only where at least 95 % of each arm answered
    again and the bounds of Manski, "Nonparametric bounds on treatment effects", American Economic Review 80 (1990)
    319-323, which hold whatever the silent would say, leave no room for none; else it is called an association. Where
    the bounds include 0 the headline says so. Whether as many answered in both arms is tested; that they did would not
    show that they are alike. `reweight` takes a second look.

    The plain before/after figure is given beside it as what it is: not an effect. How much of it is regression to the
    mean is read from the customers held out, else from `untreated`, else from `repeat_correlation`.

    Args:
        plan: What `Survey.follow_up` returns, or the file that its `to_csv` or `to_json_lines` wrote with
            `everything=True`.
        later: The later answers: a dataframe, a mapping of columns, or a list of `Response`; rows of anybody else are
            counted and set aside.
        scorer: What the plan in a file was made with. Default `NPS()`.
        customer: Its column of customers, ids as in the plan, as numbers or as text.
        score: Its columns of answers, one for each question of the plan's scorer; None for the names of the questions.
        time: Its column of times. Without one (and without `at` in responses) a customer may have one row only.
        since: Rows from before this time are set aside, such as the answers that the plan was made of. Default: where
            both times are known, rows from up to when the plan was made are.
        retained: Its column of whether the customer is still there: true or false, 1 or 0, yes or no. Customers of
            whom that is missing are left out of the rate, and counted.
        revenue: Its column of what the customer paid since.
        no_revenue: What a missing revenue means: `"left_out"` if it is not known, `"zero"` if whoever is not there
            paid nothing. The result says which, and of how many.
        reweight: Whether to compare the score also with each customer who answered again weighted by one over the share
            that did of the same arm and present category: `contrast("score", of="reweighted")`. That takes out what
            comes from segments answering more or less often, whatever the follow-up does to that. It takes for granted
            that within a segment of an arm those who answered again are like those who did not.
        untreated: Answers of customers who were not followed up and answered more than once, such as the survey from
            before there was any follow-up: the same columns as `later`, with times.
        repeat_correlation: The correlation of two answers of one customer without any follow-up, if you know it.
        dayfirst: Whether the day stands before the month in times such as 03/04/2026; None finds it out, and warns
            where nothing tells.
        level: Confidence level of each interval by itself.

    Raises:
        ColumnNotFoundError: If a column is not there.
        InvalidTypeError: If an argument is of a type that cannot be used.
        InvalidValueError: If a value cannot be used, the plan intends nobody, or a customer has several rows and no
            time.
        IncompatibleError: If the columns of the plan differ in length, or the score needs other columns.

    Example:
        >>> from types import SimpleNamespace
        >>> from npskit.scorers.nps import NPS
        >>> plan = SimpleNamespace(
        ...     scorer=NPS(), customers=np.arange(200).astype(object), categories=np.zeros(200, int),
        ...     intended=np.ones(200, bool), holdout=np.arange(200) >= 100)
        >>> later = {"customer": range(200), "score": [9] * 40 + [7] * 30 + [3] * 30 + [9] * 20 + [7] * 30 + [3] * 50}
        >>> found = effect_of_follow_up(plan, later)
        >>> found
        FollowUpEffect(NPS 40.0, interval=(17.1, 61.3), level=0.95, p_value=0.000678, treated=100, held_out=100)
        >>> found.contrast("recovered").difference
        20.0
        >>> found.before_after[0].change, found.before_after[0].by_itself.value  # most of which is no effect
        (110.0, 70.0)
    """
    tail_of(level)
    one_of(no_revenue, NO_REVENUE, "no_revenue")
    one_of(reweight, (True, False), "reweight")
    if repeat_correlation is not None:
        repeat_correlation = finite_number(repeat_correlation, "repeat_correlation", least=-1, most=1)
    if isinstance(plan, str | os.PathLike):
        plan = read_plan_file(plan, scorer)
    elif scorer is not None:
        raise IncompatibleError("scorer: the plan has its own; give one only where the plan is a file")
    codebook, answers, intended, holdout = _columns(plan)
    # who is not known cannot be found again, in neither arm
    customers = read_customers(plan.customers)
    compared = intended & customers.known
    if not compared.any():
        raise InvalidValueError("plan: it means to follow up nobody whose id is known, so there is nobody to compare")
    names = Named(customer, score, time, retained, revenue, dayfirst)
    found = read_outcomes(later, names, codebook, customers, intended, since, _made(plan))
    arm, present = holdout[compared].astype(np.intp), answers[compared]
    tables = count_arms(arm, present, found.category, len(codebook.categories))
    moves = repeats = None if untreated is None else read_moves(untreated, names, codebook)
    # of the survey that the plan was made of only the correlation is used: some may have been followed up before
    if moves is None and repeat_correlation is None and (times := getattr(plan, "times", None)) is not None:
        repeats = moves_within(times, customers, answers, codebook)
    correlation, pairs = repeat_correlation, 0
    if repeats is not None and correlation is None:
        correlation = correlation_of_repeats(repeats.counts[0], codebook.category_scores)
        pairs = int(repeats.counts.sum())
    everyone = np.bincount(answers[answers >= 0], minlength=len(codebook.categories))
    contrasts = contrasts_of(codebook, tables, found, arm, present, no_revenue, reweight, level)
    arms = [Score.of(Tally.from_counts(table[:, :-1].sum(axis=0), codebook.scorer)) for table in tables]
    return FollowUpEffect(
        score=codebook.name,
        categories=codebook.categories,
        level=float(level),
        treated=arms[0],
        held_out=arms[1],
        contrasts=contrasts,
        bounds=worst_case_bounds(tables, codebook.category_scores),
        before_after=_before_after(codebook, tables, everyone, moves, correlation, pairs, level),
        not_compared=found.not_compared,
        assumes=(*ASSUMES, REWEIGHTED) if reweight else ASSUMES,
        warnings=_warnings(codebook, contrasts, found, arm, no_revenue),
        backend=Frame(later).backend,
        row_counts=found.rows,
    )


def _made(plan: ComparedPlan) -> dt.datetime | None:
    """Return when a plan was made, with its zone where that is known; None where it does not say."""
    now = getattr(plan, "now", None)
    return getattr(plan, "made", None if now is None else np.datetime64(now, "us").item())


def _columns(plan: ComparedPlan) -> tuple[Codebook, Codes, Bools, Bools]:
    """Return scorer, answers, intended and holdout of the plan, checked."""
    try:
        scorer, answers, rows = plan.scorer, np.asarray(plan.categories).astype(np.intp), len(plan.customers)
        intended, holdout = np.asarray(plan.intended), np.asarray(plan.holdout)
    except Exception:
        raise InvalidTypeError(
            f"plan must be a FollowUpPlan, such as survey.follow_up(...) returns: got {quoted(plan)}"
        ) from None
    lengths = {rows, len(answers), len(intended), len(holdout)}
    if len(lengths) > 1 or not intended.dtype.kind == holdout.dtype.kind == "b":
        raise IncompatibleError(
            f"plan: its columns must be equally long, and its marks booleans: got lengths {lengths}"
        )
    codebook = codebook_of(scorer)
    if answers.max(initial=-1) >= len(codebook.categories):
        raise IncompatibleError(
            f"plan: its scorer has {len(codebook.categories)} categories, and an answer is of number {answers.max()}"
        )
    return codebook, np.maximum(answers, -1), intended, holdout


def _before_after(
    codebook: Codebook,
    tables: Integers,
    everyone: Integers,
    moves: Moves | None,
    correlation: float | None,
    pairs: int,
    level: float,
) -> tuple[BeforeAfter, ...]:
    """Return how the score of the treated who answered again changed, in all and by present category.

    What it would have changed by itself is told by the best source there is: those held out, then `moves` of others
    who were not followed up, then the correlation of two answers, found from so many pairs.
    """
    k, scores = len(codebook.categories), codebook.category_scores
    result = []
    for name, inside in [(ALL, [*range(k)]), *((name, [i]) for i, name in enumerate(codebook.categories))]:
        treated, held_out = np.zeros((2, k, k), dtype=np.int64)
        treated[inside], held_out[inside] = tables[0, inside, :k], tables[1, inside, :k]
        selected = treated.sum(axis=1)
        by_itself = None
        if selected.any() and held_out.any():
            change = paired_difference(held_out, scores, level)
            by_itself = ExpectedChange(change.difference, change.interval, "held out", int(change.n))
        elif selected.any():
            by_itself = None if moves is None else change_of_untreated(moves, selected, scores, level)
            if by_itself is None and correlation is not None and not np.isnan(correlation):
                by_itself = change_by_correlation(correlation, everyone, selected, scores, n=pairs)
        found = paired_difference(treated, scores, level)
        before = float(selected @ scores / found.n) if found.n else float("nan")
        after = before + found.difference
        result.append(BeforeAfter(name, int(found.n), before, after, found.difference, found.interval, by_itself))
    return tuple(result)


def _warnings(
    codebook: Codebook, contrasts: tuple[ArmContrast, ...], found: Outcomes, arm: Codes, no_revenue: str
) -> tuple[str, ...]:
    """Return what a reader must know before taking the figures for an effect."""
    if not (arm == 1).any():
        return (
            "Nobody was held out: what following up did cannot be told from these figures. Hold customers out at "
            "random next time.",
        )
    said = []
    if not (arm == 0).any():
        said.append("Everybody was held out: there is no follow-up to judge.")
    answered = next(c for c in contrasts if c.measure == "answered")
    again = contrasts[0]
    if 0 < min(again.treated.n, again.held_out.n) < FEW:
        said.append(
            f"Only {again.treated.n} of the treated and {again.held_out.n} of the held out answered again: the limits "
            "and p-values rest on approximations that do not hold for so few, and a p-value may be far too small."
        )
    if unusable := found.not_compared.unusable:
        said.append(
            f"{counted(unusable, 'later answer is', 'later answers are')} not on the scale of the {codebook.name} and "
            f"{plural(unusable, 'counts', 'count')} as none: check that it was asked on the same scale."
        )
    if answered.p_value < SUSPICIOUS:
        said.append(
            f"The arms did not answer again equally often ({_against(answered)}): those who did are no longer alike "
            f"but for the follow-up, and the difference of their {codebook.name} may come from who answered."
        )
    known = {"retention": None if found.retained is None else found.retained >= 0}
    known["revenue"] = None if found.revenue is None else ~np.isnan(found.revenue)
    for name, mask in known.items():
        if mask is None or mask.all():
            continue
        part, whole = ([[int((which & (arm == side)).sum())] for side in range(2)] for which in (mask, arm >= 0))
        (share,) = share_contrasts(name, [ALL], part, whole, of="assigned")
        missing = f"{name.capitalize()} is missing of {int((~mask).sum())} of {counted(len(mask), 'customer')}"
        policy = "counted as zero" if name == "revenue" and no_revenue == "zero" else "left out"
        uneven_arms = ", and not equally often in both arms" if share.p_value < SUSPICIOUS else ""
        said.append(f"{missing}, who are {policy}{uneven_arms} (known of {_against(share)}).")
    if found.revenue is not None:
        arms = revenue_of_arms(found.revenue, arm, no_revenue)
        fewest = min(part.size for part in arms)
        if fewest > 1 and sorted(part.std() > 0 for part in arms) == [False, True]:
            said.append(
                "All of one arm brought the same revenue: its interval takes that for certain of all such customers."
            )
        if fewest and any(uneven(part, fewest) for part in arms):
            said.append(
                "A few customers make much of the revenue, and there are too few in an arm for its interval to be "
                "relied on (Cochran's rule: more than 25 times the squared skewness)."
            )
    return tuple(said)


def _against(share: ArmContrast) -> str:
    """Return the shares of both arms in words."""
    return f"{share.treated.value:.1f}% of the treated, {share.held_out.value:.1f}% of the held out"

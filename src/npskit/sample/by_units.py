"""Scores whose answers hang together, from an engine's sums over sampling units: no row leaves it, and no unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes, Floats, Frozen
from npskit.checks import is_missing, is_same
from npskit.counting import CodedAnswers
from npskit.data import (
    Categories,
    Frame,
    Keys,
    Owned,
    QueryTimes,
    Stretches,
    UnitQuery,
    UnitRoles,
    answers_of_persons,
    in_spans,
    worst_last,
)
from npskit.inference import Customers, Estimate, UnitProducts
from npskit.options import Contacts, Denominator, Repeats
from npskit.results import RowCounts
from npskit.sample.asking import counted
from npskit.sample.bound import BoundData
from npskit.sample.sample import Measured, Sample
from npskit.sample.unit_lines import RowsNeededError, SumLines, products_of, put_together


def measure_by_units(
    data: BoundData, by: tuple[str, ...], denominator: Denominator, repeats: Repeats
) -> tuple[Keys, Measured] | None:
    """Return the values that make each segment, and its score with the variance that its sampling units give it.

    Units are the clusters of the design, else the customers, else, within strata, the rows.

    Args:
        data: The data.
        by: The columns that make the segments.
        denominator: What the score is divided by.
        repeats: What counts of customers who answered more than once.

    Returns:
        None where no engine holds the rows, or they have to be seen: of columns that only npskit reads, or of accounts
        of whose contacts some answers count.
    """
    if not adds_up(data, denominator, repeats):
        return None
    data.check_kinds(by)
    counts = counted(attrs.evolve(data, kinds=()), by)
    if counts is None:
        return None
    found = UnitCounts.of(data, counts, by, denominator, repeats)
    if found is None:
        return None
    places, keys = found.counts.segments(by)
    try:
        design = found.products(data, keys, repeats)
    except RowsNeededError:
        return None
    estimate = None if design is None else design.estimate(data)
    measured = found.sample.measured(found.sample.count(places), denominator, estimate)
    conventions = attrs.evolve(measured.conventions, by_customer="customer" in data.roles)
    return keys, attrs.evolve(measured, conventions=conventions)


def adds_up(data: BoundData, denominator: Denominator, repeats: Repeats) -> bool:
    """Whether an engine holds rows that hang together, and can tell which of them count."""
    if not data.frame.lazy or not data.units or data.totals is not None:
        return False
    if "account" in data.roles and repeats != "all":
        return False
    policy = policy_of(data, repeats)
    known = bool({"account", "customer"} & set(data.roles))
    return policy == "all" or (known and not is_same(denominator, "all") and takes(data, policy))


def policy_of(data: BoundData, repeats: Repeats) -> Repeats | Contacts:
    """Return what counts of the rows of a unit: of the contacts of accounts, where these are bound."""
    return data.contacts if "account" in data.roles else repeats


def joins(data: BoundData) -> bool:
    """Whether an engine joins a query with one made of it; SQLFrame does so wrongly."""
    return data.frame.engine != "SQLFrame"


@attrs.frozen(eq=False)
class SpansPart(Frozen):
    """Some spans of days, none of which overlap.

    Args:
        query: Of the rows in them.
        numbers: Which of all spans they are.
    """

    query: UnitQuery
    numbers: Codes


@attrs.frozen(eq=False)
class UnitDesign(Frozen):
    """Sums over the sampling units of each group, with what else their variance needs.

    Args:
        products: The sums.
        category_scores: What each category is worth, with the one of what cannot be scored where that counts.
        customers: Whether the units are customers, and what of each counts.
        names: What the strata are called.
    """

    products: UnitProducts
    category_scores: Floats
    customers: Customers
    names: list[Any]

    def estimate(self, data: BoundData) -> Estimate:
        """Return the estimate of each group."""
        how: dict[str, Any] = {"population": data.population, "lonely": data.lonely}
        return self.products.estimate(self.category_scores, customers=self.customers, **how)


@attrs.frozen(eq=False)
class UnitCounts(Frozen):
    """The rows of an engine that count, as counts, and the queries of sums over their sampling units.

    Args:
        counts: What counts, counted.
        sample: The same.
        whole: The query of the whole sample.
        query: That of the answers that count.
        most: How many answers of one unit count at most, where that is known.
        groups: The group of each row of the counts, -1 for none, where only what counts in groups was told.
    """

    counts: BoundData
    sample: Sample
    whole: UnitQuery
    query: UnitQuery
    most: int | None = None
    groups: Codes | None = None

    @classmethod
    def of(
        cls,
        data: BoundData,
        counts: BoundData,
        by: tuple[str, ...],
        denominator: Denominator,
        repeats: Repeats,
        spans: tuple[QueryTimes, Stretches] | None = None,
    ) -> UnitCounts | None:
        """Return what is asked of the units.

        Args:
            data: The data.
            counts: All rows, counted.
            by: The columns that make the segments.
            denominator: What the score is divided by.
            repeats: What counts of customers who answered more than once.
            spans: How times are taken apart, and the span of each day; None for all times together.

        Returns:
            None where rows have to be seen.
        """
        sample = counts.sample()
        policy = policy_of(data, repeats)
        time = data.roles.get("time") if spans is not None or policy == "latest" else None
        roles = UnitRoles(
            next((data.roles[role] for role in ("cluster", "account", "customer") if role in data.roles), None),
            "cluster" not in data.roles,
            data.roles.get("weight"),
            data.roles.get("stratum"),
            time,
        )
        categories = categories_of(counts, sample.answers, is_same(denominator, "all"))
        query = data.frame.unit_query(by, categories, roles)
        if query is None:
            return None
        if spans is not None:
            query = in_spans(query, *spans)
        if policy == "all":
            return cls(counts, sample, query, query)
        return of_persons(data, cls(counts, sample, query, query), by, repeats, None if spans is None else spans[0])

    def products(
        self, data: BoundData, keys: Keys, repeats: Repeats, parts: Sequence[SpansPart] = ()
    ) -> UnitDesign | None:
        """Return the sums over units, None where no two answers hang together.

        Args:
            data: The data.
            keys: The segments.
            repeats: What counts of customers who answered more than once.
            parts: The spans of days, none of which overlap in a part; empty for all times together.

        Raises:
            RowsNeededError: If rows have to be seen, such as those of a missing unit, which an error names.
        """
        most = self.most
        if most == 1 and (self.query.keys or self.query.days):  # one answer in each of several segments?
            most = self.query.most()
        if most == 1 and data.population is None:
            return None
        design = units, alone = self.whole.design()
        strata = [each for t in design if self.whole.stratum and t is not None for each in t.keys[-1].filled().tolist()]
        if ("cluster" in data.roles and len(alone)) or any(map(is_missing, strata)):
            raise RowsNeededError
        if most is None:
            most = 0 if units is None else int(units.sums["top"].max(initial=0))
        clustered = "cluster" in data.roles or most > 1
        if not clustered and not strata and data.population is None:
            return None
        names = sorted(set(strata)) if self.whole.stratum else [0]
        customers: Customers = None
        if clustered and "cluster" not in data.roles:
            customers = "all" if policy_of(data, repeats) == "all" else "mean"
        category_scores = self.sample.answers.codebook.category_scores
        unscored = [0.0] * (self.whole.size - len(category_scores))
        found = [
            products_of(part.query.products(), design, SumLines(keys, len(part.numbers), names), self.whole.size)
            for part in parts or [SpansPart(self.query, np.zeros(1, dtype=np.intp))]
        ]
        products = put_together(found, [part.numbers for part in parts], len(keys))
        return UnitDesign(products, np.append(category_scores, unscored), customers, names)


def takes(data: BoundData, policy: Repeats | Contacts) -> bool:
    """Whether the engine can tell which answers of a customer, or of an account, count."""
    if {"cluster", "stratum"} & set(data.roles):  # a customer's answers may lie in several strata
        return False
    if not joins(data):
        return False
    time = data.roles.get("time")
    return policy != "latest" or (time is not None and data.frame.tells_times(time))


def of_persons(
    data: BoundData, all_rows: UnitCounts, by: tuple[str, ...], repeats: Repeats, times: QueryTimes | None
) -> UnitCounts | None:
    """Return what counts of the answers of each customer, or account, in each span where times are taken apart.

    Args:
        data: The data of the engine.
        all_rows: Its rows, counted; where the days of their query end with `span`, in groups.
        by: The columns that make the segments.
        repeats: What counts of customers who answered more than once.
        times: How times are taken apart; None for all times together.

    Returns:
        None where times have to be seen.
    """
    plain, counts, policy = data.frame.plain, all_rows.counts, policy_of(data, repeats)
    accounts, weighted = "account" in data.roles, "weight" in data.roles
    who = "accounts" if accounts else "customers"
    with data.frame.asking(f"telling the answers that count of {who} ({policy})"):
        answers = [plain(name) for name in data.score]
        rows = counts.answers().rows
        some = counts.answers().scored(np.zeros(len(counts.answers()), dtype=np.intp), 1) != [rows]
        worth = all_rows.sample.answers.codebook.category_scores
        level = accounts and weighted  # an account has one revenue
        query = worst_last(all_rows.query, worth.tolist()) if policy == "worst" else all_rows.query
        found = answers_of_persons(query, answers, policy, nullable(data, counts, by), rows, some, level=level)
    if found is None:
        return None
    superseded = int(rows - found.counts.sum())
    columns = {name: found.columns[plain(name)] for name in (*by, *data.score)}
    if times is not None:
        columns[times.name] = times.together(
            {part: found.columns[part].filled().astype(np.float64) for part in times.parts}
        )
    columns = {name: attrs.evolve(column, copies=found.counts) for name, column in columns.items()}
    small = attrs.evolve(
        counts,
        frame=Frame(Owned(columns)),
        columns={},
        sums=found.weights if weighted or policy == "mean" or found.shared else None,
        aside=data.aside + RowCounts(left_out=superseded),
    )
    sample = attrs.evolve(
        small.sample(),
        repeats=repeats,
        contacts=data.contacts if accounts else None,
        tied=0 if accounts else found.tied,
        superseded=superseded,
        shares=not weighted,
    )
    groups = found.columns["span"].filled().astype(np.intp) if "span" in found.columns else None
    return UnitCounts(small, sample, all_rows.whole, found.units, found.most, groups)


def nullable(data: BoundData, counts: BoundData, by: tuple[str, ...]) -> list[str]:
    """Return the plain names of the columns of segments that have missing values."""
    keys = counts.segments(by)[1]
    return [data.frame.plain(name) for i, name in enumerate(by) if any(key[i] is None for key in keys)]


def categories_of(data: BoundData, answers: CodedAnswers, unscored: bool) -> Categories:
    """Return what the raw answers of an engine mean, by those there are, each once."""
    points, grid = {}, answers.codebook.grid.ravel()
    for name, codes, scale in zip(data.score, answers.codes, answers.codebook.scales, strict=True):
        raw = data.column(name).native()
        points[name] = [list(dict.fromkeys(raw[codes == code].tolist())) for code in range(scale.size)]
    cells = [np.flatnonzero(grid == k).tolist() for k in range(len(answers.codebook.categories))]
    return Categories(points, cells, unscored)

"""What a survey says of its drivers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from npskit.checks import finite_number, one_of, share, whole_number
from npskit.drivers.named_drivers import named_drivers
from npskit.errors import IncompatibleError, InvalidValueError, quoted
from npskit.options import GAPS, Every, Gaps
from npskit.results import LEVEL
from npskit.sample import Bindings, BoundData, asked

if TYPE_CHECKING:
    from npskit.comments.themes import ThemeList
    from npskit.drivers.bottlenecks import Bottlenecks
    from npskit.drivers.driver_rows import DriverRows
    from npskit.drivers.drivers import Drivers
    from npskit.drivers.drivers_by import DriversBy
    from npskit.drivers.resampling import Drawing
    from npskit.drivers.three_factors import ThreeFactors

    Listed = ThemeList | Mapping[str, Sequence[str]] | str | os.PathLike[str]

_OF_SCORE = ("answer", "category_score")


class WithDrivers(Bindings):
    """The methods of a survey that look for what its score goes with."""

    @overload
    def drivers(
        self,
        drivers: Sequence[str] | Mapping[str, str | Sequence[str]] = ...,
        *,
        themes: Listed | None = ...,
        by: None = None,
        every: None = None,
        outcome: str = ...,
        order: Mapping[str, Sequence[str]] | None = ...,
        missing: Gaps = ...,
        level: float = ...,
        draws: int = ...,
        rng: int | np.random.Generator = ...,
    ) -> Drivers: ...
    @overload
    def drivers(
        self,
        drivers: Sequence[str] | Mapping[str, str | Sequence[str]] = ...,
        *,
        themes: Listed | None = ...,
        by: str | Sequence[str] | None = None,
        every: Every | None = None,
        outcome: str = ...,
        order: Mapping[str, Sequence[str]] | None = ...,
        missing: Gaps = ...,
        level: float = ...,
        draws: int = ...,
        rng: int | np.random.Generator = ...,
    ) -> DriversBy: ...
    def drivers(
        self,
        drivers: Sequence[str] | Mapping[str, str | Sequence[str]] = (),
        *,
        themes: Listed | None = None,
        by: str | Sequence[str] | None = None,
        every: Every | None = None,
        outcome: str = "answer",
        order: Mapping[str, Sequence[str]] | None = None,
        missing: Gaps = "listwise",
        level: float = LEVEL,
        draws: int = 1_000,
        rng: int | np.random.Generator = 0,
    ) -> Drivers | DriversBy:
        """Return what the answers go with: key drivers by their shares of the explained variance.

        All regressions on subsets of the drivers are looked at, from their covariances; every response counts, with its
        weight. Intervals of shares and ranks come of samples drawn again of customers (or other units that answers hang
        together by); of more than 14 drivers from leaving out each of 50 shards of these in turn. They allow for
        weights, not for what strata or raking gain.

        Args:
            drivers: The columns with ratings of aspects; a mapping of names to several columns makes groups, which
                share R² as one each. Numbers, words of known scales ("Agree"), yes and no; other texts are kinds
                without an order, which are a group. None are needed where there are themes.
            themes: What comments may be about, as of `themes`, a list of yours: each is a driver of its own, 1 where
                the comment mentions it and 0 elsewhere, beside `wrote`, 1 for all who wrote. Of engines the comments
                are fetched. What nobody, or everybody who wrote, mentions is left out.
            by: Columns whose segments are looked at each for itself, with a test of each driver for a difference.
            every: Periods that are, in the clock of the data: `"quarter"`. Did the drivers change?
            outcome: `"answer"`, the answer to the survey's question; `"category_score"`, such as -100, 0 or 100 of NPS;
                or a column of numbers.
            order: Of columns of texts in no known vocabulary these, worst to best: `{"pace": ["too slow", "right"]}`.
            missing: `"listwise"`: only rows with every driver count; `"pairwise"`: each covariance is of the rows that
                have both columns.
            level: Confidence level of the intervals.
            draws: How many samples are drawn.
            rng: Seed of the draws, or a numpy generator.

        Raises:
            ColumnNotFoundError: If a column is not there.
            InvalidTypeError, InvalidValueError: If an argument or a column cannot be used, or there are too few rows.
            IncompatibleError: If there are themes and no comment is bound, or both `by` and `every` are given.

        Warns:
            DataWarning: It names the themes that are left out.

        Example:
            >>> import npskit as nk
            >>> rng = np.random.default_rng(1)
            >>> speed, price = rng.integers(1, 6, 300), rng.integers(1, 6, 300)
            >>> score = np.clip(np.round(1.5 * speed + 0.5 * price + rng.normal(size=300)), 0, 10)
            >>> found = nk.Survey({"score": score, "speed": speed, "price": price}).drivers(["speed", "price"])
            >>> [(each.driver, round(each.lmg, 2), each.rank) for each in found.drivers]
            [('speed', 0.75, 1), ('price', 0.08, 2)]
        """
        from npskit.comments.themes import ThemeList  # scoring should not wait for them
        from npskit.drivers.driver_sums import sums_of
        from npskit.drivers.engine_sums import sums_of_engine
        from npskit.drivers.fit import drivers_of
        from npskit.drivers.resampling import Drawing

        one_of(missing, GAPS, "missing")
        listed = None if themes is None else ThemeList.of(themes)
        how = Drawing(share(level, "level"), whole_number(draws, "draws", least=100), np.random.default_rng(rng))
        if by is not None or every is not None:
            return self._drivers_by(drivers, by, every, (outcome, order, listed), missing == "pairwise", how)
        if missing == "listwise" and not order and listed is None:
            self._driver_names(drivers, outcome, None)
            known = outcome if outcome in _OF_SCORE else self._data.frame.require(outcome, "outcome")
            groups = named_drivers(self._data, drivers)
            sums = sums_of_engine(self._data, groups, known, self._backend) if groups else None
            if sums is not None:
                return drivers_of(sums, how)
        rows = self._driver_rows(drivers, outcome, order, listed)
        return drivers_of(sums_of(rows, pairwise=missing == "pairwise", rng=how.rng), how)

    def _drivers_by(
        self, drivers: Any, by: Any, every: Every | None, asked_for: tuple[str, Any, Any], pairwise: bool, how: Drawing
    ) -> DriversBy:
        """Return the drivers of each segment, or of each period."""
        from npskit.drivers.fit_groups import Groups, drivers_by
        from npskit.times import check_every

        if by is not None and every is not None:
            raise IncompatibleError("drivers: give by= or every=, not both: survey.where(...) takes a segment of rows")
        if every is not None:
            check_every(every)
        names = self._data.by(by)
        data = self._driver_data(drivers, *asked_for, names, times=every is not None)
        rows = self._driver_rows(drivers, *asked_for, data=data)
        groups = Groups.of_segments(data, names) if every is None else Groups.of_periods(data, every)
        return drivers_by(rows, groups, pairwise=pairwise, how=how)

    def three_factors(
        self,
        drivers: Sequence[str] | Mapping[str, str],
        *,
        outcome: str = "answer",
        low: float | Mapping[str, float] | None = None,
        high: float | Mapping[str, float] | None = None,
        ratio: float = 2.0,
        negligible: float | None = None,
        order: Mapping[str, Sequence[str]] | None = None,
        level: float = LEVEL,
        draws: int = 1_000,
        rng: int | np.random.Generator = 0,
    ) -> ThreeFactors:
        """Return which drivers are basic, performance and excitement factors: penalty-reward contrast analysis.

        The outcome is regressed on two columns of each driver: 1 where its rating is low, and 1 where it is high. A
        basic factor costs more where it is bad than it wins where it is good; an excitement factor wins more than it
        costs; a performance factor does both about alike. A driver is classed only where its intervals, of customers
        drawn again, lie wholly within a class. Rows count that have the outcome and every driver.

        Source: Brandt (1987), "A procedure for identifying value-enhancing service components using customer
        satisfaction survey data", Add Value to Your Service, American Marketing Association, of penalty and reward;
        Mikulić & Prebežac (2008), "Prioritizing improvement of service attributes using impact range-performance
        analysis and impact-asymmetry analysis", Managing Service Quality 18(6), of RIOCS, SGP, DGP and IA.

        Args:
            drivers: The columns with ratings of aspects; a mapping gives them other names.
            outcome: `"answer"`, `"category_score"`, or a column of numbers.
            low: Ratings up to this are low: one number, or one for each driver. Default: the lowest two fifths of the
                points of its scale, 1 and 2 of 1..5. The scale is taken to begin at 1, or at 0 where a 0 was given, and
                to end at the highest rating given.
            high: Ratings from this on are high. Default: the highest fifth of the points, 5 of 1..5. With 4 and 5 for
                high, other classes may come out: the cuts are part of the result.
            ratio: One of penalty and reward dominates where it is more than so many times the other.
            negligible: An effect below this, in units of the outcome, is none; a driver of which both are certainly
                below is indifferent. Default: a quarter of the outcome's standard deviation.
            order: Of columns of texts in no known vocabulary these, worst to best.
            level: Confidence level of the intervals.
            draws: How many samples are drawn.
            rng: Seed of the draws, or a numpy generator.

        Raises:
            ColumnNotFoundError: If a column is not there.
            InvalidTypeError, InvalidValueError: If an argument or a column cannot be used, nothing lies between low and
                high ratings, or there are too few rows.

        Example:
            >>> import npskit as nk
            >>> rng = np.random.default_rng(1)
            >>> speed, gift = rng.integers(1, 6, 900), rng.integers(1, 6, 900)
            >>> score = np.clip(np.round(7 - 3 * (speed <= 2) + 2 * (gift == 5) + rng.normal(size=900)), 0, 10)
            >>> found = nk.Survey({"score": score, "speed": speed, "gift": gift}).three_factors(["speed", "gift"])
            >>> [(each.driver, each.kind, round(each.penalty, 1), round(each.reward, 1)) for each in found.factors]
            [('speed', 'basic', -3.2, -0.2), ('gift', 'excitement', -0.0, 2.0)]
        """
        from npskit.drivers.penalty_reward import Classing, three_factors_of  # scoring should not wait for it
        from npskit.drivers.resampling import Drawing

        how = Drawing(share(level, "level"), whole_number(draws, "draws", least=100), np.random.default_rng(rng))
        ratio = finite_number(ratio, "ratio", above=1)
        if negligible is not None:
            negligible = finite_number(negligible, "negligible", least=0)
        return three_factors_of(self._driver_rows(drivers, outcome, order), Classing(low, high, ratio, negligible), how)

    def bottlenecks(
        self,
        drivers: Sequence[str] | Mapping[str, str],
        *,
        outcome: str = "answer",
        scale: tuple[float, float] | Mapping[str, tuple[float, float]] | None = None,
        order: Mapping[str, Sequence[str]] | None = None,
        level: float = LEVEL,
        draws: int = 2_000,
        rng: int | np.random.Generator = 0,
    ) -> Bottlenecks:
        """Return without which drivers there is no good answer: necessary conditions.

        Above the answers lies a ceiling in steps: the best outcome of all whose rating is so high at most. Where it is
        low for low ratings, no outcome above it was seen without a higher one. The effect size is the empty zone above
        the ceiling as a share of the scope, all that could be seen; how large it would be if rating and outcome had
        nothing to do with each other is told by handing the outcomes around, between customers (or other units) as many
        answers each. One answer may move a ceiling, so weights have no say. Each driver is looked at by itself, over
        the rows that have it and the outcome.

        Source: Dul (2016), "Necessary condition analysis (NCA): logic and methodology of 'necessary but not sufficient'
        causality", Organizational Research Methods 19(1), of CE-FDH, effect size and bottleneck table; Dul, van der
        Laan & Kuik (2020), "A statistical significance test for necessary condition analysis", Organizational Research
        Methods 23(2), of the permutation test.

        Args:
            drivers: The columns with ratings of aspects; a mapping gives them other names.
            outcome: `"answer"`, `"category_score"`, or a column of numbers.
            scale: The ends of the drivers' scales, `(1, 5)`, or of each by name, with that of an outcome in a column:
                the scope is theoretical then. Default: the lowest and highest that were seen, the empirical scope.
            order: Of columns of texts in no known vocabulary these, worst to best.
            level: 1 less the level of the tests, adjusted for the number of drivers by Holm.
            draws: How many times outcomes are handed around.
            rng: Seed of the draws, or a numpy generator.

        Raises:
            ColumnNotFoundError: If a column is not there.
            InvalidTypeError, InvalidValueError: If an argument or a column cannot be used, or nothing varies.

        Example:
            >>> import npskit as nk
            >>> rng = np.random.default_rng(1)
            >>> speed, price = rng.integers(1, 6, 400), rng.integers(1, 6, 400)
            >>> score = np.minimum(rng.integers(0, 11, 400), 2 * speed)
            >>> found = nk.Survey({"score": score, "speed": speed, "price": price}).bottlenecks(["speed", "price"])
            >>> found.said("speed")
            'no 3 without speed of at least 2, no 5 without 3, no 7 without 4, no 9 without 5'
            >>> round(found["speed"].effect_size, 2), found["price"].effect_size
            (0.5, 0.0)
        """
        from npskit.drivers.ceilings import bottlenecks_of  # scoring should not wait for it

        level = share(level, "level")
        whole_number(draws, "draws", least=100)
        rows = self._driver_rows(drivers, outcome, order)
        return bottlenecks_of(rows, scale, level=level, draws=draws, rng=np.random.default_rng(rng))

    def _driver_data(
        self,
        drivers: Any,
        outcome: str,
        order: Any,
        listed: ThemeList | None,
        more: Sequence[str] = (),
        *,
        times: bool = False,
    ) -> BoundData:
        """Return the rows with the columns that are needed."""
        from npskit.comments.themes import comment_column

        names = self._driver_names(drivers, outcome, order)
        more = more if listed is None else [comment_column(self._data), *more]
        return asked(self._data, [*names, *(name for name in more if name not in names)], times=times, rows=True)

    def _driver_names(self, drivers: Any, outcome: str, order: Any) -> list[str]:
        """Return the columns of the drivers, and that of the outcome where it is one, checked to be there."""
        names = [name for members in named_drivers(self._data, drivers).values() for name in members]
        if outcome not in _OF_SCORE:
            outcome = self._data.frame.require(outcome, "outcome")
            if outcome in names:
                raise InvalidValueError(f"outcome: column {quoted(outcome)} is among the drivers")
            names.append(outcome)
        for name in order or ():
            self._data.frame.require(name, "order")
        return names

    def _driver_rows(
        self,
        drivers: Any,
        outcome: str,
        order: Mapping[str, Sequence[str]] | None,
        listed: ThemeList | None = None,
        *,
        data: BoundData | None = None,
    ) -> DriverRows:
        """Return the outcome and the drivers of each row, read and checked."""
        from npskit.drivers.driver_rows import DriverRows, numbers_of_outcome, outcome_of_score
        from npskit.drivers.rated_columns import read_rated, read_rated_columns
        from npskit.drivers.theme_drivers import with_themes

        data = self._driver_data(drivers, outcome, order, listed) if data is None else data
        groups = named_drivers(self._data, drivers)
        if not groups and listed is None:
            raise InvalidValueError("drivers must name at least one column each")
        names = [name for members in groups.values() for name in members]
        order = {self._data.frame.require(name, "order"): texts for name, texts in (order or {}).items()}
        outcome = outcome if outcome in _OF_SCORE else self._data.frame.require(outcome, "outcome")
        sample = data.sample()
        rated = read_rated_columns({name: data.column(name) for name in names}, order)
        if outcome in _OF_SCORE:
            values, ends = outcome_of_score(sample.answers, outcome)
            said = f"the {outcome.replace('_', ' ')}"
        else:
            values, ends, said = (
                numbers_of_outcome(read_rated(data.column(outcome), outcome, what="outcome")),
                None,
                outcome,
            )
        columns = {name: [rated[member] for member in members] for name, members in groups.items()}
        book = sample.answers.codebook
        worths = dict(zip(book.categories, book.category_scores.tolist(), strict=True)) if outcome in _OF_SCORE else {}
        found = DriverRows(said, values, ends, columns, sample, worths, self._backend)
        return found if listed is None else with_themes(found, data, listed)

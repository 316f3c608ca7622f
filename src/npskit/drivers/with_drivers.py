"""What a survey says of its drivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.arrays import Floats
from npskit.checks import one_of, share, whole_number
from npskit.counting import CodedAnswers
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.options import GAPS, Gaps
from npskit.results import LEVEL
from npskit.sample import Bindings, asked

if TYPE_CHECKING:
    from npskit.drivers.drivers import Drivers
    from npskit.drivers.rated_columns import RatedColumn

_OF_SCORE = ("answer", "category_score")


class WithDrivers(Bindings):
    """The methods of a survey that look for what its score goes with."""

    def drivers(
        self,
        drivers: Sequence[str] | Mapping[str, str | Sequence[str]],
        *,
        outcome: str = "answer",
        order: Mapping[str, Sequence[str]] | None = None,
        missing: Gaps = "listwise",
        level: float = LEVEL,
        draws: int = 1_000,
        rng: int | np.random.Generator = 0,
    ) -> Drivers:
        """Return what the answers go with: key drivers by their shares of the explained variance.

        All regressions on subsets of the drivers are looked at, from their covariances; every response counts, with its
        weight. Intervals of shares and ranks come of samples drawn again of customers (or other units that answers hang
        together by); of more than 14 drivers from leaving out each of 50 shards of these in turn. They allow for
        weights, not for what strata or raking gain.

        Args:
            drivers: The columns with ratings of aspects; a mapping of names to several columns makes groups, which
                share R² as one each. Numbers, words of known scales ("Agree"), yes and no; other texts are kinds
                without an order, which are a group.
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

        Example:
            >>> import npskit as nk
            >>> rng = np.random.default_rng(1)
            >>> speed, price = rng.integers(1, 6, 300), rng.integers(1, 6, 300)
            >>> score = np.clip(np.round(1.5 * speed + 0.5 * price + rng.normal(size=300)), 0, 10)
            >>> found = nk.Survey({"score": score, "speed": speed, "price": price}).drivers(["speed", "price"])
            >>> [(each.driver, round(each.lmg, 2), each.rank) for each in found.drivers]
            [('speed', 0.75, 1), ('price', 0.08, 2)]
        """
        from npskit.drivers.fit import Rows, drivers_of  # scoring should not wait for them
        from npskit.drivers.rated_columns import read_rated
        from npskit.drivers.resampling import Drawing

        one_of(missing, GAPS, "missing")
        level = share(level, "level")
        whole_number(draws, "draws", least=100)
        groups = self._groups_of(drivers)
        names = [name for members in groups.values() for name in members]
        if outcome not in _OF_SCORE:
            outcome = self._data.frame.require(outcome, "outcome")
            if outcome in names:
                raise InvalidValueError(f"outcome: column {quoted(outcome)} is among the drivers")
        order = {self._data.frame.require(name, "order"): texts for name, texts in (order or {}).items()}
        data = asked(self._data, [*names, *(() if outcome in _OF_SCORE else (outcome,))], rows=True)
        sample = data.sample()
        rated = {name: read_rated(data.column(name), name, order.get(name)) for name in names}
        if outcome in _OF_SCORE:
            values, said = _of_score(sample.answers, outcome), f"the {outcome.replace('_', ' ')}"
        else:
            values, said = _numbers(read_rated(data.column(outcome), outcome, what="outcome")), outcome
        return drivers_of(
            Rows(values, sample.units, sample.weights),
            {name: [rated[member] for member in members] for name, members in groups.items()},
            outcome=said,
            sample=sample,
            pairwise=missing == "pairwise",
            how=Drawing(level, draws, np.random.default_rng(rng)),
            backend=self._backend,
        )

    def _groups_of(self, drivers: Any) -> dict[str, list[str]]:
        """Return the columns of each driver, checked to be there, each once."""
        if isinstance(drivers, str) or not isinstance(drivers, Sequence | Mapping):
            raise InvalidTypeError(f"drivers must name columns, as ['speed', 'price']: got {quoted(drivers)}")
        given = drivers if isinstance(drivers, Mapping) else {name: name for name in drivers}
        found = {}
        for name, members in given.items():
            listed = [members] if isinstance(members, str) else list(members)
            found[str(name)] = [self._data.frame.require(member, "drivers") for member in listed]
        every = [member for members in found.values() for member in members]
        if not every or not all(found.values()):
            raise InvalidValueError("drivers must name at least one column each")
        if len(set(every)) < len(every) or len(found) < len(drivers):
            raise InvalidValueError(f"drivers names a column twice: {quoted(drivers)}")
        scored = [member for member in every if member in self._data.score]
        if scored:
            raise InvalidValueError(f"drivers: {quoted(scored[0])} is the answer that is to be explained")
        return found


def _of_score(answers: CodedAnswers, outcome: str) -> Floats:
    """Return the outcome of each row from its answers, NaN where it is not scored."""
    book = answers.codebook
    if outcome == "category_score":
        return np.asarray(np.append(book.category_scores, np.nan)[answers.categories])
    if len(book.scales) > 1:
        raise InvalidValueError(
            f"outcome='answer' asks for one answer, and {book.name} reads {len(book.scales)}: give "
            "outcome='category_score', or a column"
        )
    points = np.array([*book.scales[0]], dtype=np.float64)
    codes = answers.codes[0].astype(np.intp)
    known = (codes < len(points)) & (answers.categories >= 0)
    return np.where(known, points[np.where(known, codes, 0)], np.nan)


def _numbers(column: RatedColumn) -> Floats:
    if column.kinds:
        raise InvalidValueError(f"outcome: column {quoted(column.name)} holds kinds without an order, not numbers")
    return np.asarray(column.values[0])

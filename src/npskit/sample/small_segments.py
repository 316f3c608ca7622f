"""Small segments made one, so that nothing that is asked of a survey by them gives one of them away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools
from npskit.checks import boolean, one_of, whole_number
from npskit.counting import SHOWN, hidden_label
from npskit.data import Frame, Keys
from npskit.errors import IncompatibleError, InvalidValueError, quoted
from npskit.options import EVERY, Every
from npskit.sample.asking import asked
from npskit.sample.binding import Bindings
from npskit.sample.bound import BoundData


class HidesSegments(Bindings):
    """The method of a survey that hides its small segments from whatever is asked of it."""

    def hide_below(
        self, fewest: int, by: str | Sequence[str], *, every: Every | None = None, comments: bool = False
    ) -> Self:
        """Return the survey with its small segments made one, for whatever is asked of it by them.

        Scores, comparisons, timelines, explanations of a change, transitions, drivers, comments and themes by such a
        column, and the files, pictures and reports made of them, know the small segments only together, as
        `"East, South (hidden)"`: no count below `fewest`, and nothing of one of them alone, is in any. Where the total
        would give a hidden one away, the next smallest are hidden with it, by the rule of `ScoreTable.hide_below`. What
        is shown of them together is no more than whoever subtracts the others from the total has anyway. No row is
        lost.

        Each column is hidden for itself. That segments by two columns at once are small (`by=["region", "channel"]`),
        and that results by other columns, times and policies cannot be subtracted, is yours to see to:
        `ScoreTable.hide_below` hides in a table of scores whatever makes its segments.

        Args:
            fewest: Segments with at least one and fewer scored answers than this are hidden.
            by: The column that makes the segments, or several, each for itself.
            every: Also hide segments with fewer in a `"day"`, `"week"`, `"month"`, `"quarter"` or `"year"`: for
                timelines, and for changes between such periods.
            comments: Also hide segments in which fewer wrote a comment.

        Raises:
            InvalidTypeError, InvalidValueError: If an argument cannot be used, or fewer answered altogether, or in a
                whole period.
            ColumnNotFoundError: If a column is not there.
            IncompatibleError: If a column has a role of its own, or weights are raked to it; and without the time or
                the comments that are asked for.

        Example:
            >>> import npskit as nk
            >>> answers = {"score": [9] * 22, "region": ["North"] * 12 + ["South"] * 8 + ["East"] * 2}
            >>> survey = nk.Survey(answers).hide_below(5, by="region")
            >>> [(row["region"], row["n"]) for row in survey.score(by="region").to_dict()["segments"]]
            [('East, South (hidden)', 10), ('North', 12)]
        """
        from npskit.counting import hidden_groups

        whole_number(fewest, "fewest", least=1)
        if every is not None:
            one_of(every, EVERY, "every")
        survey = self
        for name in self._data.by(by):
            _check_free(survey._data, name)
            keys, counts = _counts(survey, name, every, boolean(comments, "comments"))
            _check_enough(counts, fewest, every)
            hidden = hidden_groups(counts, fewest) > SHOWN
            if hidden.any():
                survey = survey._with(frame=_pooled(survey._data, name, keys, hidden), columns={})
        return survey


def _check_free(data: BoundData, name: str) -> None:
    taken = {*data.score, *data.roles.values(), *data.kinds, *(data.totals or ())}
    if name in taken:
        raise IncompatibleError(
            f"hide_below: column {quoted(name)} is more than segments: it has a role, or weights are raked to it"
        )


def _check_enough(counts: NDArray[np.int64], fewest: int, every: Every | None) -> None:
    totals = counts.sum(axis=0)
    if ((totals > 0) & (totals < fewest)).any():
        where = "altogether" if totals[0] < fewest else f"in a whole {every}" if every else "with a comment"
        raise InvalidValueError(f"hide_below: fewer than {fewest} answered {where}, so that nothing could be shown")


def _counts(survey: Any, name: str, every: Every | None, comments: bool) -> tuple[Keys, NDArray[np.int64]]:
    """Return the segments of a column with the counts that are not to be small, shape `(G, K)`."""
    table = survey.score(name)
    found = [table.n[:, np.newaxis]]
    if every is not None:
        timeline = survey.timeline(every, by=name)
        place = {key: i for i, key in enumerate(timeline.segments)}
        found.append(timeline.n[[place[key] for key in table.keys]])
    if comments:
        found.append(_written(survey._data, name, table.keys)[:, np.newaxis])
    return table.keys, np.concatenate(found, axis=1).astype(np.int64)


def _written(data: BoundData, name: str, keys: Keys) -> NDArray[np.int64]:
    """Return how many of each segment wrote a comment beside an answer that counts."""
    from npskit.data import read_written

    if "comment" not in data.roles:
        raise IncompatibleError("hide_below(comments=True) needs the comments: bind the column with comment=")
    comment = data.roles["comment"]
    rows = asked(data, [name, comment], rows=True)
    places, own = rows.segments((name,))
    wrote = np.fromiter((text is not None for text in read_written(rows.column(comment), comment)), bool)
    counted = places.numbers[wrote & (rows.answers().categories >= 0)]
    found = dict(zip(own, np.bincount(counted, minlength=len(own)).tolist(), strict=True))
    return np.array([found[key] for key in keys], dtype=np.int64)


def _pooled(data: BoundData, name: str, keys: Keys, hidden: Bools) -> Frame:
    """Return the frame with one label for all hidden segments of a column, and its own for each other, as text."""
    from npskit.data import relabelled, relabelled_query, segments_of
    from npskit.scores import segment_names

    names = segment_names(keys)
    some = [said for said, is_hidden in zip(names, hidden.tolist(), strict=True) if is_hidden]
    label = hidden_label(some, names)
    frame = data.frame
    if frame.lazy:
        found = frame.distinct([name])
        numbers, own = segments_of([found.columns[name]], len(found.counts), whole=data.from_file)
        gone = {key for key, is_hidden in zip(keys, hidden.tolist(), strict=True) if is_hidden}
        values = found.columns[name].native().tolist()
        raw = {value: label for value, place in zip(values, numbers.tolist(), strict=True) if own[place] in gone}
        return relabelled_query(frame, name, raw)
    places, own = data.segments((name,))
    instead = [None if key == (None,) else said for key, said in zip(keys, names, strict=True)]
    labels = dict(zip(keys, np.where(hidden, label, np.array(instead, dtype=object)).tolist(), strict=True))
    return relabelled(frame, name, [labels[own[place]] for place in places.numbers.tolist()])

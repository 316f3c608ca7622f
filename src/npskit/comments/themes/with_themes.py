"""What a survey says of the themes of its comments."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import attrs
import numpy as np

from npskit.checks import finite_number, share, whole_number
from npskit.errors import IncompatibleError, InvalidValueError
from npskit.options import Every
from npskit.results import LEVEL
from npskit.sample import Bindings, BoundData, Places, asked

if TYPE_CHECKING:
    from npskit.comments.themes.found_themes import FoundThemes
    from npskit.comments.themes.theme_figures import HowThemes
    from npskit.comments.themes.theme_list import ThemeList
    from npskit.comments.themes.themed_rows import ThemedRows
    from npskit.comments.themes.themes import Themes
    from npskit.comments.themes.themes_by_segment import ThemesBySegment
    from npskit.comments.themes.themes_change import ThemesChange

    Listed = ThemeList | Mapping[str, Sequence[str]] | str | os.PathLike[str]

RAREST, EXAMPLES, FOUND = 5, 2, 12


class WithThemes(Bindings):
    """The methods of a survey that look at what its comments are about."""

    @overload
    def themes(
        self,
        themes: Listed | None = None,
        *,
        by: None = None,
        every: Every | None = ...,
        pairs: bool = ...,
        most: int = ...,
        rarest: int = ...,
        examples: int = ...,
        names: bool | Iterable[str] = ...,
        level: float = ...,
        alpha: float = ...,
    ) -> Themes: ...
    @overload
    def themes(
        self,
        themes: Listed | None = None,
        *,
        by: str | Sequence[str],
        pairs: bool = ...,
        most: int = ...,
        rarest: int = ...,
        examples: int = ...,
        names: bool | Iterable[str] = ...,
        level: float = ...,
    ) -> ThemesBySegment: ...
    def themes(
        self,
        themes: Listed | None = None,
        *,
        by: str | Sequence[str] | None = None,
        every: Every | None = None,
        pairs: bool = False,
        most: int = FOUND,
        rarest: int = RAREST,
        examples: int = EXAMPLES,
        names: bool | Iterable[str] = False,
        level: float = LEVEL,
        alpha: float = 0.05,
    ) -> Themes | ThemesBySegment:
        """Return what the comments are about: each theme's share, its score, and how many points it costs or brings.

        The points are those of a regression of the category score on what is mentioned, over all answers: with the base
        they sum exactly to the score, also weighted. Errors allow for customers, accounts, clusters and strata, not for
        what raking gains. See `npskit.comments.themes.theme_points`.

        Args:
            themes: A `ThemeList`, a mapping of names to patterns (`{"noise": ["nois*", "loud*"]}`), or the path of a
                file of themes, or its text. None: they are found, by words that stand in the same comments; see
                `npskit.comments.themes.found_themes`.
            by: A column, or several, that make segments; each has a regression of its own.
            every: `"week"`, `"month"` or another calendar period: adds the share of every theme in each, and alarms for
                one that is rising. They may be looked at with every new period; they count answers without weights.
            pairs: Whether pairs of themes that are mentioned together have points of their own, which the two share.
            most: How many themes are found at most, where none are listed.
            rarest: Themes with fewer mentions have no points of their own: they are counted together, or with the one
                that they are part of.
            examples: How many comments are shown of each theme, without addresses of e-mail and numbers of telephones,
                cards and accounts.
            names: Names to be masked in them too, as `["Anna Kowalska"]`; True for those that follow a title. Themes
                that are found are not made of them.
            level: Confidence level of the intervals.
            alpha: The bound on the probability of ever seeing a theme rise that does not; for each theme by itself.

        Raises:
            IncompatibleError: If no comment is bound, or `every` and no time is, or both `by` and `every` are given.
            ColumnNotFoundError, InvalidTypeError, InvalidValueError: If an argument cannot be used, or nobody answered.

        Example:
            >>> import npskit as nk
            >>> answers = {"score": [2, 4, 9, 10, 9, 8], "said": ["loud", "Loud!", "lovely", None, None, "noisy"]}
            >>> found = nk.Survey(answers, comment="said").themes({"noise": ["loud*", "nois*"]})
            >>> found["noise"].mentions, found["noise"].share, round(found["noise"].points, 1)
            (3, 0.75, -83.3)
            >>> round(found.base + found.writing + found["noise"].points, 1) == round(found.value, 1)
            True
        """
        from npskit.comments.themes.found_themes import FoundThemes
        from npskit.comments.themes.theme_figures import HowThemes, themes_of
        from npskit.comments.themes.theme_periods import trend_of
        from npskit.comments.words import checked_names
        from npskit.times import check_every

        if every is not None:
            check_every(every)
        if by is not None and every is not None:
            raise IncompatibleError("by and every do not go together: use where() for one segment over time")
        known = checked_names(names)
        how = HowThemes(
            share(level, "level"), pairs, whole_number(rarest, "rarest", least=0),
            whole_number(examples, "examples", least=0), names=known,
        )  # fmt: skip
        alpha = finite_number(alpha, "alpha", least=1e-15, below=1)
        whole_number(most, "most", least=1)
        listed, data, rows = self._themed(themes, by, most, names=known, times=every is not None)
        if isinstance(listed, FoundThemes):
            how = attrs.evolve(how, themes_from="comments", words=dict(zip(listed.names, listed.words, strict=True)))
        if by is not None:
            return self._by_segment(data, data.by(by), listed, rows, how)
        times = None if every is None else data.times("themes")
        rows, kept = self._answering(data, rows, Places(np.zeros(len(rows.sample), np.intp), 1))
        counts, sets = rows.counts(listed.names, listed.parents)
        row_counts = rows.sample.account(counts.tally)
        found = themes_of(counts, how, rows, sets, row_counts=row_counts, backend=self._backend)
        if every is None or times is None:
            return found
        return attrs.evolve(
            found, trend=trend_of(listed, rows, times[kept], every, level=level, alpha=alpha), alpha=alpha
        )

    def explain_themes(
        self,
        before: Any,
        after: Any,
        themes: Listed | None = None,
        *,
        pairs: bool = False,
        rarest: int = RAREST,
        level: float = LEVEL,
    ) -> ThemesChange:
        """Say why the score moved: what comments mention more, and what hurts more than it did.

        A theme's points move by its share, at the mean of both slopes, and by its slope, at the mean of both shares;
        with the base all parts sum to the change of the score exactly. Customers on both sides are allowed for.

        Args:
            before: A calendar period, `"2026"`, `"2026-Q1"`, `"2026-03"`, `"2026-W05"` or `"2026-03-01"`, or a pair of
                dates (start, end), the end not included.
            after: The same; the two share no time.
            themes: As for `themes`.
            pairs: As for `themes`.
            rarest: Themes with fewer mentions in both periods together have no points of their own.
            level: Confidence level of the intervals.

        Raises:
            IncompatibleError: If no comment or no time is bound, or the two overlap.
            InvalidTypeError, InvalidValueError: If an argument cannot be used, or there is no answer on a side.

        Example:
            >>> import npskit as nk
            >>> day = ["2026-01-05"] * 10 + ["2026-02-05"] * 10
            >>> answers = {"score": [9] * 9 + [3] + [9] * 7 + [3] * 3, "day": day,
            ...            "said": ["fine"] * 9 + ["loud"] + ["fine"] * 7 + ["loud"] * 3}
            >>> survey = nk.Survey(answers, comment="said", time="day")
            >>> found = survey.explain_themes("2026-01", "2026-02", {"noise": ["loud*"]}, rarest=1)
            >>> round(found.difference), round(found["noise"].mentioned), round(abs(found["noise"].hurts))
            (-40, -40, 0)
        """
        from npskit.comments.themes.themed_rows import sides_together
        from npskit.comments.themes.themes_change import themes_change_of
        from npskit.data import grain_of
        from npskit.times import stretch
        from npskit.tracking import sides_of

        spans = stretch(before, "before"), stretch(after, "after")
        whole_number(rarest, "rarest", least=0)
        listed, data, rows = self._themed(themes, None, FOUND, times=True, grain=grain_of([*spans[0], *spans[1]]))
        sides = sides_of(data.times("explain_themes"), spans)
        undated = rows.sample.answers.number(np.isnat(data.times("explain_themes")))
        rows, kept = self._answering(data, rows, sides)
        sides = sides.take(kept)
        for side, (name, (start, end)) in enumerate(zip(("before", "after"), spans, strict=True)):
            here = sides.numbers == side
            if not (rows.sample.answers.categories[here] >= 0).any():
                raise InvalidValueError(f"{name}: there is no scored answer from {start} until {end}, not included")
        (one, two), together = sides_together(rows, sides.numbers, listed.names, listed.parents)
        row_counts = rows.sample.account(one.tally.total() + two.tally.total(), undated)
        return themes_change_of(
            one,
            two,
            together,
            level=share(level, "level"),
            pairs=pairs,
            rarest=rarest,
            row_counts=row_counts,
            backend=self._backend,
        )

    def _themed(
        self,
        themes: Any,
        by: Any,
        most: int,
        *,
        names: bool | tuple[str, ...] = False,
        times: bool = False,
        **options: Any,
    ) -> tuple[ThemeList | FoundThemes, BoundData, ThemedRows]:
        """Return the themes, the data, and its rows by what they mention."""
        from npskit.comments.themes.found_themes import find_themes
        from npskit.comments.themes.theme_list import ThemeList
        from npskit.comments.themes.theme_mentions import WrittenRows, comment_column
        from npskit.comments.themes.themed_rows import ThemedRows

        name = comment_column(self._data)
        listed = None if themes is None else ThemeList.of(themes)
        data = asked(self._data, [name, *self._data.by(by)], times=times, rows=True, **options)
        sample, written = data.sample(), WrittenRows.of(data)
        comments, wrote = written.comments, written.wrote
        if listed is not None:
            return listed, data, ThemedRows(sample, written.mentions(listed), wrote, comments)
        from npskit.comments.words import words_of_rows

        found = find_themes(words_of_rows(data, comments, wrote, names), most)
        if not found.names:
            raise InvalidValueError("themes: no words stand in the same comments often enough: list your own themes")
        return found, data, ThemedRows(sample, written.spread(found.mentions), wrote, comments)

    def _answering(self, data: BoundData, rows: ThemedRows, places: Places) -> tuple[ThemedRows, Any]:
        """Return the rows that count where several contacts of an account answer at a place, and which those are."""
        sample, kept = data.answering(rows.sample, places, method="themes")
        taken = {name: getattr(rows, name)[kept] for name in ("mentions", "wrote", "comments")}
        return attrs.evolve(rows, sample=sample, **taken), kept

    def _by_segment(
        self, data: BoundData, names: tuple[str, ...], listed: ThemeList | FoundThemes, rows: ThemedRows, how: HowThemes
    ) -> ThemesBySegment:
        """Return the themes of each segment."""
        from npskit.comments.themes.theme_figures import themes_of
        from npskit.comments.themes.themes_by_segment import ThemesBySegment

        places, keys = data.segments(names)
        rows, kept = self._answering(data, rows, places)
        numbers, found, used = places.take(kept).numbers, [], []
        whole = rows.sample.count(Places(np.zeros(len(numbers), np.intp), 1))
        for place, key in enumerate(keys):
            part = rows.take(numbers == place)
            if (part.sample.answers.categories >= 0).any():
                counts, sets = part.counts(listed.names, listed.parents)
                found.append(themes_of(counts, how, part, sets, backend=self._backend))
                used.append(key)
        return ThemesBySegment(
            names, tuple(used), tuple(found), backend=self._backend, row_counts=rows.sample.account(whole)
        )

"""What a survey hands over to its report: the results that it is made of."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from npskit.checks import boolean, of_kind, one_of, whole_number
from npskit.errors import InvalidTypeError, quoted
from npskit.options import EVERY, Every
from npskit.report.file_attributes import with_file_attributes
from npskit.sample import Bindings

if TYPE_CHECKING:
    from npskit.comments.themes import ThemeList
    from npskit.followup.cases import ClosedLoop
    from npskit.followup.plan import FollowUpPlan
    from npskit.tracking.effect import Intervention


class WithReport(Bindings):
    """The method of a survey that puts all it has to say on one page."""

    @with_file_attributes
    def report(
        self,
        path: str | os.PathLike[str] | TextIO | None = None,
        *,
        by: str | Sequence[str] = (),
        drivers: Sequence[str] | Mapping[str, str | Sequence[str]] | None = None,
        interventions: Intervention | Sequence[Intervention] = (),
        control: Mapping[str, Any] | None = None,
        treated: Mapping[str, Any] | None = None,
        change: Every | None = None,
        themes: ThemeList | Mapping[str, Sequence[str]] | str | os.PathLike[str] | None = None,
        plan: FollowUpPlan | None = None,
        cases: ClosedLoop | None = None,
        language: str = "en",
        title: str | None = None,
        hide_below: int | None = None,
        hide_comments_below: int | None = None,
        share: bool = False,
        tables: bool = False,
        simulated: bool = False,
        made: dt.date | None = None,
    ) -> str | None:
        """Write a report for people: one HTML file, without script, that loads nothing and prints well.

        It says in ten seconds what is known, what is not, and whom to answer: the score, its trend, what changed,
        segments, drivers, comments, whom to answer first, the state of the cases, what was left out, and every
        convention that was used. What there are no data for says so in a line. Each headline says how much speaks for
        it: clear, weak or none found, see `npskit.report.judge`. What this call names (an intervention, drivers, the
        length of `change`) was asked for beforehand; all that the report looks up itself is allowed for.

        Comments are masked: addresses of e-mail, numbers of telephones, cards and accounts.

        Args:
            path: A path, or an open text file. Default: the HTML is returned.
            by: The column that makes the segments, or several, each for itself.
            drivers: The columns with ratings of aspects, as of `drivers`; no others are looked at.
            interventions: What was changed, and when.
            control: Of these, who was not concerned, as of `effect`.
            treated: Of these, who was.
            change: The length of the two periods whose change is explained: `"year"`, `"quarter"`, `"month"`, `"week"`
                or `"day"`. Default: the longest of which there are two whole ones.
            themes: What comments may be about, as of `themes`: a list of yours, a file of it, or its text. One of these
                may stand in the headline, since comments that it catches, and some that all miss, stand below. Default:
                themes are found, where there are at most 100,000 comments, and stand in no headline.
            plan: Whom to follow up; default: `follow_up()`.
            cases: What became of the cases, of `npskit.closed_loop`.
            language: `"en"`, `"de"`, `"pl"` or `"th"`.
            title: Whose answers they are.
            hide_below: Segments, periods and other groups with fewer answers are hidden, and others with them where
                the total would give them away; "< 10" stands in place of their count.
            hide_comments_below: The same for themes and categories with fewer comments, none of which is quoted then;
                default as `hide_below`.
            share: Whether the report is for others: whom to answer, ids, owners' names and comments are left out.
            tables: Whether all tables are appended, to be printed.
            simulated: Whether the answers are simulated, which it then says.
            made: The day it is made; default today.

        Raises:
            ColumnNotFoundError, InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used.
            MissingDependencyError: If Jinja2 is not installed: it comes with the extra `report`.
            UnwritableFileError: If the file cannot be written.

        Example:
            >>> import npskit as nk
            >>> survey = nk.Survey({"nps": [10, 9, 3, 8, 10, 6], "region": list("NNNSSS")}, score="nps")
            >>> page = survey.report(by="region")
            >>> page[:15], "50.0% promoters less 33.3% detractors is 16.7." in page
            ('<!doctype html>', True)
        """
        from npskit.report.collect import Asked, collect  # scoring should not wait for reports
        from npskit.report.page import render
        from npskit.report.page_parts import ReportTerms
        from npskit.report.wording import LANGUAGES
        from npskit.results import write_text

        one_of(language, LANGUAGES, "language")
        if change is not None:
            one_of(change, EVERY, "change")
        if hide_below is not None:
            whole_number(hide_below, "hide_below", least=1)
        if hide_comments_below is not None:
            whole_number(hide_comments_below, "hide_comments_below", least=1)
        if title is not None:
            of_kind(title, str, "title")
        terms = ReportTerms(
            language,
            title,
            hide_below,
            boolean(share, "share"),
            boolean(tables, "tables"),
            dt.date.today() if made is None else of_kind(made, dt.date, "made"),
            boolean(simulated, "simulated"),
            hide_comments_below,
        )
        wanted = Asked(
            self._data.by(by if isinstance(by, str) else list(by)) if by else (),
            drivers,
            _interventions(interventions),
            control,
            treated,
            change,
            themes,
            plan,
            cases,
        )
        page = render(collect(self, self._data, wanted, terms), terms)
        if path is None:
            return page
        write_text(page, path)
        return None


def _interventions(given: Any) -> tuple[Any, ...]:
    """Return what was changed, checked to be that."""
    from npskit.tracking.effect import Intervention

    found = (given,) if isinstance(given, Intervention) else given
    if not isinstance(found, list | tuple) or not all(isinstance(each, Intervention) for each in found):
        raise InvalidTypeError(
            f"interventions must be Intervention('name', '2026-03-01'), or a list of such: got {quoted(given)}"
        )
    return tuple(found)

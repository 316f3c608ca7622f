"""`npskit.read`: a file of answers as a `Survey`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs
from numpy.typing import NDArray
from typing_extensions import Unpack

from npskit.checks import several
from npskit.data import (
    BadCell,
    Column,
    Deferred,
    NumberedCells,
    Owned,
    Scale,
    answers_of,
    cells_of,
    numbers_of,
    objects,
    read_times,
)
from npskit.errors import (
    DataWarning,
    GuessWarning,
    InvalidTypeError,
    counted,
    plural,
    quoted,
    warn,
)
from npskit.file_columns import Roles, bound_roles, scored_columns, warn_of_accounts
from npskit.inference import Population
from npskit.options import Contacts, Lonely, OnInvalid
from npskit.reading import (
    Loaded,
    Rejected,
    Wanted,
    accounts_in,
    asked_clock,
    check_kinds,
    group_named,
    load_for,
    names_of,
    several_files,
    warn_of_no_time,
    whole_ranges,
)
from npskit.scorers import Codebook, Scorer, codebook_of
from npskit.survey import Survey
from npskit.waves import WAVE, concat


def read(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    score: str | Sequence[str] | Mapping[str, str] | None = None,
    scorer: Scorer | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    header_rows: int | None = None,
    tool: str | None = None,
    sheet: str | None = None,
    missing: Iterable[str | int] | None = None,
    time_zone: str | None = None,
    dayfirst: bool | None = None,
    population: Population = None,
    lonely: Lonely = "fail",
    on_invalid: OnInvalid = "count",
    contacts: Contacts = "mean",
    where: Mapping[str, Any] | None = None,
    mapping: Mapping[Any, Any] | None = None,
    progress: Callable[[int, int], object] | None = None,
    **roles: Unpack[Roles],
) -> Survey:
    r"""Read a survey file: CSV, TSV, JSON, Parquet, Excel, OpenDocument, SPSS or Stata, of a known tool or any other.

    Everything about the file is found out from its content and told in `Survey.file_report`, of several files in
    `Survey.reports`; what could not be used is listed in `Survey.rejected`. Known are the exports of Qualtrics,
    Typeform, SurveyMonkey, Formbricks, PostHog, Delighted and Google Forms.

    Args:
        path: The file; or several, as a list or a pattern such as `"waves/2026-*.csv"`: they are read one by one and
            joined as `npskit.concat` does, with the name of its file in the column `"wave"` of each row, if they have
            none of this name.
        score: The column with the answers; one for each question of the scorer, in order or by question.
        scorer: What the answers mean. Default `NPS()`.
        encoding: See `npskit.reading.load`; so for separator, decimal, header_rows, tool, sheet and progress.
        separator: See there.
        decimal: See there.
        header_rows: See there.
        tool: See there.
        sheet: See there.
        missing: Texts, and whole numbers off the scale, that mean "no answer". Default: the usual words, and
            -1, 99, -99, 999 and -999 where they are off the scale.
        time_zone: The zone that times are wanted in, as in `"Europe/Warsaw"`. Those whose own is known, from themselves
            or from the file, are converted to it; others are taken to be in it. A note says which.
        dayfirst: Whether the day stands before the month; None finds it out.
        population: See `Survey`.
        lonely: See `Survey`.
        on_invalid: See `Survey`.
        contacts: See `Survey`.
        where: The rows to read, by the value, or values, that they have in each column: `{"survey_type": "nps"}`; see
            `Survey.where`. The others are counted as left out. Of a file with answers of several surveys or kinds of
            question, those are taken that say that they are what the scorer measures; where none does, or several do,
            this argument must choose.
        mapping: What texts and codes stand for, as `{"Extremely likely": 10, "no idea": None}`; see `measure`.
        progress: See `npskit.reading.load`.
        roles: time, customer, account, comment, weight, stratum, cluster, label: the columns by role. Time, comment and
            label are bound by themselves where a column is unmistakable, the customer where the survey tool is known;
            None leaves one unbound. A weight or an account is only ever bound by name.

    Raises:
        NpskitError: If the file or an argument cannot be used; the message says which, where, and what to do. See
            `npskit.reading.load` for the kinds.

    Warns:
        GuessWarning: If the column of the score is not named, and its name alone says that it is one. What only holds
            whole numbers on the scale is never taken: then the error names it. If the order of day and month had to be
            guessed, or times of several offsets from UTC were read in UTC. If no weight tells whether a mark parts
            thousands or decimals, as in `"1.234"`.
        DataWarning: If the column of the time holds cells, and none of them is a time. If a file is named twice.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = path.write_text("Region;How likely are you to recommend us?\nN;10\nS;9 - likely\nS;NA\nS;11\n")
        >>> survey = read(path, score="How likely are you to recommend us?")
        >>> survey.score()
        Score(NPS=100.0, n=2, interval=(-31.5, 100.0), level=0.95, missing=1, invalid=1)
        >>> survey.rejected
        (Rejected(row=5, column='How likely are you to recommend us?', value='11', reason='outside 0..10'),)
    """
    if progress is not None and not callable(progress):
        raise InvalidTypeError(
            f"progress must be a function of the bytes done and the bytes there are: got {quoted(progress)}"
        )
    words = None if missing is None else several(missing, "missing")
    codebook = codebook_of(scorer).mapped(mapping)
    asked = _Asked(
        score=score,
        codebook=codebook,
        file={
            "encoding": encoding,
            "separator": separator,
            "decimal": decimal,
            "header_rows": header_rows,
            "tool": tool,
            "sheet": sheet,
            "missing": None if words is None else [word for word in words if isinstance(word, str)],
            "progress": progress,
        },
        missing=words,
        rows=Wanted.of(where, codebook.name.partition(" ")[0]),
        time_zone=time_zone,
        dayfirst=dayfirst,
        roles=roles,
        survey={"population": population, "lonely": lonely, "on_invalid": on_invalid, "contacts": contacts},
    )
    files = several_files(path)
    if files is None:
        return asked.survey_in(path)
    surveys = [asked.survey_in(file) for file in files]
    called = not any(WAVE in survey.columns for survey in surveys)
    return concat(surveys, waves=names_of(files) if called else None)


@attrs.frozen(kw_only=True)
class _Asked:
    """What `read` is asked for, of each file: `file` for `npskit.reading.load_for`, `survey` for `Survey`."""

    score: str | Sequence[str] | Mapping[str, str] | None
    codebook: Codebook
    file: Mapping[str, Any]
    missing: Sequence[Any] | None
    rows: Wanted
    time_zone: str | None
    dayfirst: bool | None
    roles: Mapping[str, Any]
    survey: Mapping[str, Any]

    def survey_in(self, path: Any) -> Survey:
        """Return the survey in a file."""
        loaded = load_for(path, self._needs, self.file, self.rows)
        if loaded.about_header:
            warn(loaded.about_header, GuessWarning)
        bound, unasked = bound_roles(self.roles, loaded)
        if "weight" in bound and "account" not in self.roles:
            warn_of_accounts(accounts_in(loaded.columns, bound["weight"]), loaded.columns, bound["weight"])
        codebook, answers = scored_columns(self.score, loaded, self.codebook, bound)
        if self.score is None and loaded.about_score and answers == [loaded.roles.get("score")]:
            warn(loaded.about_score, GuessWarning)
        kinds = check_kinds(loaded.columns, loaded.kinds, answers, self.rows.measure)
        found = _Found(loaded)
        found.read_answers(dict(zip(answers, codebook.scales, strict=True)), self.missing)
        dayfirst = self.dayfirst
        if "time" in bound:
            dayfirst = found.read_times(bound["time"], self.time_zone, dayfirst)
        if label := bound.get("label"):
            found.read_group_codes(label)
        if "weight" in bound:
            found.read_weights(bound["weight"], self.file["decimal"], self.missing or ())
        report = attrs.evolve(loaded.report, unasked=unasked)
        told = [note for note in report.notes if self.score is None or note != loaded.about_score]
        count = bound.pop("count", None)
        survey = Survey(
            Owned(found.columns),
            score=answers,
            scorer=codebook.scorer,
            time_zone=report.time_zone if self.time_zone is None else self.time_zone,
            dayfirst=dayfirst,
            **self.survey,
            **bound,
        )
        report = attrs.evolve(report, notes=(*report.offers, *told, *found.notes))
        rejected = sorted(found.rejected, key=lambda each: each.row)
        survey = survey.with_file(report, tuple(rejected), loaded.row_numbers).counted(count)
        if report.tool and survey.roles.get("label") not in (None, *answers):
            _warn_of_labels(survey, loaded.columns, answers)
        return survey.where(kinds) if kinds else survey

    def _needs(self, look: Loaded) -> dict[str, str]:
        """Say which columns are read at once, and as what: those with a role, but the comment."""
        named = bound_roles(self.roles, look)[0]
        kinds = {name: "texts" for role, name in named.items() if role != "comment"}
        kinds |= {named[role]: kind for role, kind in (("time", "times"), ("weight", "codes")) if role in named}
        return kinds | dict.fromkeys(scored_columns(self.score, look, self.codebook, named)[1], "codes")


class _Found:
    """The columns of a file, those with a role as they are used, with what could not be used and what is to be noted.

    Args:
        loaded: The file.
    """

    def __init__(self, loaded: Loaded) -> None:
        self.columns: dict[str, Any] = dict(loaded.columns)
        self.rejected = list(loaded.rejected)
        self.notes: list[str] = []
        self._report, self._rows = loaded.report, loaded.row_numbers

    def read_answers(self, scales: Mapping[str, Scale], missing: Sequence[Any] | None) -> None:
        """Read the answers of each column on its scale."""
        for name, scale in scales.items():
            got = answers_of(self.columns[name], scale, missing=missing)
            self._replace(name, got.values, got.rejected, got.notes)
            for told, kind in ((got.words, GuessWarning), (got.clusters, DataWarning)):
                if told:
                    warn(f"score: column {name!r}: {told}", kind)

    def read_times(self, name: str, time_zone: str | None, dayfirst: bool | None) -> bool | None:
        """Read the times, and return whether the day stands first, for the other columns of times."""
        table = read_times(
            {name: Column(self.columns[name], row_numbers=self._rows)},
            time_zone=self._report.time_zone if time_zone is None else time_zone,
            dayfirst=dayfirst,
            beside=lambda: self._texts_beside(name),
        )
        values, about = asked_clock(table[name], self._report, time_zone)
        self._replace(name, values, table[name].rejected, (*table.notes, *table[name].notes, *about))
        # here alone: what is read from now on are times, and nothing to guess
        table.warn(f"time: column {quoted(name)}")
        warn_of_no_time(name, table[name])
        return dayfirst if table.order is None else table.order == "day"

    def _texts_beside(self, name: str) -> dict[str, list[Any]]:
        """Return the distinct cells of the other columns of text."""
        others: dict[str, list[Any]] = {}
        for other, column in self.columns.items():
            cells = column.cells if isinstance(column, NumberedCells) else column
            texts = isinstance(column, NumberedCells) or (not isinstance(column, Deferred) and column.dtype.kind == "O")
            if other != name and texts:
                others[other] = list(dict.fromkeys(cell for cell in cells if isinstance(cell, str)))
        return others

    def read_weights(self, name: str, decimal: str | None, missing: Sequence[Any]) -> None:
        """Read the weights."""
        numbers = numbers_of(self.columns[name], decimal=decimal or self._report.decimal, missing=missing)
        asks = numbers.guess and not decimal
        guess = f"{numbers.guess}: give decimal=',' if they mean {numbers.other}" if asks else ""
        self._replace(name, numbers.values, numbers.rejected, filter(None, [guess]))
        if guess:
            warn(f"weight: column {quoted(name)}: {guess}", GuessWarning)

    def read_group_codes(self, name: str) -> None:
        """Read the codes 1, 2 and 3 of a column of groups of Qualtrics, exported as numbers, as the groups they are."""
        cells = cells_of(self.columns[name])
        groups = {None if cell is None or cell != cell else group_named(cell) for cell in cells.tolist()}
        if self._report.tool == "Qualtrics" and "" not in groups:
            self.columns[name] = objects(None if c is None or c != c else group_named(c) for c in cells.tolist())

    def _replace(self, name: str, values: NDArray[Any], cells: Iterable[BadCell], said: Iterable[object]) -> None:
        self.columns[name] = values
        self.rejected += [Rejected(int(self._rows[c.position]), name, c.value, c.reason, c.kind) for c in cells]
        self.notes += [f"{name}: {note}" for note in said]


def _warn_of_labels(survey: Survey, columns: Mapping[str, NDArray[Any]], answers: Sequence[str]) -> None:
    """Warn of labels of the survey tool that contradict the answers they stand beside."""
    audit = survey.audit()
    if not audit.contradictions:
        return
    first = audit.contradictions[0]
    low, high = whole_ranges({name: columns[name] for name in answers}).get(answers[0], (0, 0))
    recoded = (
        "; the answers are 1..11, as where a tool has recoded 0..10: if so, give scorer=NPS((1, 11), detractor=7, "
        "promoter=10)"
    )
    warn(
        f"label: {counted(len(audit.contradictions), 'label')} of {audit.checked:,} in column "
        f"{quoted(survey.roles['label'])} {plural(len(audit.contradictions), 'contradicts', 'contradict')} the answer "
        f"beside: row {first.row} of the file is a {first.answer} by its answer, and {first.label!r} by its label"
        f"{recoded if (low, high) == (1, 11) else ''}; see audit()",
        DataWarning,
    )

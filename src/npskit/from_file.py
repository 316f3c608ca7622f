"""`npskit.read`: a file of answers as a `Survey`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict

import attrs
import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from npskit.checks import several
from npskit.data import BadCell, Column, NumberedCells, Owned, TimeColumn, answers_of, numbers_of, read_times, row_said
from npskit.errors import (
    ColumnNotFoundError,
    DataWarning,
    GuessWarning,
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    UnreadableFileError,
    quoted,
    warn,
)
from npskit.inference import Population
from npskit.options import Contacts, Lonely, OnInvalid
from npskit.reading import (
    Loaded,
    Rejected,
    Wanted,
    check_kinds,
    counts_beside,
    load_for,
    names_of,
    refuse_aggregates,
    resolve,
    several_files,
    whole_ranges,
)
from npskit.scorers import ByLabel, Codebook, Scorer, codebook_of
from npskit.scores import labels_alone
from npskit.survey import Survey
from npskit.waves import WAVE, concat


class Roles(TypedDict, total=False):
    """The columns of a file by role, as for `Survey`; what is not named is found out where the survey tool is known."""

    time: str | None
    customer: str | None
    account: str | None
    comment: str | None
    weight: str | None
    stratum: str | None
    cluster: str | None
    label: str | None
    count: str | None


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

    Everything about the file is found out from its content and told in `Survey.report`; what could not be used is
    listed in `Survey.rejected`. Known are the exports of Qualtrics, Typeform, SurveyMonkey, Formbricks, PostHog,
    Delighted and Google Forms.

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
        time_zone: The zone that times are in, as in `"Europe/Warsaw"`; those which know their own are converted to it.
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
        DataWarning: If the column of the time holds cells, and none of them is a time.

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
    files = several_files(path)
    if files is not None:
        same: dict[str, Any] = {
            "score": score,
            "scorer": scorer,
            "encoding": encoding,
            "separator": separator,
            "decimal": decimal,
            "header_rows": header_rows,
            "tool": tool,
            "sheet": sheet,
            "missing": None if missing is None else several(missing, "missing"),
            "time_zone": time_zone,
            "dayfirst": dayfirst,
            "population": population,
            "lonely": lonely,
            "on_invalid": on_invalid,
            "contacts": contacts,
            "where": where,
            "mapping": mapping,
            "progress": progress,
        }
        surveys = [read(file, **same, **roles) for file in files]
        called = not any(WAVE in survey.columns for survey in surveys)
        return concat(surveys, waves=names_of(files) if called else None)
    if progress is not None and not callable(progress):
        raise InvalidTypeError(
            f"progress must be a function of the bytes done and the bytes there are: got {quoted(progress)}"
        )
    words = None if missing is None else several(missing, "missing")
    codebook = codebook_of(scorer).mapped(mapping)
    said = {
        "encoding": encoding,
        "separator": separator,
        "decimal": decimal,
        "header_rows": header_rows,
        "tool": tool,
        "sheet": sheet,
        "missing": None if words is None else [word for word in words if isinstance(word, str)],
        "progress": progress,
    }

    def needs(look: Loaded) -> dict[str, str]:
        """Say which columns are read at once, and as what: those with a role, but the comment."""
        named = _bound(roles, look)[0]
        kinds = {name: "texts" for role, name in named.items() if role != "comment"}
        kinds |= {named[role]: kind for role, kind in (("time", "times"), ("weight", "codes")) if role in named}
        return kinds | dict.fromkeys(_scored(score, look, codebook, named)[1], "codes")

    rows = Wanted.of(where, codebook.name.partition(" ")[0])
    one: Any = path  # what is no path is refused there
    loaded = load_for(one, needs, said, rows)
    if loaded.about_header:
        warn(loaded.about_header, GuessWarning)
    bound, unasked = _bound(roles, loaded)
    report = attrs.evolve(loaded.report, unasked=unasked)
    notes = report.offers
    codebook, answers = _scored(score, loaded, codebook, bound)
    if score is None and loaded.about_score and answers == [loaded.roles.get("score")]:
        warn(loaded.about_score, GuessWarning)
    kinds = check_kinds(loaded.columns, loaded.kinds, answers)
    columns, rejected = dict(loaded.columns), list(loaded.rejected)
    notes += [note for note in loaded.report.notes if score is None or note != loaded.about_score]

    def replace(name: str, values: NDArray[Any], cells: Iterable[BadCell], said: Iterable[object]) -> None:
        columns[name] = values
        rejected.extend(Rejected(int(loaded.row_numbers[c.position]), name, c.value, c.reason, c.kind) for c in cells)
        notes.extend(f"{name}: {note}" for note in said)

    for name, scale in zip(answers, codebook.scales, strict=True):
        got = answers_of(loaded.columns[name], scale, missing=words)
        replace(name, got.values, got.rejected, got.notes)
        for told, kind in ((got.words, GuessWarning), (got.clusters, DataWarning)):
            if told:
                warn(f"score: column {name!r}: {told}", kind)
    if "time" in bound:
        name = bound["time"]
        table = read_times(
            {name: Column(columns[name], row_numbers=loaded.row_numbers)},
            time_zone=report.time_zone if time_zone is None else time_zone,
            dayfirst=dayfirst,
        )
        replace(name, table[name].values, table[name].rejected, (*table.notes, *table[name].notes))
        # here alone: what is read from now on are times, and nothing to guess
        table.warn(f"time: column {quoted(name)}")
        _warn_of_no_time(name, table[name])
        if table.order is not None:  # for the other columns of times
            dayfirst = table.order == "day"
    if "weight" in bound:
        name = bound["weight"]
        numbers = numbers_of(columns[name], decimal=decimal or report.decimal, missing=words or ())
        asks = numbers.guess and not decimal
        guess = f"{numbers.guess}: give decimal=',' if they mean {numbers.other}" if asks else ""
        replace(name, numbers.values, numbers.rejected, filter(None, [guess]))
        if guess:
            warn(f"weight: column {quoted(name)}: {guess}", GuessWarning)
    count = bound.pop("count", None)
    survey = Survey(
        Owned(columns),
        score=answers,
        scorer=codebook.scorer,
        time_zone=report.time_zone if time_zone is None else time_zone,
        dayfirst=dayfirst,
        population=population,
        lonely=lonely,
        on_invalid=on_invalid,
        contacts=contacts,
        **bound,
    )
    rejected.sort(key=lambda each: each.row)
    survey = survey.with_file(attrs.evolve(report, notes=tuple(notes)), tuple(rejected), loaded.row_numbers)
    survey = survey.counted(count)
    return survey.where(kinds) if kinds else survey


def _warn_of_no_time(name: str, times: TimeColumn) -> None:
    """Warn of a column bound as the time that holds cells, and not one that is a time."""
    if times.rejected and np.isnat(times.values).all():
        first = times.rejected[0]
        warn(
            f"time: no cell of column {quoted(name)} could be read as a time: "
            f"{row_said(first.position, times.row_numbers)} "
            f"holds {quoted(first.value)}; name another column, or write its times like 2026-03-09 14:05",
            DataWarning,
        )


def _bound(roles: Mapping[str, object], loaded: Loaded) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the columns by role: those named, and those that may be taken unasked; and the others, to be offered."""
    known = Roles.__annotations__
    found = {role: name for role, name in loaded.roles.items() if role in known and isinstance(name, str)}
    # what changes the score or its interval is not done unasked on the strength of a column's name
    asked = ["weight", "account"] if loaded.report.tool else ["weight", "account", "customer"]
    offered = {role: found.pop(role) for role in asked if role in found}
    for role, name in roles.items():
        found.pop(role, None)
        if name is not None:
            found[role] = resolve(name, loaded.columns, role)  # type: ignore[arg-type]  # refuses what is no text
    return found, {role: name for role, name in offered.items() if role not in roles}


def _scored(score: Any, loaded: Loaded, codebook: Codebook, bound: dict[str, Any]) -> tuple[Codebook, list[str]]:
    """Return what the answers mean and their columns: the label's, taken from `bound`, where there are no others."""
    label, known = bound.get("label"), {*loaded.columns}
    named = [score] if isinstance(score, str) else list(score.values() if isinstance(score, Mapping) else score or ())
    if named:
        named = _answer_columns(score, loaded, codebook)
    found = [name for name in named or [loaded.roles.get("score")] if isinstance(name, str) and name in known]
    if any((scale.low, scale.high) == (0, 10) for scale in codebook.scales):
        refuse_aggregates(loaded.columns, found, bool(named))
    if score is None and not found and label is not None and not known >= {*codebook.questions}:
        warn(f"score: no column holds answers: the groups in {quoted(label)} were scored alone", GuessWarning)
        return codebook_of(ByLabel(codebook.scorer)), [bound.pop("label")]
    answers = _answer_columns(score, loaded, codebook)
    values: Any = loaded.columns[answers[0]]
    cells = values.head(1000) if isinstance(values, NumberedCells) else np.asarray(values[:1000])
    if labels_alone(Column(cells), codebook):
        if answers == [label]:
            del bound["label"]
        return codebook_of(ByLabel(codebook.scorer)), answers
    if "count" not in bound and (beside := counts_beside(loaded.columns, answers[0])):
        warn(f"each answer stands in one row; if {quoted(beside)} says how many gave it: count={beside!r}", DataWarning)
    return codebook, answers


def _answer_columns(
    score: str | Sequence[str] | Mapping[str, str] | None, loaded: Loaded, codebook: Codebook
) -> list[str]:
    questions = codebook.questions
    if not loaded.columns:
        raise UnreadableFileError(
            f"{loaded.report.path} holds no answers: it is an empty list, or one of empty records"
        )
    if score is None:
        found = loaded.roles.get("score")
        named = all(question in loaded.columns for question in questions)
        if len(questions) == 1 and isinstance(found, str) and (questions == ("score",) or not named):
            return [found]
        if named:
            return list(questions)
        known = ", ".join(map(repr, list(loaded.columns)[:20]))
        about = " ".join(filter(None, [_about_score(loaded, codebook), loaded.about_header]))
        asked = f"score: name the column with the answers to {', '.join(questions)}"
        raise ColumnNotFoundError(f"{asked}; there are {known}. {about}", argument="score")
    if isinstance(score, Mapping):
        for question in questions:
            if question not in score:
                raise InvalidValueError(f"score: name the column with the answers to {question!r} too")
        score = [score[question] for question in questions]
    names = (score,) if isinstance(score, str) else several(score, "score")
    if len(names) != len(questions):
        asked = ", ".join(questions)
        raise IncompatibleError(f"score: the scorer reads a column for each of {asked}: got {len(names)}")
    try:
        return [resolve(name, loaded.columns, "score") for name in names]
    except ColumnNotFoundError as error:
        if not loaded.about_header:
            raise
        raise ColumnNotFoundError(f"{error}. {loaded.about_header}", argument="score") from None


def _about_score(loaded: Loaded, codebook: Codebook) -> str:
    """Return what there is to say of which column might hold the answers: those of whole numbers, and their ranges."""
    held = whole_ranges(loaded.columns)
    if not held:
        return loaded.about_score or "None holds whole numbers."
    default = all((scale.low, scale.high) == (0, 10) for scale in codebook.scales)
    likely = [name for name, (low, high) in held.items() if default and low >= 0 and 5 < high <= 10]
    if likely:
        return loaded.about_score
    shown = ", ".join(f"{quoted(name)} {low}..{high}" for name, (low, high) in list(held.items())[:10])
    said = (
        f"Whole numbers are in {shown}; {codebook.name} is asked on "
        f"{', '.join(dict.fromkeys(map(str, codebook.scales)))}"
    )
    other = ", and what another scale means with scorer=, such as CSAT() for 1..5" if default else ""
    return f"{said}: name the column with score={other}."

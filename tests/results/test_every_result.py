"""The laws of every result, tried on one of each kind."""

from __future__ import annotations

import copy
import csv
import html
import importlib.util
import inspect
import io
import json
import pickle
import re
from collections.abc import Hashable, Iterator, Mapping
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npskit
from npskit.arrays import same
from npskit.checks import is_hashable
from npskit.options import Backend
from npskit.results import Result
from npskit.results.display import html_table, markdown_text, shown
from npskit.results.files import _cell as csv_cell
from npskit.results.result import schema_of

_spec = importlib.util.spec_from_file_location("catalogue", Path(__file__).parent / "catalogue.py")
assert _spec is not None
assert _spec.loader is not None
catalogue = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(catalogue)
FOUND: dict[str, Result] = catalogue.catalogue()

# What public functions and methods return that is no result: data, a scorer, a value.
NO_RESULTS = {
    "Survey",
    "MarkingWord",
    "Interval",
    "Scorer",
    "Playbook",
    "Languages",
    "Voice",
    "ThemeList",
    "UrgencyWords",
    "Materials",
    "Offer",
    "Scale",
    "BusinessCalendar",
    "CaseEvent",
    "TriageWords",
    "LabelScore",
    "CommentSign",
    "TriagedComment",
    "TriagedKind",
}


@pytest.fixture(params=FOUND)
def result(request: pytest.FixtureRequest) -> Result:
    """A result of each kind."""
    return FOUND[request.param]


def returned() -> set[str]:
    """Return the exported classes that exported functions, and methods of exported classes, say they return."""
    exported = {name: getattr(npskit, name) for name in npskit.__all__}
    classes = {name for name, value in exported.items() if isinstance(value, type)}
    functions = [value for value in exported.values() if callable(value)]
    functions += [v for c in classes for k, v in vars(exported[c]).items() if not k.startswith("_")]
    found = [
        str(getattr(f, "fget", f).__annotations__.get("return", ""))
        for f in functions
        if callable(getattr(f, "fget", f))
    ]
    return classes & {word for said in found for word in re.findall(r"\w+", said)}


def test_whatever_is_returned_is_a_result() -> None:
    """Every exported class that is returned, or that has a dict, derives from the base, and is tried here."""
    classes = {name: kind for name in npskit.__all__ if isinstance(kind := getattr(npskit, name), type)}
    said = returned() - NO_RESULTS
    kept = {name for name, kind in classes.items() if hasattr(kind, "to_dict")}
    results = {name for name, kind in classes.items() if issubclass(kind, Result)}
    assert said | kept == results
    assert results <= {name.partition(",")[0] for name in FOUND}
    assert all(type(found).__name__ == name.partition(",")[0] for name, found in FOUND.items())


def test_json(result: Result) -> None:
    """A result is JSON all the way down, which says what it is; `to_json` is nothing else."""
    found = result.to_dict()
    assert (found["schema"], found["version"]) == (schema_of(type(result)), 1)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert json.loads(result.to_json()) == found
    assert "backend" not in found


def names(value: Any) -> Any:
    """Return the names in a dict, those of records in lists with them."""
    if isinstance(value, dict):
        return {name: names(part) for name, part in sorted(value.items())}
    return names(value[0]) if isinstance(value, list) and value and isinstance(value[0], dict | list) else None


def test_names_are_stable() -> None:
    """What is kept of a result has the names that are written down; whoever takes one away raises the version.

    `names.json` has a line for each result: null stands for a value that is neither a record nor a list of records.
    """
    written = json.loads((Path(__file__).parent / "names.json").read_text("utf-8"))
    assert {name: names(found.to_dict()) for name, found in FOUND.items() if "," not in name} == written


def parts(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value that a result holds in public, with the way there; properties too, where they are held."""
    yield path, value
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from parts(part, f"{path}[{key!r}]")
    elif isinstance(value, tuple | list) and not isinstance(value, str):
        for i, part in enumerate(value[:3]):
            yield from parts(part, f"{path}[{i}]")
    elif type(value).__module__.startswith("npskit") and not isinstance(value, type | npskit.Tracker):
        for name in dir(type(value)):
            kind = getattr(type(value), name, None)
            held = isinstance(kind, property | cached_property) or inspect.isdatadescriptor(kind)
            if name.startswith("_") or not (held or name in getattr(value, "__dict__", {})):
                continue
            try:
                first, again = getattr(value, name), getattr(value, name)
            except (npskit.NpskitError, AttributeError):
                continue
            if first is again:
                yield from parts(first, f"{path}.{name}")


def test_nothing_held_can_be_changed(result: Result) -> None:
    """No array, list or mapping that a result or its copies hold, at any depth, can be changed in place."""
    for twin in (result, copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        for path, value in parts(twin):
            assert not (isinstance(value, np.ndarray) and value.flags.writeable), path
            assert not isinstance(value, list | set | bytearray), path
            if isinstance(value, dict):
                with pytest.raises(TypeError, match="cannot be changed"):
                    value.clear()


def test_copies_are_equal(result: Result) -> None:
    """A result equals its copies, also part by part; its class says whether it has a hash, and copies have the same."""
    twins = [copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))]
    assert all(twin == result for twin in twins)
    assert [other for other in FOUND.values() if other == result] == [result]
    assert isinstance(result, Hashable) == is_hashable(result)
    if is_hashable(result):
        assert {hash(twin) for twin in twins} == {hash(result)}
    for twin in twins:
        for (path, part), (_, other) in zip(parts(result), parts(twin), strict=True):
            assert same(part, other), path


# What results of several numbers are formatted as: not at all. All others are of one.
SEVERAL = {
    "Comments",
    "CommentsTable",
    "Drivers",
    "Triage",
    "LabelReport",
    "ThreeFactors",
    "DriversBy",
    "Bottlenecks",
    "Quadrants",
    "ThemesBySegment",
    "ThemeTracker",
    "FollowUpList",
    "ScoreTable",
    "GroupComparison",
    "SegmentRanks",
    "LabelAudit",
    "Timeline",
    "TimelineComparison",
    "ControlChart",
    "ChangePoints",
    "Draft",
    "Case",
    "ClosedLoop",
    "RetentionSensitivity",
    "FollowUpPlan",
    "ToldCustomers",
    "Ideas",
    "InvitedCustomers",
    "Placebo",
    "Intervention",
}


def test_format(result: Result) -> None:
    """A result of one number is formatted as that number is, any other refuses; without a specification it is text."""
    assert f"{result}" == str(result)
    if type(result).__name__ in SEVERAL or np.ndim(getattr(result, "value", 0)):
        with pytest.raises(TypeError, match="several numbers"):
            f"{result:.1f}"
    else:
        assert re.fullmatch(r"-?\d+\.\d|nan", f"{result:.1f}")
        assert len(f"{result:>+12.2f}") == 12


def plain(value: Any) -> Any:
    """Return a cell of a dataframe as text, nothing where there is nothing."""
    if value is None or value != value:
        return ""
    return (
        str(float(value))
        if isinstance(value, int | float | np.number)
        else str(value)[: 10 if hasattr(value, "year") else None]
    )


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_agree_with_columns(result: Result, backend: Backend) -> None:
    """A dataframe of any library has the names and the values of `columns`."""
    columns = result.columns()
    frame = result.to_frame(backend)
    held = frame.to_pydict() if backend == "pyarrow" else {name: list(frame[name]) for name in frame.columns}
    assert {name: list(map(plain, values)) for name, values in held.items()} == {
        name: ["; ".join(map(str, v)) if isinstance(v, tuple) else plain(v) for v in values]
        for name, values in columns.items()
    }


def test_csv_agrees_with_columns(result: Result) -> None:
    """CSV has the same cells in full, and none that a spreadsheet would execute."""
    text = result.to_csv()
    assert text is not None
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    columns = result.columns()
    assert header == [csv_cell(name) for name in columns]
    assert rows == [[csv_cell(value) for value in row] for row in zip(*columns.values(), strict=True)]
    for cell in (cell for row in [header, *rows] for cell in row):
        assert not cell.startswith(("=", "+", "@", "-")) or re.fullmatch(r"-[\d.e+-]+|-inf", cell)


class Page(HTMLParser):
    """The tags of a page, and the cells of its tables."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.within = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.cells += [""] if tag in ("td", "th") else []
        self.within = tag in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.within:
            self.cells[-1] += data


def test_notebooks_say_what_text_says(result: Result) -> None:
    """Each word that stands below the table of a text, such as an assumption or a check, stands in the page, too."""
    page = html.unescape(re.sub("<[^>]+>", " ", result._repr_html_()))
    said = [*result._all_notes(), *(caption for caption, _ in result._more())]
    said += [] if str(result) == repr(result) or not result._headline() else [result._headline()]
    assert {word for text in said for word in map(shown, text.split())} <= set(map(shown, page.split()))


def test_notebooks_say_all_that_print_says(result: Result) -> None:
    """Where `print` shows more than a repr, each of its words stands in the page, too."""
    page = html.unescape(re.sub("<[^>]+>", " ", result._repr_html_())).replace("\x1b", "\\x1b")
    said = "" if str(result) == repr(result) else str(result)
    assert {word for word in re.findall(r"\w+", said) if "x1b" not in word} <= set(re.findall(r"\w+", page))


def said_by(text: str) -> set[str]:
    """Return the words of a text or a page, a level of 0.95 as it is said in tables, and no names of parameters."""
    text = re.sub(r"level=0\.(\d\d?)\b", lambda found: f"{float('0.' + found[1]):.0%}", text).replace("\x1b", "\\x1b")
    return {word for word in re.findall(r"\w+", re.sub(r"\b\w+=", " ", text)) if "x1b" not in word}


def test_notebooks_say_all_that_a_text_says(result: Result) -> None:
    """Whatever `str` says, be it a table or one line, stands in the page; the class's name and parameters' aside."""
    page = html.unescape(re.sub("<[^>]+>", " ", result._repr_html_()))
    assert said_by(str(result)) <= said_by(page) | {type(result).__name__}


def test_pages_of_a_plain_record_are_compact() -> None:
    """A size, a follow-up and a tracker show what is there, without blanks, a level in per cent, and nothing twice."""
    for name in ("SampleSize", "FollowUp", "Tracker"):
        page = FOUND[name]._repr_html_()
        assert "<td></td>" not in page
        assert "timedelta" not in page
        assert len(page) < 1500, name
    assert ">95%<" in FOUND["SampleSize"]._repr_html_()


@pytest.mark.parametrize("other", [catalogue.survey(), npskit.Playbook.default()], ids=["Survey", "Playbook"])
def test_what_is_no_result_is_a_table_too(other: Any) -> None:
    """A survey shows its columns in a notebook, a playbook its rules: all that their texts say."""
    page = other._repr_html_()
    assert Page(page).tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert said_by(str(other)) <= said_by(html.unescape(re.sub("<[^>]+>", " ", page))) | set(other_roles(other))
    assert len(page) < 12_000


def other_roles(other: Any) -> list[str]:
    return [] if isinstance(other, npskit.Playbook) else [*other.roles, "scorer"]


def test_a_playbook_is_told_in_its_rules() -> None:
    """Each rule has a line, in order, with when it holds and why; a strategy that is code has its name."""
    lines = str(npskit.Playbook.default()).split("\n")
    assert lines[0].startswith("default playbook: 28 rules")
    names = [rule.name for rule in npskit.Playbook.default().strategies]
    assert [line.split("  ")[0] for line in lines[2:]] == names

    class Renewal:
        name = "renewal <b>is</b> near"

        def __call__(self, response: Any, context: Any) -> None: ...

    page = npskit.Playbook([Renewal()])._repr_html_()
    assert "renewal &lt;b&gt;is&lt;/b&gt; near" in page


def test_text_left_numbers_right_and_ends_of_long_tables() -> None:
    """In a notebook columns of text stand left and numbers right, and of many rows the first and the last ten show."""
    rows = [["N", i] for i in range(100)]
    page = html_table(["region", "n"], rows)
    right = ' style="text-align:right"'
    assert f"<th>region</th><th{right}>n</th>" in page
    assert f"<td>N</td><td{right}>99</td>" in page
    assert page.count("<tr>") == 1 + 10 + 1 + 10
    assert "80 rows between" in page
    assert f"<td{right}>50</td>" not in page


def test_text_and_pages_agree(result: Result) -> None:
    """Text, HTML and Markdown show the same cells, and no text in them has a meaning there."""
    header, rows = result._rows()
    cells = [shown(cell) for row in [header, *rows] for cell in row]
    text, page, markdown = result.to_text(), Page(result._repr_html_()), result.to_markdown()
    assert page.cells[: len(cells)] == cells
    assert page.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "br"}
    assert all(markdown_text(cell) in markdown for cell in cells)
    assert "<script" not in markdown
    for said in (str(result), text, markdown, repr(result)):
        assert all(character.isprintable() or character == "\n" for character in said)

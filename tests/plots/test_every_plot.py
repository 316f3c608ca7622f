"""The laws of every picture, tried on one of each result that has one."""

from __future__ import annotations

import importlib.util
import itertools
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

import npskit
from npskit.errors import IncompatibleError, InvalidTypeError
from npskit.plots import (
    COMPACT,
    ENGLISH,
    NARROW,
    PHRASES,
    STYLES,
    WIDE,
    Chart,
    Speech,
    Text,
    axes_of,
    svg_of,
    text_width,
)
from npskit.report import LANGUAGES
from npskit.report.pictures import ReportSpeech
from npskit.report.wording import words_of
from npskit.results import Result

mpl.use("Agg")
_spec = importlib.util.spec_from_file_location("catalogue", Path(__file__).parents[1] / "results" / "catalogue.py")
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
FOUND: dict[str, Result] = _module.catalogue()
CHARTS: dict[str, Chart] = {name: shown for name, found in FOUND.items() if (shown := found._chart()) is not None}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=CHARTS)
def chart(request: pytest.FixtureRequest) -> Chart:
    """The picture of a result."""
    return CHARTS[request.param]


def texts(chart: Chart, width: float, speech: Speech = ENGLISH) -> list[tuple[Text, float, float]]:
    """Return each text of a drawing with where it begins and ends."""
    found = []
    for mark in chart.drawn(width, speech).marks:
        if isinstance(mark, Text) and mark.text:
            # fonts are narrower than what is allowed for them
            wide = 0.85 * text_width(mark.text, STYLES[mark.style].size, bold=STYLES[mark.style].bold)
            left = mark.x - {"start": 0.0, "middle": wide / 2, "end": wide}[mark.side]
            found.append((mark, left, left + wide))
    return found


def test_plots_on_the_axes_given(chart: Chart) -> None:
    """`ax=` is drawn on and returned; without it a figure is made; neither is left open by us."""
    figure, ax = plt.subplots()
    assert axes_of(chart, ax) is ax
    own = axes_of(chart)
    assert own.figure is not figure
    assert {text.get_text() for text in own.texts} == {mark.text for mark, *_ in texts(chart, WIDE)}
    figure.canvas.draw()
    plt.close("all")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_svg(chart: Chart, width: float) -> None:
    """SVG is well formed, says what it shows, keeps text as text, and loads and runs nothing."""
    text = svg_of(chart, "one", width=width, alone=True)
    root = ElementTree.fromstring(text)
    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert kinds <= {"svg", "title", "desc", "style", "rect", "line", "path", "circle", "text"}
    assert root.attrib["role"] == "img"
    named = [root.find(f"{SVG}*[@id='{name}']") for name in root.attrib["aria-labelledby"].split()]
    assert all(part is not None and part.text for part in named)
    assert len({element.attrib["id"] for element in root.iter() if "id" in element.attrib}) == 2
    assert not re.search(r"href|url\(|@import|nan|inf\b", text.replace("</style>", ""))
    assert [e.text for e in root.iter(f"{SVG}text")] == [
        mark.text.replace("\x1b", "") for mark, *_ in texts(chart, width)
    ]
    assert text == svg_of(chart, "one", width=width, alone=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320.0, NARROW, COMPACT, WIDE])
def test_texts_are_on_the_page_and_apart(chart: Chart, width: float, language: str) -> None:
    """No text runs over an edge or over another text, at any width and in any language of the report."""
    found = texts(chart, width, ReportSpeech(words_of(language)))
    for mark, left, right in found:
        assert left > -3, mark
        assert right < width + 3, mark
    for (one, left, right), (two, start, end) in itertools.combinations(found, 2):
        size = min(STYLES[one.style].size, STYLES[two.style].size)
        assert abs(one.y - two.y) >= 0.7 * size or right <= start or end <= left, (one, two)


def test_has_a_table(chart: Chart) -> None:
    """What is drawn is there as a table of the same width throughout."""
    header, rows = chart.table(ENGLISH)
    assert all(len(row) == len(header) for row in rows)
    assert chart.title(ENGLISH)


def test_what_has_no_plot_says_so() -> None:
    """A result without a picture says where those stand that have one."""
    name = next(name for name in FOUND if name not in CHARTS)
    with pytest.raises(IncompatibleError, match=r"has no plot.*docs/how-to/plots\.md"):
        FOUND[name].plot()


def test_wrong_axes_are_refused() -> None:
    """What are no axes is named."""
    with pytest.raises(InvalidTypeError, match="ax must be matplotlib axes"):
        FOUND["Score"].plot(ax=3)


def test_without_matplotlib() -> None:
    """The missing extra is named, and SVG needs none."""
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import npskit as nk\nfrom npskit.plots import svg_of\nscore = nk.nps([9, 3, 10])\n"
        "assert svg_of(score._chart()).endswith('</svg>')\nscore.plot()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert 'plotting needs matplotlib: python -m pip install "npskit[report]"' in done.stderr


def test_phrases_are_said() -> None:
    """Languages are asked for no phrase that no chart says, and charts say no other."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path(npskit.__path__[0]).rglob("*.py"))
    assert {phrase for phrase in PHRASES if code.count(f'"{phrase}"') < 2} == set()
    with pytest.raises(KeyError):
        ENGLISH.say("something else")

"""Reports and pages of the docs as people see them: in a browser, on a phone and a desk, light, dark and printed."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npskit as nk
from npskit.datasets import demo_survey

DRIVERS = ["room", "breakfast", "staff", "check_in", "price"]
# Each of them would be something else in a page that takes data for markup.
HOSTILE = (
    "<script>document.title='taken'</script>",
    '"><img src="https://example.org/x" onerror="alert(1)">',
    "x" * 10_000,
    "ก" * 10_000,
    "\u202e\u05e9\u05dc\u05d5\u05dd evil",
    "مرحبا بالعالم، الغرفة باردة",
    "=HYPERLINK('http://example.org')",
    "😀👩‍👩‍👧‍👦 {{ 7*7 }} {n} &amp; </style></main>",
)
SCREENS = ((390, "light"), (1280, "light"), (1280, "dark"), (390, "dark"))
_FOLDER = Path(__file__).parents[2] / "docs"
# Every page of the docs, by the address that it has.
DOCS = sorted(
    "" if path.name == "index.md" else f"{path.relative_to(_FOLDER).with_suffix('').as_posix()}/"
    for path in _FOLDER.rglob("*.md")
)
# Pages of every kind, which axe looks at on every screen; at the others on one each, in turn: it takes its time.
LOOKED_AT = {
    "",
    "explanation/accuracy/",
    "explanation/others/",
    "gallery/",
    "how-to/report/",
    "how-to/which-analysis/",
    "reference/cli/",
    "reference/engines/",
    "tutorial/first-score/",
    "tutorial/what-to-fix-next/",
}


def _demo(language: str, **options: Any) -> str | None:
    data = demo_survey()
    survey = nk.Survey(data.columns, score="score", time="date", customer="customer", comment="comment")
    by = ["region", "channel"]
    return survey.report(by=by, drivers=DRIVERS, language=language, simulated=True, made=_MADE, **options)


def _garden() -> str | None:
    """Return a report in the form of a shop's survey: marks out of ten, waves by number, comments in French."""
    rng = np.random.default_rng(11)
    size = 300
    content = rng.integers(3, 11, size)
    said = ["Il y a très peu de caisses ouvertes", "Très bon accueil", None, "Le délai d'attente est long"]
    data = {
        "nps": np.clip(content + rng.integers(-2, 3, size), 0, 10).tolist(),
        "satisfaction": content.tolist(),
        "explication": [said[i % 4] for i in range(size)],
        "wave": (np.arange(size) % 12).tolist(),
    }
    survey = nk.Survey(data, score="nps", comment="explication")
    return survey.report(by="wave", drivers=["satisfaction"], hide_below=10, made=_MADE)


def _training() -> str | None:
    """Return a report in the form of a course's survey: words as answers, few of them, long names of sites."""
    rng = np.random.default_rng(12)
    size = 90
    words = np.array(["Strongly Disagree", "Disagree", "Undecided", "Agree", "Strongly Agree"])
    rated = rng.integers(1, 5, size)
    data = {
        "recommend": np.clip(rated + rng.integers(-1, 2, size) + 1, 1, 5).tolist(),
        "date": [dt.date(2018, 9, 1) + dt.timedelta(days=3 * i) for i in range(size)],
        "site": ["University of California Merced", "Lawrence Berkeley National Laboratory", "A"] * (size // 3),
        "material": rated.tolist(),
        "pace": words[rated].tolist(),
    }
    survey = nk.Survey(data, score="recommend", scorer=nk.CSAT(), time="date")
    return survey.report(by=["site", "pace"], drivers=["material"], tables=True, made=_MADE)


def _named(names: tuple[str, ...]) -> str | None:
    """Return a report whose texts, names, columns and ids are these."""
    rng = np.random.default_rng(13)
    size = 15 * len(names)
    texts = [names[i % len(names)] for i in range(size)]
    data = {
        names[6]: rng.integers(0, 11, size).tolist(),
        "day": [dt.date(2025, 1, 1) + dt.timedelta(days=i) for i in range(size)],
        "who": [f"{text}{i}" for i, text in enumerate(texts)],
        names[1]: texts,
        "said": texts,
        names[7]: rng.integers(1, 6, size).tolist(),
    }
    survey = nk.Survey(data, score=names[6], scorer=nk.NPS(), time="day", customer="who", comment="said")
    changed = nk.Intervention(names[0], "2025-03-01")
    own: dict[str, Any] = {"by": names[1], "drivers": [names[7]], "interventions": changed, "title": names[3]}
    return survey.report(**own, made=_MADE)


_MADE = dt.date(2026, 12, 31)
REPORTS: dict[str, Callable[[], str | None]] = {
    **{f"the demo in {language}": functools.partial(_demo, language) for language in ("en", "de", "pl", "th")},
    "to be shared": lambda: _demo("en", share=True, hide_below=10),
    "a garden centre": _garden,
    "a training course": _training,
    "nothing but scores": lambda: nk.Survey({"score": [10, 9, 3, 7, None] * 40}, score="score").report(made=_MADE),
    "no answers": lambda: nk.Survey({"score": [None, None]}, score="score").report(made=_MADE),
    "hostile": lambda: _named(HOSTILE),
}


class Seen:
    """A page in the browser, and all that it asked for or complained of."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.on("console", lambda said: self.complaints.extend([said.text] * (said.type == "error")))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dismiss)

    def again(self) -> None:
        """Forget what was asked for and complained of, for the next page."""
        self.requests.clear()
        self.complaints.clear()

    def _dismiss(self, dialog: Any) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def show(self, width: int, scheme: str) -> None:
        """Show it on a screen."""
        self.page.emulate_media(media="screen", color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": 900})

    def wider(self) -> list[str]:
        """Return what sticks out of the screen, if the page scrolls sideways."""
        found: list[str] = self.page.evaluate(
            """() => {
                const room = document.documentElement.clientWidth
                if (document.documentElement.scrollWidth <= room) return []
                return [...document.body.querySelectorAll("*")]
                    .filter(e => e.getBoundingClientRect().right > room + 1)
                    .map(e => `${e.tagName}.${e.getAttribute("class")} ${e.textContent.slice(0, 40)}`).slice(0, 9)
            }"""
        )
        return found

    def barriers(self, axe: str, colors: bool = True) -> list[str]:
        """Return what axe calls serious or critical."""
        self.page.evaluate(axe)
        rules = f"{{'color-contrast': {{enabled: {str(colors).lower()}}}}}"
        found = self.page.evaluate(f"axe.run(document, {{resultTypes: ['violations'], rules: {rules}}})")
        return [
            f"{each['id']}: {node['html'][:120]} {node['failureSummary'][:160]}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"][:3]
        ]


@pytest.fixture
def seen(browser: Any) -> Iterator[Seen]:
    """A page of its own, with nothing left behind by another."""
    with browser.new_context(reduced_motion="reduce") as context:
        yield Seen(context.new_page())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the file of a report, which is written once."""
    folder = tmp_path_factory.mktemp("reports")

    @functools.cache
    def written(name: str) -> Path:
        page = REPORTS[name]()
        assert page is not None
        path = folder / f"{list(REPORTS).index(name)}.html"
        path.write_text(page, encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize("name", REPORTS)
def test_reports(name: str, report: Any, seen: Seen, axe: str) -> None:
    """On every screen a report is whole, asks for nothing, complains of nothing and shuts nobody out."""
    address = report(name).as_uri()
    seen.page.goto(address)
    for width, scheme in SCREENS:
        seen.show(width, scheme)
        assert seen.wider() == [], (width, scheme)
        assert seen.barriers(axe) == [], (width, scheme)
    assert seen.requests == [address]
    assert seen.complaints == []


@pytest.mark.parametrize("name", ["the demo in en", "the demo in th", "a training course", "nothing but scores"])
def test_reports_are_printed_on_whole_pages(name: str, report: Any, seen: Seen) -> None:
    """On paper no headline is parted from its picture, and each fits on a page."""
    seen.page.goto(report(name).as_uri())
    seen.page.emulate_media(media="print")
    seen.page.set_viewport_size({"width": 700, "height": 1000})  # A4 within its margins, at 96 dots an inch
    kept = seen.page.evaluate(
        """() => [...document.querySelectorAll(".keep, .chart, tr, blockquote")].map(
            e => [e.className || e.tagName, getComputedStyle(e).breakInside, e.getBoundingClientRect().height])"""
    )
    assert any(kind == "keep" for kind, _, _ in kept)
    assert [each for each in kept if each[1] != "avoid" or each[2] > 1000] == []
    printed = seen.page.pdf(format="A4")
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    height = seen.page.evaluate("document.documentElement.scrollHeight")
    assert height / 1100 <= pages <= 2 + 2 * height / 900


def _skeleton(seen: Seen, path: Path) -> dict[str, int]:
    """Return how many elements of each kind a page has that carry no text of their own accord."""
    seen.page.goto(path.as_uri())
    found: dict[str, int] = seen.page.evaluate(
        """() => [...document.querySelectorAll("*")].map(e => e.localName).reduce(
            (counts, name) => ({...counts, [name]: (counts[name] || 0) + 1}), {})"""
    )
    return {
        name: found.get(name, 0) for name in ("script", "img", "iframe", "link", "form", "style", "main", "section")
    }


def test_what_is_hostile_stays_text(report: Any, seen: Seen) -> None:
    """The page has the parts of any other report, and no script, picture or frame; what was written can be read."""
    parts = _skeleton(seen, report("hostile"))
    assert parts == _skeleton(seen, report("the demo in en"))
    assert parts == {"script": 0, "img": 0, "iframe": 0, "link": 0, "form": 0, "style": 1, "main": 1} | {
        "section": parts["section"]
    }
    seen.page.goto(report("hostile").as_uri())
    said = seen.page.evaluate("document.body.textContent")
    assert "<script>document.title='taken'</script>" in said
    assert "{{ 7*7 }} {n} &amp; </style>" in said
    assert seen.page.title() != "taken"


@pytest.fixture(scope="module")
def themes(browser: Any) -> Iterator[dict[str, Seen]]:
    """A tab of the browser for each theme, for one page after the other: a theme keeps the first it was shown in."""
    with (
        browser.new_context(reduced_motion="reduce", color_scheme="light") as light,
        browser.new_context(reduced_motion="reduce", color_scheme="dark") as dark,
    ):
        yield {"light": Seen(light.new_page()), "dark": Seen(dark.new_page())}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.rstrip("/") or "home")
def test_docs(path: str, site: str, themes: dict[str, Seen], axe: str) -> None:
    """On every screen a page is whole, asks only for files of the site, complains of nothing and shuts nobody out."""
    turn = SCREENS[DOCS.index(path) % len(SCREENS)]
    for scheme, theme in (("light", "default"), ("dark", "slate")):
        seen = themes[scheme]
        seen.again()
        seen.page.goto(f"{site}/{path}")
        seen.page.wait_for_function(f"document.body.dataset.mdColorScheme == '{theme}'")
        for width in (390, 1280):
            seen.show(width, scheme)
            assert seen.wider() == [], (width, scheme)
            if path not in LOOKED_AT and (width, scheme) != turn:
                continue
            # of pages with thousands of words in color these take half a minute, and are the same at any width
            colors = width == 1280 or not path.startswith("reference/")
            assert seen.barriers(axe, colors) == [], (width, scheme)
        assert [url for url in seen.requests if not url.startswith((site, "data:", "blob:"))] == []
        assert seen.complaints == []


def test_other_forms_of_pages_can_be_had(site: str, seen: Seen) -> None:
    """Every link of llms.txt leads to a page as Markdown, wherever the site stands, and each page to its own."""
    listed = seen.page.request.get(f"{site}/llms.txt").text()
    links = re.findall(r"\]\(([^)]+\.md)\)", listed)
    assert len(links) == len(DOCS)
    for link in links:
        assert seen.page.request.get(f"{site}/{link}").text().startswith("#"), link
    seen.page.goto(f"{site}/tutorial/first-score/")
    for name, begins in (("as Markdown", "# "), ("as a notebook", "{")):
        href = seen.page.get_by_role("link", name=name).last.evaluate("link => link.href")
        assert seen.page.request.get(href).text().startswith(begins)


def test_help_of_commands_is_read_on_a_phone(site: str, seen: Seen) -> None:
    """No help scrolls sideways."""
    seen.show(390, "light")
    seen.page.goto(f"{site}/reference/cli/")
    widths = seen.page.evaluate(
        """() => [...document.querySelectorAll(".help pre > code")].map(e => [e.scrollWidth, e.clientWidth])"""
    )
    assert len(widths) > 5
    assert all(inner <= outer for inner, outer in widths)

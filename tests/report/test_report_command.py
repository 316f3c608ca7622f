"""`npskit report FILE -o PAGE`: what is asked for stands on the page, what cannot be used is refused in a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from npskit.__main__ import main
from npskit.report.wording import LANGUAGES


@pytest.fixture
def export(tmp_path: Path) -> str:
    """A file with four regions, one of them small, and comments."""
    regions = ["Tiny", *["North", "South", "East"] * 4]
    rows = [f"{i % 11},2026-0{1 + i % 6}-15,c{i},{regions[i % 13]},cold room {i}" for i in range(78)]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(["nps,date,customer,region,said", *rows]), encoding="utf-8")
    return str(path)


def written(export: str, *words: str) -> str:
    """Return the page that the command writes."""
    page = Path(export).with_suffix(".html")
    roles = ("--score", "nps", "--time", "date", "--customer", "customer", "--comment", "said", "--by", "region")
    assert main(["report", export, "-o", str(page), *roles, *words]) == 0
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages(export: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The page is in the language, and where it is stands on standard output."""
    assert f'<html lang="{language}">' in written(export, "--language", language)
    assert str(Path(export).with_suffix(".html")) in capsys.readouterr().out


def test_options(export: str) -> None:
    """Shared pages name no customer and no comment; small groups are hidden, tables appended, the title is shown."""
    whole = written(export)
    assert "cold room" in whole
    assert 'class="todo"' in whole
    shared = written(export, "--share", "--title", "ACME <b>")
    assert "cold room" not in shared
    assert 'class="todo"' not in shared
    assert "ACME &lt;b&gt;" in shared
    assert "&lt; 10" in written(export, "--hide-below", "10")
    assert 'id="tables"' in written(export, "--tables")
    assert 'id="tables"' not in whole
    assert "&lt; 10" not in whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "page.pdf"], "--output must end in .html"),
        (["-o", "no/such/folder/page.html"], "cannot be written"),
        (["-o", "page.html", "--by", "rogion"], "rogion"),
        (["-o", "page.html", "--intervention", "new checkout"], "--intervention must be written like"),
    ],
    ids=["suffix", "folder", "column", "intervention"],
)
def test_errors(export: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be used is told in one line that names the option; the exit code is 2."""
    assert main(["report", export, "--score", "nps", *words]) == 2
    assert said in capsys.readouterr().err
    assert not Path("page.html").exists()

"""Laws of the registry: names, options, and packages that offer scorers, also broken ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from npskit.errors import InvalidTypeError, InvalidValueError, NpskitError
from npskit.scorers import CES, CSAT, NPS, SCI, PluginError, Retention, Scorer, available, get_scorer, register
from npskit.scorers import registry as registry_module

PLUGIN = """
import attrs
import numpy as np
from npskit.data.scale import Scale

@attrs.frozen
class Thumbs:
    up: float = 100.0
    name = "Thumbs"
    questions = {"thumb": Scale(0, 1)}
    categories = ("down", "up")

    @property
    def category_scores(self):
        return (0.0, self.up)

    def categorize(self, thumb):
        return thumb

class Half:
    name = "Half"

number = 5

def failing():
    raise RuntimeError("no license")
"""


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave what is registered here behind."""
    monkeypatch.setattr(registry_module, "_factories", dict(registry_module._factories))


def install(site: Path, package: str, entries: dict[str, str]) -> None:
    """Write the metadata an installer would, for a package that offers scorers."""
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in entries.items())
    (info / "entry_points.txt").write_text(f"[npskit.scorers]\n{lines}")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory on the path with a module of scorers, and a package that offers them."""
    (tmp_path / "npskit_thumbs.py").write_text(PLUGIN)
    install(
        tmp_path,
        "npskit-thumbs",
        {
            "thumbs": "npskit_thumbs:Thumbs",
            "half": "npskit_thumbs:Half",
            "number": "npskit_thumbs:number",
            "failing": "npskit_thumbs:failing",
            "absent": "npskit_thumbs:Absent",
            "nowhere": "npskit_no_such_module:Thumbs",
            "nps": "npskit_thumbs:Thumbs",
        },
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("npskit_thumbs", None)


# ---- built-in ----


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("nps", {}, NPS()),
        ("NPS", {"scale": (1, 5), "detractor": 3, "promoter": 5}, NPS((1, 5), detractor=3, promoter=5)),
        (" sci ", {"scale": (1, 10), "top": 9}, SCI((1, 10), top=9)),
        ("csat", {"top": 5}, CSAT(top=5)),
        ("ces", {"version": 1, "method": "net"}, CES(1, "net")),
        ("retention", {}, Retention()),
    ],
)
def test_a_built_in_scorer_is_made_from_its_name_and_options(
    name: str, options: dict[str, Any], expected: Scorer
) -> None:
    """The name finds the class, whatever its case, and the options are the arguments of the class."""
    assert get_scorer(name, **options) == expected


def test_every_available_scorer_can_be_had() -> None:
    """What is available is sorted and can be made without options."""
    names = available()
    assert list(names) == sorted(names)
    assert {get_scorer(name).name for name in ("ces", "csat", "nps", "retention", "sci")} == {
        "CES 2.0 (mean)",
        "CSAT",
        "NPS",
        "Retention",
        "SCI",
    }
    assert {"ces", "csat", "nps", "retention", "sci"} <= set(names)


def test_an_unknown_name_suggests_a_known_one() -> None:
    """A slip of the finger is answered with the name that was meant, else with all names."""
    with pytest.raises(InvalidValueError, match="no scorer named 'csta'; did you mean 'csat'"):
        get_scorer("csta")
    with pytest.raises(InvalidValueError, match=r"no scorer named 'xyz'; known: .*'ces', 'csat'"):
        get_scorer("xyz")


def test_an_unknown_option_suggests_a_known_one() -> None:
    """So is an option that the scorer does not have."""
    with pytest.raises(InvalidTypeError, match="scorer 'nps' has no option 'promotor'; did you mean 'promoter'"):
        get_scorer("nps", promotor=9)
    with pytest.raises(InvalidTypeError, match="scorer 'retention' has no option 'scale'; there are none"):
        get_scorer("retention", scale=(0, 1))


def test_an_option_with_a_bad_value_is_the_scorers_to_refuse() -> None:
    """The scorer's own error comes through."""
    with pytest.raises(InvalidValueError, match="top must satisfy"):
        get_scorer("csat", top=9)


@pytest.mark.parametrize("name", [5, None, NPS])
def test_a_name_is_a_text(name: Any) -> None:
    """A scorer or a class is no name."""
    with pytest.raises(InvalidTypeError, match="name must be a text"):
        get_scorer(name)
    with pytest.raises(InvalidTypeError, match="name must be a text"):
        register(name, NPS)


# ---- registering ----


def test_a_registered_scorer_is_available() -> None:
    """Whatever makes a scorer can be registered, and takes options if it does."""
    register("Stars", lambda top=5: CSAT((1, 5), top=top))
    assert "stars" in available()
    assert get_scorer("STARS", top=4) == CSAT()
    register("any", lambda **options: NPS(**options))
    assert get_scorer("any", promoter=8) == NPS(promoter=8)


def test_a_taken_name_is_refused_unless_replaced() -> None:
    """Nobody's scorer is replaced by accident."""
    with pytest.raises(InvalidValueError, match=r"'nps' is already registered; .* replace=True"):
        register("NPS", CSAT)
    register("NPS", CSAT, replace=True)
    assert get_scorer("nps") == CSAT()


@pytest.mark.parametrize(
    ("name", "factory", "error", "message"),
    [
        ("new", NPS(), InvalidTypeError, "factory must make the scorer when called"),
        (" ", NPS, InvalidValueError, "name must not be empty"),
    ],
)
def test_what_cannot_be_registered_is_refused(name: str, factory: Any, error: type[Exception], message: str) -> None:
    """A factory can be called, and a name says something."""
    with pytest.raises(error, match=message):
        register(name, factory)


def test_a_factory_that_makes_no_scorer_is_refused() -> None:
    """What comes out is checked when it is asked for."""
    register("five", lambda: 5)  # type: ignore[arg-type, return-value]
    with pytest.raises(InvalidTypeError, match="int lacks name"):
        get_scorer("five")


# ---- installed packages ----


def test_a_package_offers_its_scorer(site: Path) -> None:
    """An entry point is found by name, and its options are passed on."""
    assert {"thumbs", "half", "nowhere"} <= set(available())
    scorer = get_scorer("Thumbs", up=1.0)
    assert (scorer.name, scorer.category_scores) == ("Thumbs", (0.0, 1.0))


def test_naming_a_package_does_not_import_it(site: Path) -> None:
    """Only the scorer that is asked for is imported, and only then."""
    available()
    get_scorer("nps")
    assert "npskit_thumbs" not in sys.modules
    get_scorer("thumbs")
    assert "npskit_thumbs" in sys.modules


def test_a_package_does_not_replace_a_built_in_scorer(site: Path) -> None:
    """`nps` is npskit's, and what the user registers goes before what a package offers."""
    assert get_scorer("nps") == NPS()
    register("thumbs", CSAT)
    assert get_scorer("thumbs") == CSAT()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "npskit_no_such_module:Thumbs.* cannot be loaded: ModuleNotFoundError: No module named"),
        ("absent", "npskit_thumbs:Absent.* cannot be loaded: AttributeError"),
        ("number", "npskit_thumbs:number.* cannot be made: it must be callable: 5"),
        ("failing", "npskit_thumbs:failing.* cannot be made: RuntimeError: no license"),
        ("half", "npskit_thumbs:Half.* cannot be made: InvalidTypeError: .* lacks questions"),
    ],
)
def test_a_broken_package_is_named(site: Path, name: str, message: str) -> None:
    """Whatever goes wrong in a package is told with its name, as one error of npskit's."""
    with pytest.raises(PluginError, match=f"scorer '{name}' of package 'npskit-thumbs' .{message}") as caught:
        get_scorer(name)
    assert isinstance(caught.value, NpskitError)
    assert isinstance(caught.value, ImportError)


def test_a_wrong_option_is_not_the_packages_fault(site: Path) -> None:
    """The caller's mistake is told as the caller's."""
    with pytest.raises(InvalidTypeError, match="scorer 'thumbs' has no option 'down'; known: 'up'"):
        get_scorer("thumbs", down=1)


def test_two_packages_that_offer_the_same_name_are_both_named(site: Path) -> None:
    """Which of two is meant is not guessed; the same package found twice is one."""
    install(site, "other-thumbs", {"thumbs": "npskit_thumbs:Thumbs", "other": "npskit_thumbs:Thumbs"})
    with pytest.raises(PluginError, match=r"several packages offer .*'thumbs': (npskit|other)-thumbs .*; register"):
        get_scorer("thumbs")
    assert get_scorer("other").name == "Thumbs"


def test_importing_npskit_looks_for_no_packages() -> None:
    """Neither importlib.metadata nor any package is loaded before an unknown name is asked for."""
    code = "import sys, npskit.scorers as s; s.get_scorer('nps'); sys.exit('importlib.metadata' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""The colors can be told apart by people who see few of them, and in gray; text can be read on what it stands on."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from npskit.plots import DARK, LIGHT, STYLES, css

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
SEEN = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "gray": [[0.2126, 0.7152, 0.0722]] * 3,
}


def linear(color: str) -> NDArray[np.float64]:
    """Return a color in linear RGB."""
    parts = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return linear RGB in CIELAB under D65."""
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ciede2000(one: tuple[float, float, float], two: tuple[float, float, float]) -> float:
    """Return the difference of two colors (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    c = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(c**7 / (c**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = 1 - 0.17 * math.cos(math.radians(hue - 30)) + 0.24 * math.cos(math.radians(2 * hue))
    t += 0.32 * math.cos(math.radians(3 * hue + 6)) - 0.2 * math.cos(math.radians(4 * hue - 63))
    by_light = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    by_chroma, by_hue = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    turned = (
        2
        * math.sqrt(chroma**7 / (chroma**7 + 25**7))
        * math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    )
    dl, dc, dh = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    sums = (dl / by_light) ** 2 + (dc / by_chroma) ** 2 + (dh / by_hue) ** 2
    return math.sqrt(sums - turned * dc / by_chroma * dh / by_hue)


def contrast(one: str, two: str) -> float:
    """Return the contrast ratio of WCAG."""
    a, b = sorted(float(np.dot([0.2126, 0.7152, 0.0722], linear(color))) + 0.05 for color in (one, two))
    return b / a


def test_difference_is_the_published_one() -> None:
    """Two pairs of the test data of Sharma, Wu and Dalal."""
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619)) == pytest.approx(2.0373, abs=1e-4)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("eyes", SEEN)
def test_colors_are_told_apart(tokens: dict[str, str], eyes: str) -> None:
    """The three categories, and what is spoken of against the rest, differ by at least 15 for everyone and in gray."""
    pairs = [*itertools.combinations(("det", "pas", "pro"), 2), ("mark", "context")]
    seen = {name: lab(np.array(SEEN[eyes]) @ linear(tokens[name])) for name in ("det", "pas", "pro", "mark", "context")}
    far = {pair: ciede2000(seen[pair[0]], seen[pair[1]]) for pair in pairs}
    assert min(far.values()) >= 15, far


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(tokens: dict[str, str]) -> None:
    """Text has at least 4.5 to 1 on what it stands on, marks at least 3 to 1 on the page."""
    on = {"ondet": "det", "onpas": "pas", "onpro": "pro", "ink": "bg", "mute": "bg", "context": "bg"}
    for text, ground in [*on.items(), ("ink", "band"), ("mute", "band")]:
        assert contrast(tokens[text], tokens[ground]) >= 4.5, (text, ground)
    for mark in ("det", "pro", "mark", "context", "line", "step"):
        least = 2.5 if mark == "step" else 3.0  # bars of contributions carry whiskers, figures and names
        assert contrast(tokens[mark], tokens["bg"]) >= least, mark


def test_styles_know_their_tokens() -> None:
    """Every style draws with tokens that are there in light and in dark, and has a rule in the style sheet."""
    assert set(LIGHT) == set(DARK)
    rules = css()
    for name, style in STYLES.items():
        assert {style.fill, style.stroke} - {None} <= set(LIGHT), name
        assert f".nk-{name}{{" in rules

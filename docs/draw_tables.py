"""Write the tables of two pages from what they are of: `python docs/draw_tables.py`.

The page on others has its tables from docs/others.toml and from the figures of the page on speed, the page on accuracy
from the reference figures of the tests and from the headings of what was measured. A test writes them anew.
"""

from __future__ import annotations

import json
import re
import statistics
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
EXPLANATION = DOCS / "explanation"
REFERENCE = DOCS.parent / "tests" / "reference"
SOURCE = "https://github.com/npskit/npskit/blob/main/tests/reference"
PEERS = ("pandas", "Polars", "DuckDB", "ruptures", "scipy")
# What each file of reference figures is of, and what made them, independently of npskit.
FIGURES = {
    "one_sample": ("intervals of one score, seven methods", "R NPS, ratesci, contingencytables; SciPy"),
    "coverage": ("exact coverage of the intervals", "enumeration"),
    "two_sample": ("tests and intervals of two scores", "R; enumeration"),
    "k_sample": ("tests of several scores, corrected p-values", "R"),
    "planning": ("sample sizes, power", "R; enumeration"),
    "survey_design_r": ("weights, strata, clusters, raking", "R survey"),
    "survey_design_score_interval": (
        "score intervals of weighted answers",
        "arithmetic of their own, no second source",
    ),
    "repeated_customers": ("the same customers twice; clusters", "statsmodels, as R"),
    "shrinkage": ("shrunken segments", "VGAM in R; statsmodels"),
    "control_charts": ("EWMA, CUSUM, Laney charts", "R qcc"),
    "average_run_length": ("average run lengths", "R"),
    "change_points": ("change points", "ruptures"),
    "interrupted_series": ("interrupted series", "R sandwich"),
    "difference_in_differences": ("differences in differences", "statsmodels"),
    "decomposition": ("mix and rate", "exact fractions"),
    "anytime_valid": ("intervals that may be looked at at any time", "mpmath"),
    "drivers": ("shares of R², coefficients, bootstrap", "R relaimpo; PMVD by enumeration"),
    "penalty_reward": ("penalty and reward", "statsmodels"),
    "necessary_conditions": ("necessary conditions", "by their definition, anew"),
    "log_odds_words": ("words that mark", "SciPy"),
    "themes": ("what themes cost", "by their definition, anew"),
    "allocation": ("plans within a budget", "HiGHS; dynamic programming"),
}


def feature_table(known: dict[str, Any]) -> str:
    """Return who can do what; a cell without a mark says that nothing of it was found."""
    tools = known["tool"]
    rows = [["", *(tool["name"] for tool in tools)], ["---", *[":-:"] * len(tools)]]
    for key, name in known["features"]:
        rows.append([name, *(_mark(tool.get(key, "")) for tool in tools)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _mark(said: str) -> str:
    return {"yes": "●", "partly": "◐", "": " "}[said.partition(": ")[0]]


def tool_list(known: dict[str, Any]) -> str:
    """Return what each of the others is for, what it does better and where it differs, with what was read."""
    parts = []
    for tool in known["tool"]:
        lines = [f"### {tool['name']}\n"]
        if "what" in tool:
            lines += [f"{tool['what']}\n", f"- **Better:** {tool['better']}", f"- **Unlike npskit:** {tool['unlike']}"]
        in_part = [
            f"{name[0].lower()}{name[1:]} ({tool[key].removeprefix('partly: ')})"
            for key, name in known["features"]
            if tool.get(key, "").startswith("partly")
        ]
        lines += [f"- In part: {'; '.join(in_part)}."] if in_part else []
        if "read" in tool:
            lines.append(f"- Read: {', '.join(f'[{name}]({url})' for name, url in tool['read'])}.")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def ratio_table(speed: str) -> str:
    """Return in how much of its time npskit does the same as each peer, from the table of the page on speed."""
    found: dict[str, list[tuple[float, str]]] = {peer: [] for peer in PEERS}
    case = ""
    for row in re.findall(
        r"^\|(.*)\|$", speed.partition("figures: begin")[2].partition("figures: end")[0], re.MULTILINE
    ):
        cells = [cell.strip() for cell in row.split("|")]
        case = cells[0] or case
        peer = next((peer for peer in PEERS if cells[1].startswith(peer)), None)
        if peer and cells[3].endswith("×"):
            found[peer].append((float(cells[3].removesuffix("×")), case))
    rows = ["| peer | cases | median | best for npskit | worst for npskit |", "|---|---:|---:|---|---|"]
    for peer, ratios in found.items():
        middle = statistics.median(ratio for ratio, _ in ratios)
        (low, best), (high, worst) = min(ratios), max(ratios)
        ends = f"{_times(low)} ({best}) | {_times(high)} ({worst})"
        rows.append(f"| {peer} | {len(ratios)} | {_times(middle)} | {ends} |")
    return "\n".join(rows)


def _times(ratio: float) -> str:
    return f"{ratio:.2f}×" if ratio >= 0.01 else "< 0.01×"


def figure_table() -> str:
    """Return how many figures of each file are computed to six decimals or more; what goes in is whole, or short."""
    rows = ["| what | made by | figures |", "|---|---|---:|"]
    total = 0
    for name, (what, made_by) in FIGURES.items():
        count = sum(
            1 for _ in _figures(json.loads((REFERENCE / f"{name}.json").read_text("utf-8"), parse_float=Decimal))
        )
        total += count
        rows.append(f"| [{what}]({SOURCE}/{name}.json) | {made_by} | {count} |")
    return "\n".join([*rows, f"| **together** | | **{total:,}** |"])


def _figures(node: Any, key: str = "") -> Iterator[Decimal]:
    if isinstance(node, dict):
        for name, part in node.items():
            yield from _figures(part, name)
    elif isinstance(node, list):
        for part in node:
            yield from _figures(part, key)
    elif isinstance(node, Decimal) and key != "y" and -int(node.as_tuple().exponent) >= 6:  # y is what charts are of
        yield node


def coverage_table() -> str:
    """Return how often the intervals hold the true score, exactly: on average and at worst."""
    grid = json.loads((REFERENCE / "coverage.json").read_text("utf-8"))["grid_95"]
    sizes = sorted({cell["n"] for cell in grid})
    rows = [
        f"| method | {' | '.join(f'{n} answers' for n in sizes)} |",
        f"|---|{'---:|' * len(sizes)}",
    ]
    for method in dict.fromkeys(cell["method"] for cell in grid):
        cells = [next(c for c in grid if c["n"] == n and c["method"] == method) for n in sizes]
        shown = [f"{100 * c['mean']:.1f} ({100 * c['least']:.1f})" for c in cells]
        name = f"**`{method}`**, the default" if method == "score" else f"`{method}`"
        rows.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(rows)


def study_list(studies: str) -> str:
    """Return links to all that was measured."""
    titles = re.findall(r"^## (.+)$", studies, re.MULTILINE)
    slugs = [re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()) for title in titles]
    return "\n".join(f"- [{title}](studies.md#{slug})" for title, slug in zip(titles, slugs, strict=True))


def pages() -> dict[Path, str]:
    """Return the pages as they should be."""
    known = tomllib.loads((DOCS / "others.toml").read_text(encoding="utf-8"))
    speed, studies = ((EXPLANATION / name).read_text(encoding="utf-8") for name in ("speed.md", "studies.md"))
    parts = {
        "others.md": {"features": feature_table(known), "tools": tool_list(known), "ratios": ratio_table(speed)},
        "accuracy.md": {"coverage": coverage_table(), "figures": figure_table(), "studies": study_list(studies)},
    }
    found = {}
    for page, tables in parts.items():
        text = (EXPLANATION / page).read_text(encoding="utf-8")
        for name, table in tables.items():
            begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
            head, _, rest = text.partition(begin)
            text = f"{head}{begin}\n\n{table}\n\n{end}{rest.partition(end)[2]}"
        found[EXPLANATION / page] = text
    return found


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")

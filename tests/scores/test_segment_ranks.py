"""Segments in order, each with the ranks that the answers allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.plots import COMPACT, ENGLISH, WIDE, Dot, Line, RankForest, Text
from npskit.plots.rank_forest import RankAxis

CELLS = st.lists(
    st.tuples(st.integers(0, 10) | st.none(), st.sampled_from([*"ABCDE", None])), min_size=60, max_size=300
)


def survey(sizes: Mapping[Any, tuple[int, int, int]], **options: object) -> nk.Survey:
    """Return a survey with so many detractors, passives and promoters in each region."""
    answers = [a for counts in sizes.values() for a, n in zip((3, 8, 10), counts, strict=True) for _ in range(n)]
    regions = [region for region, counts in sizes.items() for _ in range(sum(counts))]
    return nk.Survey({"score": answers, "region": regions}, **options)  # type: ignore[arg-type]


@given(CELLS, st.sampled_from([0.8, 0.95]))
def test_ranks_are_of_the_table(cells: list[tuple[int | None, str | None]], level: float) -> None:
    """Each has the score of the table, is ranked by it, and sets hold the rank; every row is accounted for."""
    answers, regions = zip(*cells, strict=True)
    table = nk.Survey({"score": list(answers), "region": list(regions)}).score(by="region")
    usable = [key[0] for key, n in zip(table.keys, table.n.tolist(), strict=True) if n and key[0] is not None]
    if len(usable) < 2:
        with pytest.raises(nk.InvalidValueError, match="fewer than two segments"):
            table.ranks(level=level, few=True)
        return
    found = table.ranks(level=level, few=True)
    assert sorted(each.segment for each in found.segments) == sorted(usable)
    for each in found.segments:
        assert (each.value, each.n) == (table[each.segment].value, table[each.segment].n)
        assert each.rank == 1 + sum(other.value > each.value + 1e-6 for other in found.segments)
        assert 1 <= each.rank_low <= each.rank <= each.rank_high <= len(usable)
    assert found.row_counts.rows == len(cells)
    assert found.n + found.left_out == table.n.sum()


def test_few_answers_are_named_and_not_ranked() -> None:
    """Fewer than 30 answers are not ranked unless asked for, nor are rows without a segment."""
    given_rows = survey({"N": (10, 20, 70), "S": (60, 20, 20), "E": (0, 1, 4), None: (5, 5, 30)})
    found = given_rows.ranks("region")
    assert [(each.segment, each.rank, each.rank_low, each.rank_high) for each in found.segments] == [
        ("N", 1, 1, 1),
        ("S", 2, 2, 2),
    ]
    assert found.not_ranked == ("E", "(missing)")
    assert (found.n, found.left_out) == (200, 45)
    assert "Not ranked: E, (missing)." in str(found)
    more = given_rows.ranks("region", few=True, missing=True)
    assert {each.segment: each.too_few for each in more.segments} == {
        "N": False,
        "S": False,
        "E": True,
        "(missing)": False,
    }
    assert more.left_out == 0
    with pytest.raises(nk.InvalidValueError, match="few=True"):
        survey({"N": (10, 20, 70), "E": (0, 1, 4)}).ranks("region")


def test_hidden_segments_are_not_ranked() -> None:
    """What a table does not hold any more has no rank: the ranks are those of the segments that are shown."""
    sizes = {"N": (10, 20, 70), "S": (60, 20, 20), "E": (0, 1, 4), "W": (3, 3, 3), "M": (30, 20, 50)}
    hidden = survey(sizes).score(by="region").hide_below(20)
    shown = {key[0]: sizes[key[0]] for key, n in zip(hidden.keys, hidden.n.tolist(), strict=True) if n}
    found = hidden.ranks(few=True)
    assert found.segments == survey(shown).score(by="region").ranks(few=True).segments
    assert set(found.not_ranked) == set(sizes) - set(shown)
    assert {"E", "W"} <= set(found.not_ranked)


def test_customers_of_several_segments_make_the_order_surer() -> None:
    """A survey knows that the same customers answered in two segments; its table alone takes them as independent."""
    rng = np.random.default_rng(5)
    base = rng.integers(0, 10, 150)
    data = {
        "score": np.concatenate([base, np.minimum(base + (rng.random(150) < 0.5), 10)]).tolist(),
        "wave": ["first"] * 150 + ["second"] * 150,
        "who": list(range(150)) * 2,
    }
    bound = nk.Survey(data, customer="who")
    assert [each.rank_high for each in bound.score(by="wave").ranks().segments] == [2, 2]
    assert [each.rank_high for each in bound.ranks("wave").segments] == [1, 2]
    assert bound.compare(by="wave").pairs[0].p_adjusted < 0.05


def test_weights_widen_sets() -> None:
    """Weights that vary leave fewer effective answers, and so no order that plain answers show is surer."""
    sizes = {"N": (20, 20, 60), "S": (35, 20, 45), "E": (30, 20, 50)}
    plain = survey(sizes).score(by="region").ranks()
    answers = [a for counts in sizes.values() for a, n in zip((3, 8, 10), counts, strict=True) for _ in range(n)]
    regions = [region for region, counts in sizes.items() for _ in range(sum(counts))]
    weights = ([1.0, 9.0] * 50) * 3
    weighted = nk.Survey({"score": answers, "region": regions, "w": weights}, weight="w").score(by="region").ranks()
    width = [sum(e.rank_high - e.rank_low for e in found.segments) for found in (plain, weighted)]
    assert width[0] <= width[1]


def test_picture() -> None:
    """Each has its set as a line between ranks and its rank as a point, few answers hollow, the best on top."""
    found = survey({"N": (10, 20, 70), "S": (60, 20, 20), "E": (0, 1, 4)}).ranks("region", few=True)
    chart = found._chart()
    assert isinstance(chart, RankForest)
    for width in (WIDE, COMPACT - 1):
        scene = chart.drawn(width, ENGLISH)
        assert scene.x is not None
        dots = [mark for mark in scene.marks if isinstance(mark, Dot)]
        assert [round(scene.x.value(dot.x), 6) for dot in dots] == [each.rank for each in found.segments]
        assert [dot.style == "hollow-few" for dot in dots] == [each.too_few for each in found.segments]
        sets = [mark for mark in scene.marks if isinstance(mark, Line) and mark.style.startswith("whisker")]
        ends = [(round(scene.x.value(line.x1), 6), round(scene.x.value(line.x2), 6)) for line in sets]
        assert ends == [(each.rank_low, each.rank_high) for each in found.segments]
        assert {"1", "2", "3"} <= {mark.text for mark in scene.marks if isinstance(mark, Text)}
    assert "rank (95% confidence set)" in chart.table(ENGLISH)[0]


@given(st.integers(2, 1000), st.integers(2, 8))
def test_ticks_are_ranks(size: int, most: int) -> None:
    """Ticks are whole ranks that there are, the first of them 1, not too many."""
    ticks = RankAxis(0.5, size + 0.5, 0, 100).ticks(most)
    assert ticks[0] == 1
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= most
    assert all(tick.is_integer() and 1 <= tick <= size for tick in ticks)

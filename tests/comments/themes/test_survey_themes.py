"""What a survey says of the themes of its comments: reference figures, weights, customers, segments and periods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npskit as nk
from npskit.comments.themes.theme_trend import evidence_of_rise, first_rises
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference import log_wealth_of_difference

KNOWN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "reference" / "themes.json").read_text("utf-8"))
NAMES: list[str] = KNOWN["themes"]
LISTED = {name: [name] for name in NAMES}
ROWS = KNOWN["comments"]
TIMELESS = nk.Survey({"score": [9], "c": ["a"]}, comment="c")


def survey(roles: dict[str, Any] | None = None, **columns: Any) -> nk.Survey:
    """The reference comments, each as the names of its themes."""
    data = {
        "score": [row[1] for row in ROWS],
        "said": [" and ".join(row[2]) or "nothing of it" for row in ROWS],
        "day": [f"2026-0{row[0]}-05" for row in ROWS],
        **columns,
    }
    return nk.Survey(data, score="score", comment="said", time="day", **(roles or {}))


def test_reference_figures() -> None:
    """Mentions, shares with their intervals, both scores, leave-one-out and points are those that are known."""
    found, whole = survey().themes(LISTED), KNOWN["whole"]
    assert found.value == pytest.approx(whole["nps"])
    assert found.base == pytest.approx(whole["regression"]["base"])
    assert found.unthemed == 14
    assert np.isnan(found.writing)
    for name, known in whole["per_theme"].items():
        each = found[name]
        assert each.mentions == known["mentions"]
        assert each.share == each.share_of_answers == pytest.approx(known["share"])
        assert list(each.interval) == pytest.approx(known["wilson95"], abs=1e-6)
        assert each.score == pytest.approx(known["nps_mentioners"])
        assert each.score_of_others == pytest.approx(known["nps_others"])
        assert each.leave_one_out == pytest.approx(known["leave_one_out"])
        assert each.points == pytest.approx(whole["regression"]["contribution"][name])
    assert [each.points for each in found.themes] == sorted(each.points for each in found.themes)


def test_difference_is_that_of_two_scores() -> None:
    """The difference of those who mention a theme and those who do not is that of `compare`, with its interval."""
    score = [row[1] for row in ROWS]
    holds = ["staff" in row[2] for row in ROWS]
    sides = [nk.nps([s for s, h in zip(score, holds, strict=True) if h is side]) for side in (True, False)]
    wanted, found = nk.compare(*sides), survey().themes(LISTED)["staff"]
    assert found.difference == pytest.approx(wanted.difference)
    assert list(found.difference_interval) == pytest.approx(list(wanted.interval))


def test_weights_and_customers() -> None:
    """With weights the sum is the weighted score; customers who answered often make wider intervals."""
    weights = [1.0, 2.0, 3.0] * 40
    weighted = survey({"weight": "w"}, w=weights)
    found = weighted.themes(LISTED)
    assert found.base + sum(each.points for each in found.themes) == pytest.approx(weighted.score().value)
    assert found["noise"].points == pytest.approx(KNOWN["weighted"]["contribution"][NAMES.index("noise")])
    assert found["noise"].share == pytest.approx(KNOWN["weighted"]["share"][NAMES.index("noise")])
    # everybody three times, the same: what is known is known of 120 customers
    thrice = nk.Survey(
        {
            "score": [row[1] for row in ROWS] * 3,
            "said": [" and ".join(row[2]) or "nothing" for row in ROWS] * 3,
            "who": [*range(120)] * 3,
        },
        score="score",
        comment="said",
        customer="who",
    ).themes(LISTED)
    once = survey().themes(LISTED)
    for name in NAMES:
        assert thrice[name].points == pytest.approx(once[name].points)
        widths = [each.points_interval.high - each.points_interval.low for each in (thrice[name], once[name])]
        assert widths[0] == pytest.approx(widths[1], rel=1e-9)
        assert thrice[name].interval.low == pytest.approx(once[name].interval.low, abs=0.02)


def test_the_silent_count() -> None:
    """They mention nothing, are the base, and are no part of the share of comments."""
    data = {
        "score": [*(row[1] for row in ROWS), *[10] * 30, *[8] * 50],
        "said": [*(" and ".join(row[2]) or "nothing" for row in ROWS), *[None] * 40, *["n/a"] * 40],
    }
    found = nk.Survey(data, score="score", comment="said").themes(LISTED)
    assert (found.n, found.commented) == (200, 120)
    assert found.base == pytest.approx(100 * 30 / 80)
    assert found.base + found.writing + sum(each.points for each in found.themes) == pytest.approx(found.value)
    assert found["noise"].share == pytest.approx(13 / 120)
    assert found["noise"].share_of_answers == pytest.approx(13 / 200)


def test_segments_are_surveys_of_their_own() -> None:
    """A segment says what `where` says, and rows without an answer are counted."""
    region = ["N", "S", "S"] * 40
    both = survey(region=region)
    found = both.themes(LISTED, by="region")
    assert len(found) == 2
    for name in ("N", "S"):
        alone = both.where({"region": name}).themes(LISTED)
        assert found[name].columns() == alone.columns()
    assert set(found.columns()) >= {"region", "theme", "points_low", "share"}
    with pytest.raises(KeyError):
        found["X"]


def test_change_between_periods() -> None:
    """What moved the score from one period to the other is as known; base and parts sum to it."""
    known = KNOWN["change"]
    found = survey().explain_themes("2026-01", "2026-02", LISTED, rarest=0)
    assert found.difference == pytest.approx(known["change"])
    assert sum(each.change for each in found.themes) == pytest.approx(found.difference)
    assert found["(base)"].change == pytest.approx(known["base_change"])
    for name in NAMES:
        assert found[name].mentioned == pytest.approx(known["mix"][name])
        assert found[name].hurts == pytest.approx(known["rate"][name])
        assert found[name].change == pytest.approx(known["theme_change"][name])
    with pytest.raises(IncompatibleError, match="overlap"):
        survey().explain_themes("2026-01", "2026", LISTED)
    with pytest.raises(InvalidValueError, match="after: there is no scored answer"):
        survey().explain_themes("2026-01", "2027", LISTED)


def test_change_of_customers_on_both_sides() -> None:
    """Whoever answers and writes the same in both periods shows no change at all, with certainty."""
    said = ["loud" if i % 3 == 0 else "lovely" for i in range(60)]
    data = {
        "score": [(2, 9, 7)[i % 3 if i % 4 else 1] for i in range(60)] * 2,
        "said": said * 2,
        "day": ["2026-01-05"] * 60 + ["2026-02-05"] * 60,
        "who": [*range(60)] * 2,
    }
    apart = nk.Survey(data, score="score", comment="said", time="day")
    same = nk.Survey(data, score="score", comment="said", time="day", customer="who")
    listed = {"noise": ["loud"]}
    found = same.explain_themes("2026-01", "2026-02", listed)["noise"]
    assert list(found.change_interval) == pytest.approx([0, 0], abs=1e-9)
    assert apart.explain_themes("2026-01", "2026-02", listed)["noise"].change_interval.high > 5


def test_rising_themes_are_seen() -> None:
    """A theme that is mentioned more from June on is seen to rise, one that stays as it is, is not."""
    rng = np.random.default_rng(3)
    months = np.repeat(np.arange(1, 13), 60)
    loud = rng.random(720) < np.where(months >= 6, 0.35, 0.1)
    food = rng.random(720) < 0.2
    said = [" ".join(["loud"] * a + ["food"] * b + ["hm"]) for a, b in zip(loud.tolist(), food.tolist(), strict=True)]
    data = {"score": rng.integers(0, 11, 720), "said": said, "day": [f"2026-{m:02d}-03" for m in months]}
    found = nk.Survey(data, score="score", comment="said", time="day").themes(
        {"noise": ["loud"], "food": ["food"]}, every="month"
    )
    assert [each.theme for each in found.rising()] == ["noise"]
    assert "2026-06" <= found.rising()[0].period <= "2026-08"
    assert len(found.trend) == 24
    noise = [each for each in found.trend if each.theme == "noise"]
    assert sum(each.mentions for each in noise) == loud.sum()
    assert sum(each.comments for each in noise) == 720
    assert all(each.share in each.interval for each in noise)


def test_alarms_are_seldom_false() -> None:
    """Of 400 series without a rise, looked at after each of 24 periods, at most 5 % are ever said to rise."""
    rng = np.random.default_rng(1)
    series = []
    for _ in range(400):
        hits = rng.binomial(40, 0.15, 24)
        series.append(np.stack([40 - hits, hits], axis=1))
    assert np.mean(np.array(first_rises(series, 0.05)) >= 0) <= 0.05


def test_evidence_needs_two_periods() -> None:
    """Of one period nothing is known; none at all is no evidence."""
    assert evidence_of_rise(np.zeros((0, 2), int)).tolist() == []
    assert evidence_of_rise([[3, 4]]).tolist() == [-np.inf]
    assert evidence_of_rise([[3, 4], [4, 3]]).tolist() == [-np.inf] * 2


def test_evidence_is_that_of_two_samples() -> None:
    """The bet on one moment is the evidence against no difference of two samples, in closed form."""
    before, since = [90, 10], [60, 40]
    found = evidence_of_rise([before, since])[1] + np.log(2)
    assert found == pytest.approx(float(log_wealth_of_difference(since, before, [0.0, 1.0])), abs=1e-6)


def test_examples() -> None:
    """Those come first that mention least else; each once; none if not wanted."""
    found = survey().themes(LISTED, examples=3)
    assert found["noise"].examples[0] == '"noise"'
    assert found.unthemed_examples == ('"nothing of it"',)
    assert survey().themes(LISTED, examples=0)["noise"].examples == ()


def test_examples_are_masked() -> None:
    """No address is quoted, and no name on request, not even in JSON."""
    said = ["Anna was loud, write to me@example.org"] * 9 + ["lovely"]
    found = nk.Survey({"score": [3] * 9 + [9], "said": said}, comment="said").themes({"a": ["loud"]}, names=["Anna"])
    assert found["a"].examples == ('"[name] was loud, write to [e-mail]"',)
    assert "example.org" not in found.to_json()


def test_an_impossible_base_has_no_points() -> None:
    """Where everybody mentions a theme, and both together are worst, the base would be beyond 100: it is said."""
    said, score = ["a"] * 20 + ["b"] * 20 + ["a b"] * 20, [10] * 18 + [8] * 2 + [10] * 18 + [8] * 2 + [1] * 20
    found = nk.Survey({"said": said, "score": score}, score="score", comment="said").themes({"a": ["a"], "b": ["b"]})
    assert np.isnan(found.base)
    assert np.isnan(found["a"].points)
    assert "beyond all scores" in found.to_text()
    assert found["a"].mentions == 40


def test_what_is_said() -> None:
    """Rare, omnipresent and inseparable themes are named in the notes."""
    said = ["x y z"] * 30 + ["x"] * 27 + ["x r"] * 2 + ["x s"]
    score = [3, 9, 10] * 20
    data = {"said": said, "score": score}
    listed = {name: [name] for name in "xyzrs"}
    found = nk.Survey(data, score="score", comment="said").themes(listed)
    assert found.everywhere == ("x",)
    assert found.together == (("y", "z"),)
    assert set(found.merged) == {"r", "s"}
    assert found["y"].points == pytest.approx(found["z"].points)
    text = " ".join(found.to_text().split())
    assert "counted with others: r, s" in text
    assert "In every comment, so that nothing tells what they add: x" in text
    assert "Always mentioned together, points shared equally: y, z" in text
    with pytest.raises(KeyError):
        found["nope"]


def test_accounts_are_one_answer() -> None:
    """The contacts of an account share its answer, and the sum is the score of accounts."""
    data = {"score": [9, 2, 10, 3, 8, 9], "said": ["a", "b", "a", "b", "a b", None], "firm": list("xxyyzz")}
    found = nk.Survey(data, score="score", comment="said", account="firm")
    themes = found.themes({"a": ["a"], "b": ["b"]}, rarest=0)
    assert themes.value == pytest.approx(found.score().value)


def test_strata_and_clusters() -> None:
    """A stratified sample of clusters is allowed for; its figures are those of all rows."""
    found = survey({"stratum": "s", "cluster": "c"}, s=["A", "B"] * 60, c=[f"{i // 4}" for i in range(120)])
    once = survey().themes(LISTED)
    themes = found.themes(LISTED)
    assert themes["noise"].points == pytest.approx(once["noise"].points)
    assert themes["noise"].points_interval != once["noise"].points_interval


def test_files_and_engines(tmp_path: Path) -> None:
    """A file of themes; rows in a lazy frame are fetched, and say the same."""
    polars = pytest.importorskip("polars")
    path = tmp_path / "themes.toml"
    path.write_text('[theme.noise]\nen = ["noise"]\n', "utf-8")
    data = {"score": [row[1] for row in ROWS], "said": [" ".join(row[2]) or None for row in ROWS]}
    wanted = nk.Survey(data, score="score", comment="said").themes(path)
    lazy = nk.Survey(polars.DataFrame(data).lazy(), score="score", comment="said").themes(path)
    assert wanted.columns() == lazy.columns()


@pytest.mark.parametrize(
    ("ask", "kind", "said"),
    [
        (lambda s: nk.Survey({"score": [9]}).themes(LISTED), IncompatibleError, "comment="),
        (lambda s: s.themes(LISTED, by="day", every="month"), IncompatibleError, "by and every"),
        (lambda s: s.themes(LISTED, every="moth"), InvalidValueError, "every"),
        (lambda s: s.themes(LISTED, level=2), InvalidValueError, "level"),
        (lambda s: s.themes(LISTED, rarest=-1), InvalidValueError, "rarest"),
        (lambda s: s.themes(LISTED, alpha=0), InvalidValueError, "alpha"),
        (lambda s: s.themes(3), InvalidTypeError, "themes must be"),
        (lambda s: s.themes(LISTED, by="nope"), nk.ColumnNotFoundError, "nope"),
        (lambda s: nk.Survey({"score": [], "c": []}, comment="c").themes(LISTED), InvalidValueError, "no answers"),
        (lambda s: TIMELESS.themes(LISTED, every="day"), IncompatibleError, "time="),
    ],
)  # fmt: skip
def test_what_is_refused(ask: Any, kind: type[Exception], said: str) -> None:
    """Bad input gets an error that names it."""
    with pytest.raises(kind, match=said):
        ask(survey())

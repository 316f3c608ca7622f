"""Words for answers: a column speaks one vocabulary, which is said, or what it says is no answer."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.data import Scale, parse_answer
from npskit.data.vocabularies import _vocabularies, answers_together, place_on
from npskit.errors import DataWarning, GuessWarning

FIVE = Scale(1, 5, best=5, stretch=True)


def read(answers: list[Any], scorer: Any = None, **options: Any) -> tuple[list[str], Any]:
    """Return what was said of a column of answers, and its score."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        score = nk.measure(nk.CSAT() if scorer is None else scorer, answers, **options)
    return [str(each.message) for each in said], score


SATISFIED: dict[str, tuple[list[Any], list[int | None]]] = {
    "Zendesk": (["good", "Bad", "offered", "GoodWithComment", "unoffered"], [5, 1, None, 5, None]),
    "Zendesk, new": (["Satisfied", "Unsatisfied"], [4, 2]),
    "Freshdesk": ([103, 102, 101, 100, -101, -102, -103, None], [5, 4, 4, 3, 2, 2, 1, None]),
    "Freshdesk as text": (["103", "-103", "100"], [5, 1, 3]),
    "thumbs": (["👍", "👎🏽", "👍🏿"], [5, 1, 5]),
    "thumbs in words": (["thumbs_up", "Thumbs down", ":+1:", ":-1:"], [5, 1, 5, 1]),
    "booleans": ([True, None, False], [5, None, 1]),
    "NumPy's booleans": (np.array([True, False]), [5, 1]),  # type: ignore[dict-item]
    "yes and no": (["Ja", "nein", "N/A"], [5, 1, None]),
    "faces": (["😍", "😃", "😐", "🙁", "😠"], [5, 4, 3, 2, 1]),
    "other faces": (["😀", "🙂", "😐", "☹️", "😡"], [5, 4, 3, 2, 1]),
    "smileys": ([":-)", ":(", ":|"], [5, 1, 3]),
    "stars": (["⭐⭐⭐", "⭐⭐⭐⭐⭐", "⭐️"], [3, 5, 1]),
    "stars of five": (["★★★★☆", "★ ★ ☆ ☆ ☆"], [4, 2]),
    "stars in words": (["4 stars", "1 star"], [4, 1]),
    "stars of three": (["★★☆", "★★★", "★☆☆"], [3, 5, 1]),
    "of four": (["3/4", "4 / 4", "1/4", "2/4"], [4, 5, 1, 2]),
    "out of five": (["4 out of 5", "1 von 5", "5 of 5", "2 z 5"], [4, 1, 5, 2]),
    "per cent": (["80 %", "100%", "40%"], [4, 5, 2]),
    "other per cent": (["0 %", "50%", "100 %", "75,0 %"], [1, 3, 5, 4]),
    "English": (["Very satisfied", "neither satisfied nor dissatisfied", "Very dissatisfied"], [5, 3, 1]),
    "German": (["Sehr zufrieden", "Eher zufrieden", "teils/teils", "keine Angabe"], [5, 4, 3, None]),
    "Polish": (["Zadowolony", "raczej niezadowolona", "Bardzo zadowolona"], [4, 2, 5]),
    "Thai": (["พอใจมาก", "เฉย ๆ", "ไม่พอใจ"], [5, 3, 2]),
    "French": (["Plutôt satisfait", "Pas du tout satisfait", "très satisfaite"], [4, 1, 5]),
    "both genders": (["Satisfait(e)", "Très insatisfait·e", "zadowolony/a"], [4, 1, 4]),
    "degrees": (["มากที่สุด", "น้อย", "ปานกลาง"], [5, 2, 3]),
    "agreement": (["strongly agree", "Somewhat agree", "disagree"], [5, 4, 2]),
    "Spanish": (["Muy satisfecho", "Insatisfecha", "ni satisfecho ni insatisfecho"], [5, 2, 3]),
    "Italian": (["Molto soddisfatto", "Soddisfatta", "Neutrale"], [5, 4, 3]),
    "Japanese": (["非常に満足", "やや不満", "どちらでもない"], [5, 2, 3]),
    "Korean": (["매우 만족", "불만족", "보통"], [5, 2, 3]),
    "Chinese": (["非常满意", "不满意", "一般"], [5, 2, 3]),
    "a picture beside the word": (["😃 Great", "Terrible 😠", "😐 OK", "Amazing 🤩"], [4, 1, 3, 5]),
    "a picture beside a Thai word": (["😃 ดี", "ดีมาก", "ควรปรับปรุง"], [4, 5, 1]),
    "Help Scout": (["great", "Okay", "not_good"], [5, 3, 1]),
    "expectations": (["As expected", "Far exceeded expectations", "Below expectations"], [3, 5, 2]),
    "hate to love": (["Hate", "Dislike", "Love"], [1, 2, 5]),
    "Google's reviews": (["ONE", "FIVE", "FOUR", "STAR_RATING_UNSPECIFIED"], [1, 5, 4, None]),
    "stars spelt out": (["Two stars", "Five stars"], [2, 5]),
    "hearts": (["❤️❤️❤️", "❤️❤️❤️❤️❤️"], [3, 5]),
    "a shop's reviews": (["Rated 4 out of 5", "Rated 1 out of 5"], [4, 1]),
    "a German shop's reviews": (["4,0 von 5 Sternen", "1,0 von 5 Sternen"], [4, 1]),
    "a Japanese shop's reviews": (["5つ星のうち4.0", "5つ星のうち2.0"], [4, 2]),
    "half stars": (["4.5 stars", "3,5 stars", "5 stars"], [4, 3, 5]),
    "half stars, drawn": (["★★★★½", "★★½☆☆", "★★★★★"], [4, 2, 5]),
    "half points": ([4.5, 5.0, 3.5, None], [4, 5, 3, None]),
    "yes and no elsewhere": (["Sí", "no", "はい", "いいえ", "是"], [5, 1, 5, 1, 5]),
    "quality": (["Excellent", "Fair", "Poor", "very good"], [5, 2, 1, 4]),
}


@pytest.mark.parametrize("way", SATISFIED)
def test_a_column_of_words(way: str) -> None:
    """Words are the answers a person reads them as, and the library says so once."""
    answers, points = SATISFIED[way]
    said, score = read(answers)
    assert score == nk.csat(points)
    assert score.distribution == nk.csat(points).distribution
    assert len(said) == (0 if way == "stars in words" else 1)
    assert all("were read as" in each for each in said)


@given(st.data())
def test_any_words_of_one_vocabulary(data: st.DataObject) -> None:
    """Whatever the case, order and number of the words of a vocabulary, they are answers on the scale, or missing."""
    vocabulary = data.draw(st.sampled_from(_vocabularies()))
    words = data.draw(st.lists(st.sampled_from(sorted(vocabulary.places)), min_size=1, unique=True))
    found = answers_together([word.upper() for word in words], FIVE, alone=True)
    places = [vocabulary.places[word] for word in words]
    if any(place is not None for place in places):
        assert found is not None
        assert found.answers.keys() == {word.upper() for word in words}
        assert all(answer is None or answer in FIVE for answer in found.answers.values())


@given(st.integers(2, 11), st.integers(2, 11))
def test_places(points: int, size: int) -> None:
    """Places keep their order and ends, mirror each other, and are themselves on a scale of as many points."""
    scale = Scale(1, size, best=size, stretch=True)
    found = [place_on(scale, place, points) for place in range(points)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (1, size)
    if points % 2 == 0 or size % 2:  # else the middle lies between two points
        assert [size + 1 - each for each in reversed(found)] == found
    assert points != size or found == list(scale)


@pytest.mark.parametrize(
    ("scorer", "answers"),
    [
        (nk.NPS(), ["Very satisfied", "Dissatisfied"] * 3),  # no words for how likely one recommends
        (nk.CSAT(), ["good", "bad", 4, 5] * 3),  # words and numbers
        (nk.CSAT(), ["good", "3/4"] * 3),  # two vocabularies
        (nk.CSAT(), ["good", "blue"] * 3),  # what is in none
        (nk.CSAT(), ["3/4", "3/5"] * 3),
        (nk.NPS(), ["9/10", "9/10", "9/10"]),  # may be a date
    ],
)
def test_no_vocabulary(scorer: Any, answers: list[Any]) -> None:
    """What does not fit one vocabulary stays invalid, and the texts are named."""
    said, score = read(answers, scorer)
    texts = [each for each in answers if isinstance(each, str)]
    assert score.invalid == len(texts)
    assert "texts that stand for no answer" in said[0]
    assert repr(texts[0]) in said[0]
    assert "mapping={" in said[0]


def test_averages_take_no_words_of_another_scale() -> None:
    """A mean of points is of the points that were asked alone; a share of the easy takes words of any number."""
    words = ["very easy", "difficult", "easy"]
    said, score = read(words, nk.CES())
    assert score.invalid == 3
    assert "give one of as many points with scale=" in said[0]
    assert read(words, nk.CES(scale=(1, 5)))[1].value == pytest.approx(11 / 3)
    assert read(words, nk.CES(1))[1].value == pytest.approx(7 / 3)  # low effort is good
    assert read(["not at all", "moderately", "slightly"], nk.CES(1))[1].value == 2  # how much effort, not how easy
    assert read(words, nk.CES(2, "top_box"))[1].value == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    "written",
    [
        "{} out of 10",
        "{}/10",
        "{} von 10 Punkten",
        "{} pkt na 10",
        "{} su 10",
        "Rated {} out of 10",
        "10点中{}点",
        "{}分（满分10分）",
        "{}점/10점",
        "{},0 sur 10",
    ],
)
def test_fractions_of_ten(written: str) -> None:
    """Nine out of ten is nine, also where only some of the answers, such as the ends, are written so."""
    points = [10, 9, 3, 10, 0, 7]
    assert read([written.format(point) for point in points], nk.NPS())[1] == nk.nps(points)
    some = [written.format(point) if point in (0, 10) else str(point) for point in points]
    assert read(some, nk.NPS())[1] == nk.nps(points)


@given(st.lists(st.integers(2, 10), min_size=1).filter(lambda halves: any(half % 2 for half in halves)), st.data())
def test_half_points(halves: list[int], data: st.DataObject) -> None:
    """Half points count as satisfied if they reach the top box; an average is none, and a mean of points takes none."""
    points = [half / 2 for half in halves]
    found = read(points)[1]
    assert found.n == len(points)
    assert found.value == pytest.approx(100 * sum(point >= 4 for point in points) / len(points))
    spelt = data.draw(st.sampled_from(["{:.1f}", "{} stars", "{:.1f} out of 5", "{:.2f}/5 stars"]))
    assert read([spelt.format(point) for point in points])[1].value == found.value
    assert read([*points, 4.37])[1].invalid == 1 + sum(half % 2 for half in halves)
    assert read(points, nk.CES(scale=(1, 5)))[1].invalid == sum(half % 2 for half in halves)


@pytest.mark.parametrize("data", [pl.DataFrame, dict, pl.LazyFrame])
def test_stars_are_not_scored_as_recommendations_without_a_word(data: Any, tmp_path: Path) -> None:
    """Stars of five, by the name of the column or by the cells, are said where they are taken for answers on 0..10."""
    stars = ["5 stars", "4 stars", "1 star"]
    with pytest.warns(DataWarning, match="are stars"):
        nk.nps(stars)
    with pytest.warns(DataWarning, match="are stars"):
        nk.Survey(data({"score": stars})).score()
    path = tmp_path / "reviews.csv"
    path.write_text("date,Review Stars\n2026-03-01,5\n2026-03-02,4\n")
    with pytest.warns(DataWarning, match="are stars"):
        nk.read(path, score="Review Stars")
    path.write_text("date,Review Stars\n2026-03-01,5\n2026-03-02,9\n")  # of ten
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataWarning)
        nk.read(path, score="Review Stars")
        nk.nps([*stars, "8 stars"])
    assert nk.csat([5, 4, 1]).value == read(stars)[1].value


def test_columns_of_categories() -> None:
    """Words in a column of categories are read as those in a list are, whatever categories it also knows."""
    words = ["good", None, "bad", "good"]
    right = read(words)[1]
    dictionary = pa.array(words).dictionary_encode()
    unused = pa.DictionaryArray.from_arrays(pa.array([0, None, 1, 0]), pa.array(["good", "bad", "not a word at all"]))
    columns = [
        *[dictionary, pa.chunked_array([dictionary, dictionary]).slice(0, 4), unused],
        *[pl.Series(words).cast(pl.Categorical), pl.Series(words).cast(pl.Enum(["bad", "good", "other"]))],
        *[pd.Categorical(words, ["good", "bad", "other"]), pd.Series(words, dtype="category")],
    ]
    for column in columns:
        assert read(column)[1] == right
    for frame in (pa.table({"x": unused}), pl.DataFrame({"x": columns[3]}), pl.LazyFrame({"x": columns[4]})):
        with pytest.warns(GuessWarning, match="good and bad"):
            assert nk.Survey(frame, score="x", scorer=nk.CSAT()).score() == right


@given(
    st.text("abcdefz ", min_size=2).map(str.strip).filter(bool),
    st.text("uvwxy ", min_size=2).map(str.strip).filter(bool),
)
def test_two_labelled_ends(low: str, high: str) -> None:
    """Where just the ends of the scale have labels that nobody knows, the numbers beside them are read; else not."""
    column = [f"0 {low}", f"10 {high}", "7", "3"]
    if parse_answer(column[0]) == 0 or parse_answer(column[1]) == 10:
        return
    found = answers_together(column, Scale(0, 10), alone=True)
    assert found is not None
    assert found.answers == {f"0 {low}": 0, f"10 {high}": 10}
    assert answers_together([*column, "10"], Scale(0, 10), alone=True) is None
    assert answers_together(column[1:], Scale(0, 10), alone=True) is None


# ---- what stands for what ----

TEXTS = ["Extremely likely", "9", "EXTREMELY  LIKELY", "no idea", "Not at all", None]
MAPPING = {"extremely likely": 10, "Not at all": 0, "No idea": None}
NUMBERS = [10, 9, 10, None, 0, None]


def _file(folder: Path) -> Path:
    path = folder / "answers.csv"
    path.write_text("score\n" + "\n".join(each or "NA" for each in TEXTS) + "\n", encoding="utf-8")
    return path


def test_a_mapping_in_every_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Texts are the same answers in a function, a survey, an engine, a file, a tracker and on the command line."""
    from npskit.__main__ import main

    right = nk.nps(NUMBERS)
    assert nk.nps(TEXTS, mapping=MAPPING) == right
    scorer = nk.NPS(nk.Scale(0, 10, mapping=MAPPING))
    assert (nk.measure(scorer, TEXTS) + right).tally == (right + right).tally
    for data in ({"score": TEXTS}, pl.DataFrame({"score": TEXTS}), pl.LazyFrame({"score": TEXTS})):
        assert nk.Survey(data, mapping=MAPPING).score() == right
        assert nk.Survey(data, scorer=scorer).tally() == right.tally
    path = _file(tmp_path)
    assert nk.read(path, score="score", mapping=MAPPING).score().to_dict()["counts"] == right.counts
    tracker = nk.Tracker(scorer)
    tracker.update_many(TEXTS[:3])
    for text in TEXTS[3:]:
        tracker.update(text)
    assert tracker.score().counts == right.counts
    mapped = [f"--mapping={text}={'' if answer is None else answer}" for text, answer in MAPPING.items()]
    assert main(["score", str(path), "--score=score", *mapped]) == 0
    assert f"n  {right.n}   missing {right.missing}   invalid 0" in capsys.readouterr().out


def test_numbers_that_stand_for_others() -> None:
    """A scale whose best answer is 1 is turned by a mapping of numbers, and its tallies merge with others."""
    turned = {point: 6 - point for point in range(1, 6)}
    for answers in ([1, 2, 5, None], np.array([1, 2, 5, np.nan]), ["1", "2", "5", ""]):
        assert nk.csat(answers, mapping=turned) == nk.csat([5, 4, 1, None])
    assert nk.csat([1], mapping=turned) + nk.csat([5]) == nk.csat([5, 5])
    sci = nk.sci(["top"], [5], [5], mapping={"satisfaction": {"top": 5}})
    assert sci.value == 100


@pytest.mark.parametrize(
    ("mapping", "error"),
    [
        *[({"x": 11}, nk.InvalidValueError), ({"x": 1.5}, nk.InvalidTypeError), ({2.5: 1}, nk.InvalidTypeError)],
        *[([("x", 1)], nk.InvalidTypeError), ({"x": 1, "X ": 2}, nk.InvalidValueError)],
    ],
)
def test_a_mapping_that_cannot_be(mapping: Any, error: type[Exception]) -> None:
    """What is no answer on the scale is refused by name."""
    with pytest.raises(error, match="mapping"):
        nk.nps([1], mapping=mapping)


def test_a_survey_speaks_once(tmp_path: Path) -> None:
    """What words were taken for is said once by a survey, not by each of its results; a file's stands in its notes."""
    survey = nk.Survey({"satisfaction": ["good", "bad", "good"], "region": ["N", "S", "N"]}, scorer=nk.CSAT())
    with pytest.warns(GuessWarning, match="as good and bad"):
        survey.score()
    survey.score("region")  # would be an error
    path = tmp_path / "csat.csv"
    path.write_text("rating\ngood\nbad\noffered\ngood\n")
    with pytest.warns(GuessWarning, match="as good and bad"):
        read = nk.read(path, score="rating", scorer=nk.CSAT())
    assert read.score().value == pytest.approx(200 / 3)
    assert read.file_report is not None
    assert "good and bad" in read.file_report.notes[0]


def test_an_engine_speaks_once_and_with_its_counts() -> None:
    """What an engine has grouped is read as the rows are: words are said once, clusters with the counts of the rows."""
    words = {"satisfaction": ["good"] * 3 + ["bad"], "region": list("NNSS")}
    survey = nk.Survey(pl.LazyFrame(words), scorer=nk.CSAT())
    with pytest.warns(GuessWarning, match="as good and bad"):
        assert survey.score().value == 75
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GuessWarning)
        assert survey.score("region").tally.total() == survey.tally()
    codes = pl.LazyFrame({"satisfaction": [103, None, -103, 102]})
    with pytest.warns(GuessWarning, match="Freshdesk"):
        assert nk.Survey(codes, scorer=nk.CSAT()).score().counts == {"not satisfied": 1, "satisfied": 2}
    turned = nk.Survey(codes, scorer=nk.CSAT(), mapping={103: 1, -103: 5, 102: None}).score()
    assert (turned.value, turned.n, turned.missing) == (50, 2, 2)
    odd = pl.LazyFrame({"score": ["Super!"] * 4 + ["9"] * 21})
    with pytest.warns(DataWarning, match=r"4 of 25 answers are texts .*'Super!' \(4\)"):
        nk.Survey(odd).score()


def test_clusters_of_texts_in_a_file(tmp_path: Path) -> None:
    """A few texts that are most of the invalid answers are named with their counts, when the file is read."""
    path = tmp_path / "nps.csv"
    path.write_text("nps\n" + "\n".join(["9"] * 20 + ["Super!"] * 4 + ["x"]) + "\n")
    with pytest.warns(DataWarning, match=r"4 of 25 answers are texts .*'Super!' \(4\)"):
        nk.read(path, score="nps")

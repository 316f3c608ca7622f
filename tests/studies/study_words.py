"""How often words are listed where nothing marks anybody, and how often a word that is planted is found."""

from __future__ import annotations

import itertools

import attrs
import numpy as np

import npskit as nk
from tests.studies.study import Row, Study

WORDS = ["".join(parts) for parts in itertools.product("bdfgklmnprst", "aeiou", ["ra", "lo", "mi"])]


@attrs.frozen
class WordSetting:
    """Who writes how much of what: detractors the planted word in one share of comments, all others in another."""

    label: str
    n: int
    detractors: float = 0.0
    others: float = 0.0
    lengths: tuple[int, int] = (6, 6)
    repeats: int = 1


SETTINGS = [
    WordSetting("nothing, n = 300", 300),
    WordSetting("nothing, n = 3,000", 3_000),
    WordSetting("nothing, detractors write twice as long, n = 1,000", 1_000, lengths=(12, 6)),
    WordSetting("nothing, each customer writes the same three times, n = 900", 900, repeats=3),
    WordSetting("in 12 % of detractors' comments, 3 % of others', n = 300", 300, 0.12, 0.03),
    WordSetting("in 12 % of detractors' comments, 3 % of others', n = 1,000", 1_000, 0.12, 0.03),
    WordSetting("in 4 % of detractors' comments, no others', n = 1,000", 1_000, 0.04, 0.0),
    WordSetting("in 4 % of detractors' comments, 2 % of others', n = 10,000", 10_000, 0.04, 0.02),
]


def run(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return a row for each setting."""
    return [row_of(setting, draws, rng) for setting in SETTINGS]


def row_of(setting: WordSetting, draws: int, rng: np.random.Generator) -> Row:
    """Return how often the planted word is listed for detractors, and how often anything else is for anybody."""
    frequent = 1 / np.arange(1, len(WORDS) + 1)
    found = other = 0
    for _ in range(draws):
        customers = setting.n // setting.repeats
        scores = rng.choice([3, 8, 10], customers)
        comments = []
        for score in scores.tolist():
            words = rng.choice(WORDS, setting.lengths[score > 6], p=frequent / frequent.sum()).tolist()
            if rng.random() < (setting.detractors if score <= 6 else setting.others):
                words.append("planted")
            comments.append(" ".join(words))
        data = {"score": np.tile(scores, setting.repeats), "said": comments * setting.repeats}
        data["customer"] = np.tile(np.arange(customers), setting.repeats)
        listed = nk.Survey(data, score="score", customer="customer", comment="said").comments(language="xh").words
        planted = [word for word in listed if "planted" in word.term]
        found += any(word.category == "detractor" for word in planted)
        other += len(planted) < len(listed)
    return {"planted": setting.label, "found": 100.0 * found / draws, "anything else": 100.0 * other / draws}


STUDIES = [
    Study(
        "words",
        "Words that mark",
        "Where nothing marks anybody, something is listed in at most 5 % of surveys, also where detractors write more "
        "or customers repeat themselves; a word in 12 % of detractors' comments and 3 % of others' is found in at "
        "least 80 % of surveys with 1,000 comments. A third of customers each are detractors, passives and promoters; "
        "comments are six words of 180, some frequent and most rare. `found` and `anything else` are in percent of "
        "surveys; the false discovery rate bounds the second where nothing is planted, and the share of what is listed "
        "where something is.",
        50,
        run,
        slow=True,
    )
]

"""How many of the themes, the spam and the intents that the simulator plants in comments are found again."""

from __future__ import annotations

import numpy as np

import npskit as nk
from npskit.arrays import Bools
from npskit.comments.themes import ThemeList, points_of
from npskit.comments.themes.theme_figures import point_intervals
from npskit.comments.themes.themed_rows import ThemedRows, rows_together
from npskit.datasets import hotels
from npskit.datasets.phrases import PLANTED, SPOKEN
from npskit.results import Interval
from tests.studies.study import Row, Study

# Written from what the themes mean, in the four languages, not from the sentences of the simulator.
LISTED = {
    "room": "room/rooms bed/beds mattress* bathroom* shower* zimmer* bett/betten matratze* badezimmer* dusche* "
    "pokój/pokoj* łóżk* materac* łazienk* prysznic* ห้อง เตียง ที่นอน",
    "breakfast": "breakfast* buffet* coffee frühstück* kaffee śniadani* kawa/kawy อาหารเช้า กาแฟ",
    "staff": "staff waiter* waitress* team personal kellner* service obsług* personel* kelner* พนักงาน บริการ",
    "check_in": "check-in* checked checking reception* einchecken rezeption* recepcj* zameldowan* เช็คอิน แผนกต้อนรับ",
    "price": "price* expensive cheap value fee/fees bill charge* rate/rates preis* teuer* günstig* gebühr* rechnung "
    "kosten cena/ceny/cenę/cen drog* tani* rachun* ราคา แพง คุ้มค่า",
}


def intents(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return recall and precision of what comments are, by language; of what was said before nothing is asked."""
    classes = [*PLANTED, "complaint", "praise"]
    hits, said, true = (np.zeros((len(SPOKEN), len(classes))) for _ in range(3))
    for _ in range(draws):
        data = hotels(2_000, rng=rng, spam=0.1, requests=0.5)
        truth = data.truth.comments
        for each in nk.Survey(data.columns, score="score", comment="comment").triage().comments:
            language = data["language"][each.row]
            planted = truth.kind[each.row] if truth.kind[each.row] != "content" else truth.intent[each.row]
            if each.kind == "duplicate" or language not in SPOKEN or not planted:
                continue
            place, told = SPOKEN.index(language), each.intent if each.kind == "content" else each.kind
            true[place, classes.index(planted)] += 1
            if told in classes:
                said[place, classes.index(told)] += 1
                hits[place, classes.index(told)] += told == planted
    with np.errstate(invalid="ignore", divide="ignore"):
        found, right = 100 * hits / true, 100 * hits / said
    return [
        {
            "planted": name,
            "English: found": float(found[0, c]),
            "English: right": float(right[0, c]),
            "German: found": float(found[1, c]),
            "German: right": float(right[1, c]),
        }
        for c, name in enumerate(classes)
    ]


def points_by(mentions: Bools, wrote: Bools, survey: nk.Survey) -> list[Interval]:
    """Return the intervals of the points of themes that are mentioned as said, shape `(rows, T)`."""
    names = [*LISTED]
    rows = ThemedRows(survey._data.sample(), mentions, wrote, None)
    counts, sets = rows.counts(names, [-1] * len(names))
    together = rows_together(rows, sets)
    found = point_intervals(points_of(counts), None if together is None else together[0], 0.95)
    return [found[2 + t][1] for t in range(len(names))]


def themes(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return recall and precision of themes by a list, and how often the intervals of their points hold the truth."""
    names, listed = list(LISTED), {name: words.split() for name, words in LISTED.items()}
    hits, said, true, held, points, known = (np.zeros(len(names)) for _ in range(6))
    truth = hotels(0).truth.comments
    order = [truth.themes.index(name) for name in names]
    for _ in range(draws):
        data = hotels(4_000, rng=rng)
        about = data.truth.comments.about
        survey = nk.Survey(data.columns, score="score", comment="comment", customer="customer")
        found, wrote = survey.themes(listed), np.flatnonzero(about != "")
        exact = points_by(about[:, np.newaxis] == np.array(names, dtype=object), about != "", survey)
        mentions = ThemeList.of(listed).mentions(data["comment"][wrote].tolist())
        for t, name in enumerate(names):
            planted = about[wrote] == name
            hits[t] += (mentions[:, t] & planted).sum()
            said[t] += mentions[:, t].sum()
            true[t] += planted.sum()
            figures = next(each for each in found.themes if each.theme == name)
            points[t] += figures.points / draws
            held[t] += truth.points[order[t]] in figures.points_interval
            known[t] += truth.points[order[t]] in exact[t]
    return [
        {
            "planted": name,
            "found": float(100 * hits[t] / true[t]),
            "right": float(100 * hits[t] / said[t]),
            "points": f"{truth.points[order[t]]:+.2f}",
            "mean of those found": f"{points[t]:+.2f}",
            "held": float(100 * held[t] / draws),
            "held by a perfect list": float(100 * known[t] / draws),
        }
        for t, name in enumerate(names)
    ]


STUDIES = [
    Study(
        "simulated-themes",
        "Themes that the simulator plants",
        "A list of words for each theme in four languages, written without looking at the sentences, finds most of the "
        "comments on each. `found` and `right` are recall and precision in percent of comments, of 4,000 answers "
        "each; `points` are what a theme truly adds to the NPS by the probabilities of the model, beside the mean of "
        "what is found and how often the 95 % interval holds them: what the list misses or takes wrongly is in that. "
        "The last column is without it, by what was planted itself.",
        100,
        themes,
    ),
    Study(
        "simulated-intents",
        "Spam and intents that the simulator plants",
        "What rules alone find again of comments that want something, many of them said in a roundabout way. The "
        "sentences were written from what the classes mean, before anybody looked whether the rules know them, and the "
        "rules were not changed for them. `found` and `right` are recall and precision in percent of comments, those "
        "left out that repeat another.",
        20,
        intents,
    ),
]

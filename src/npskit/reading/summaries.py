"""Rows below a table that sum it up: totals, averages, and notes."""

from __future__ import annotations

import csv
import re
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from npskit.reading.titles import Row, filled, is_value

# What a row that sums up is called, by what it holds, in English, German, Polish, Thai, French and a few others.
_WORDS: Mapping[str, str] = {
    "sum": "total totals sum overall gesamt gesamtsumme gesamtergebnis insgesamt summe zwischensumme suma razem ogółem "
    "łącznie รวม ผลรวม ยอดรวม รวมทั้งหมด ผลรวมทั้งหมด ทั้งหมด somme totaal totale totalt subtotal summary "
    "合計 小計 総計 总计 小计 總計 합계 총계 소계",
    "mean": "average averages avg avg. mean mittelwert mittel durchschnitt schnitt ø średnia przeciętnie เฉลี่ย ค่าเฉลี่ย "
    "moyenne promedio media gemiddelde durchschnittswert 平均 平均値 平均值 평균",
    "count": "n count responses anzahl antworten liczba ilość จำนวน nombre effectif cuenta aantal",
    "other": "median mediana médiane มัธยฐาน minimum maximum min max nps csat ces stdev std std. "
    "standardabweichung 中央値 중앙값",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# What may stand before and after such a word.
_AROUND = re.compile(
    r"(?:grand|overall|sub|wartość|łączna|responses?|answers?)[\s-]+|\s+(?:général|generale|general|complessivo|końcowa"
    r"|całkowita|ogólna|overall|ocena|wynik|score|scores|rating|nps|csat|ces|responses|answers|respondents|dev\.?|ทั้งหมด)"
)
# What sums up a table is called, and nobody else.
_GRAND = re.compile(
    r"\s*(?:grand\s|gesamtergebnis|suma (?:końcowa|całkowita)|total (?:général|general)|totale complessivo"
    r"|総計|总计|總計|총계)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?\d[\d\s.,'’]*%?")
_EMPTY = frozenset({"", "-", "–", "—"})
_MOST = 20

TOTAL = "sums up the rows above it: set aside"
EMPTY = "is empty, and below the table: set aside"
NOTE = "is a note below the table: set aside"


def kind_of(cell: str) -> str | None:
    """Return what a cell says that its row holds of those above: `"sum"`, `"mean"`, `"count"`, `"other"`; else None.

    Example:
        >>> kind_of("Grand total:"), kind_of("Średnia"), kind_of("Totally fine")
        ('sum', 'mean', None)
    """
    text = " ".join(re.sub(r"\(.*?\)|[:=]\s*[\d.,%]*\s*$", " ", cell.casefold()).split())
    if len(text) > 40:
        return None
    return _KINDS.get(text) or _KINDS.get(_AROUND.sub("", text).strip())


def last_rows(text: str, separator: str) -> list[list[str]]:
    """Return the rows at the end of a text, of one line each, as far back as no quote runs over a line end.

    A text that does not end within a quote has none open before its last line either, if that has its quotes in pairs.

    Example:
        >>> last_rows('a,b' + chr(10) + '"x' + chr(10) + 'y",1' + chr(10) + 'Total,1', ",")
        [['Total', '1']]
    """
    lines = re.split(r"\r\n|\n|\r", text)
    lines = lines[:-1] if not lines[-1] else lines
    rows: list[list[str]] = []
    for line in reversed(lines):
        if line.count('"') % 2:
            break
        try:
            rows.append(next(csv.reader([line], delimiter=separator), []))
        except csv.Error:
            break
    return rows[::-1]


def below_table(rows: Sequence[Row], width: int, *, whole: bool) -> dict[int, str]:
    """Return the rows at the end that are none of the table, by their place from the end (0 is the last), and why.

    A row sums up if one cell says so and the others are numbers or empty; and if it shows that it is nobody's answer:
    it is what it says of a column above; or that cell stands among values; or another such row is beside it; or it
    lacks what all rows have, and holds what none does.

    Args:
        rows: The rows of a table without those above it, or the last of them.
        width: The number of columns.
        whole: Whether these are all rows, so that they can be summed up.

    Example:
        >>> below_table([["N", "10"], ["S", "2"], ["Total", "12"]], 2, whole=True)
        {0: 'sums up the rows above it: set aside'}
        >>> below_table([["Ann", "10"], ["Bob", "2"], ["Total", "9"]], 2, whole=True)
        {}
    """
    found: dict[int, tuple[str, int]] = {}
    notes: list[int] = []
    for place, row in enumerate(reversed(rows[-_MOST:])):
        told = filled(row)
        if not told:
            continue
        label = _label(row)
        if label is not None and told > 1:
            found[place] = label
        elif width > 2 and told == 1 and row[0].strip() and not found and not is_value(row[0]):
            notes.append(place)
        else:
            break
    above = rows[: len(rows) - 1 - max([*found, *notes], default=-1)]
    # notes are parted from the table by an empty row, or by the rows that sum it up
    if notes and not found and above and filled(above[-1]):
        return {}
    table = [row for row in above if filled(row)]
    if not table:
        return {}
    # what comes again and again is no name of a summary, but says what each row answers ("nps", "csat")
    again = Counter(
        (j, row[j].strip().casefold()) for row in rows for j in {j for _, j in found.values()} if j < len(row)
    )
    kinds = {j for j in {j for _, j in found.values()} if _names_kinds([row[j] for row in table if j < len(row)])}
    for place, (kind, j) in list(found.items()):
        if j in kinds or again[j, rows[-1 - place][j].strip().casefold()] > (2 if kind == "sum" else 1):
            del found[place]
    several = len({row[j].strip() for place, (_, j) in found.items() for row in [rows[-1 - place]]}) > 1
    shown = {
        place: TOTAL
        for place, (kind, j) in found.items()
        if several or _GRAND.match(rows[-1 - place][j]) or _shows_it(rows[-1 - place], kind, j, table, whole=whole)
    }
    # the rows from the end on, without a gap: what stands above one that is somebody's answer is an answer
    if len(shown) < len(found):
        last = min(place for place in found if place not in shown)
        shown = {place: reason for place, reason in shown.items() if place < last}
    if not found or shown:
        shown |= dict.fromkeys(notes, NOTE)
    if not shown:
        return {}
    first = next(place for place in range(max(shown) + 1, len(rows)) if filled(rows[-1 - place]))
    shown |= {place: EMPTY for place in range(first) if not filled(rows[-1 - place])}
    return shown


def _label(row: Row) -> tuple[str, int] | None:
    """Return what a row says that it holds, and in which cell, if the others are numbers or empty."""
    texts = [j for j, cell in enumerate(row) if cell.strip() not in _EMPTY and not _NUMBER.fullmatch(cell.strip())]
    kind = kind_of(row[texts[0]]) if len(texts) == 1 else None
    return None if kind is None else (kind, texts[0])


def _names_kinds(cells: Sequence[str]) -> bool:
    """Whether most cells above say what a row answers ("nps", "csat"), so that one below them says so as well."""
    told = [cell for cell in map(str.strip, cells) if cell]
    return sum(kind_of(cell) is not None for cell in told) > len(told) / 2


def _shows_it(row: Row, kind: str, label: int, table: Sequence[Row], *, whole: bool) -> bool:
    """Whether a row with the name of a summary is one, and not of a customer with that name."""
    above = [other[label].strip() for other in table if label < len(other) and other[label].strip()]
    if above and sum(map(is_value, above)) > len(above) / 2:
        return True
    odd = unequal = False
    for j, cell in enumerate(row):
        value = _number_in(cell)
        cells = [other[j] for other in table if j < len(other)]
        if value is None:
            lacking = not cell.strip() and len(cells) == len(table) and all(map(str.strip, cells))
            odd |= lacking and j != label
            continue
        numbers = [number for number in map(_number_in, cells) if number is not None]
        if not numbers:
            continue
        if whole and len(numbers) > 1 and _is_it(kind, value, numbers, cell):
            return True
        unequal |= not min(numbers) <= value <= max(numbers)
    return odd and (unequal or not whole)


_STATISTICS: Mapping[str, tuple[Callable[[Sequence[float]], float], ...]] = {
    "sum": (sum, len, statistics.fmean),
    "mean": (statistics.fmean,),
    "count": (len,),
    "other": (statistics.median, min, max),
}


def _is_it(kind: str, value: float, numbers: Sequence[float], cell: str) -> bool:
    """Whether a number is what it is called, as far as it is rounded."""
    decimals = re.search(r"[.,](\d{1,2}|\d{4,})%?\s*$", cell)
    half = 0.5 * 10.0 ** -(len(decimals[1]) if decimals else 0)
    return any(abs(of(numbers) - value) <= (half if of is not len else 0) for of in _exact(kind, decimals is not None))


def _exact(kind: str, decimal: bool) -> tuple[Callable[[Sequence[float]], float], ...]:
    """Return the statistics that a number may be; a mean under the name of a sum only where it has decimals."""
    return _STATISTICS[kind] if kind != "sum" or decimal else (sum, len)


def _number_in(cell: str) -> float | None:
    """Return the number that a cell is, whichever mark its decimals have; None if it is none.

    Example:
        >>> _number_in("1.234,5"), _number_in("6"), _number_in("x")
        (1234.5, 6.0, None)
    """
    text = cell.strip()
    if not _NUMBER.fullmatch(text):
        return None
    text = re.sub(r"[\s'’%]", "", text)
    mark = max(text.rfind("."), text.rfind(","))
    if mark >= 0:
        text = re.sub("[.,]", "", text[:mark]) + "." + text[mark + 1 :]
    try:
        return float(text)
    except ValueError:
        return None

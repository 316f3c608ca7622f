"""The words by which a text beside a number is known to be a label of an answer, in the languages surveys come in."""

from __future__ import annotations

import functools
import re
import unicodedata

from npskit.arrays import lazy_pattern
from npskit.data.words import NO, YES

# "Recommend" in the languages surveys are most often asked in, and the score's own name.
RECOMMENDS = lazy_pattern(
    r"(?<![a-z])e?nps(?![a-z])|net.?promoter|recom+end|recommand|recomiend|raccomand|consigli|empfehl|polec|aanbevel|aanrad"
    r"|anbefal|rekommend|suosit|doporu[cč]|odporú[cč]|ajánl|recomand|tavsiye|рекоменд|порекоменд|συστήσ|แนะนำ|推荐|推薦|薦め"
    r"|勧め|すすめ|추천|أوصي|توصي|תמליץ|giới thiệu|merekomendasi",
    re.IGNORECASE,
)

# Parts of words that say how likely, good, easy or satisfied, or how much one agrees; whole words end in $.
_WORDS = """
likel satisf agree definite probab extreme not$ neutral neither never always excellent poor good$ bad$
great terribl awful fair$ average ok$ okay happy easy difficult best$ worst$ promoter detractor passive
very score rating rated lowest highest certain sure$ maybe perhaps possib moderate somewhat slightly hardly
wahrscheinlich zufrieden stimm sicher niemals immer gut$ schlecht ausgezeichnet mangelhaft keinesfalls
überhaupt bestimmt vielleicht sehr äußerst bewertung absolut keinen$ jeden$ prováve provave muito$
prawdopodob zadowol zgadzam zdecydowan raczej bardzo wcale nigdy zawsze dobr zły$ zła$ źle$ świetn fataln
ocena łatw trudn pewno nota$ note$ valutazione punteggio puntuación
accord jamais toujours bon$ mauvais plutôt fait$ très neutre facile acuerdo seguro
nunca siempre bueno malo muy$ nada$ soddisf molto niente waarschijnlijk tevreden zeer$ helemaal
sandsynlig sannolik nöjd tilfreds fornøyd mycket meget pravděpodob spokojen určitě memnun kesinlikle
olası çok$ hiç$ öneri вероятн довол соглас точно очень совсем никогда конечно พอใจ เห็นด้วย น่าจะ แน่นอน
ไม่ มาก ที่สุด เฉย ปานกลาง ดี แย่ คะแนน ง่าย ยาก 愿意 願意 满意 滿意 可能 同意 非常 完全 一般 不会 绝对
肯定 好 差 満足 思 全く とても 良い 悪い 普通 만족 의향 매우 전혀 그렇 보통 동의 hài rất không puas$
sangat mungkin tidak
"""
_UNITS = """
point points pt pts star stars heart hearts punkt punkte punkten stern sterne sternen pkt punkty punktów punktu
gwiazdka gwiazdki gwiazdek étoile étoiles punto puntos estrella estrellas punti stella stelle punten ster
sterren балл балла баллов คะแนน ดาว ดวง 点 點 分 점 점수 星 颗星 顆星 별점
"""
UNITS = "|".join(map(re.escape, sorted(_UNITS.split(), key=len, reverse=True)))
"""What a number of points is counted in, as a pattern."""
# What a text begins with that goes on about the number: "3 of them", "10 or more".
_GOES_ON = lazy_pattern(
    r"(?:of|or|and|to|out|than|times|von|oder|und|bis|mal|lub|albo|do|razy|z|ou|et|de|fois|o|y)(?!\w)", re.IGNORECASE
)
# Symbols that say what a number is, or that nobody wrote.
_NO_LABELS = frozenset("°℃℉\ufffd")
# Shorter parts stand at the beginning of a word: "bon" is in "carbon".
_ANYWHERE = 5


def _pattern(word: str) -> str:
    # letters of scripts without spaces stand anywhere
    short = len(word) < _ANYWHERE and word[0].lower() != word[0].upper()
    start = r"(?<!\w)" if short or word.endswith("$") else ""
    return f"{start}{re.escape(word[:-1])}(?!\\w)" if word.endswith("$") else f"{start}{re.escape(word)}"


_KNOWN = lazy_pattern("|".join(map(_pattern, _WORDS.split())), re.IGNORECASE)
_UNIT = lazy_pattern(rf"(?:{UNITS})[.!]*", re.IGNORECASE)


@functools.lru_cache(maxsize=4096)
def is_label(text: str) -> bool:
    """Whether a text is known to be a label of an answer: it says how likely, how good or how satisfied, or is a unit.

    Example:
        >>> [text for text in ("Extremely likely", "points", "⭐", "iPhone", "times", "Oct") if is_label(text)]
        ['Extremely likely', 'points', '⭐']
    """
    if _GOES_ON.match(text):
        return False
    if text.casefold() in YES or text.casefold() in NO:
        return True
    if _UNIT.fullmatch(text) or _KNOWN.search(text) or RECOMMENDS.search(text):
        return True
    return all(sign == " " or (unicodedata.category(sign) == "So" and sign not in _NO_LABELS) for sign in text)

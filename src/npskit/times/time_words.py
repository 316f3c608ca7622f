"""The words that stand in times: months, weekdays, halves of the day and zones, as people and tools write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping

# English, German, Polish (also as in "3 marca"), French, Thai, Spanish, Portuguese, Italian, Dutch, and Roman numbers;
# short names as the CLDR has them, without the point.
_MONTHS = """
january jan januar jänner stycznia styczeń sty janvier janv มกราคม มกรา ม.ค enero ene janeiro gennaio gen januari i
february feb februar feber lutego luty lut février févr fév กุมภาพันธ์ กุมภา ก.พ febrero fevereiro fev febbraio februari ii
march mar märz mär mrz maerz marca marzec mars มีนาคม มีนา มี.ค marzo março maart mrt iii
april apr kwietnia kwiecień kwi avril avr เมษายน เมษา เม.ย abril abr aprile iv
may mai maja maj พฤษภาคม พฤษภา พ.ค mayo maio maggio mag mei v
june jun juni czerwca czerwiec cze juin มิถุนายน มิถุนา มิ.ย junio junho giugno giu vi
july jul juli lipca lipiec lip juillet juil กรกฎาคม กรกฎา ก.ค julio julho luglio lug vii
august aug sierpnia sierpień sie août สิงหาคม สิงหา ส.ค agosto ago augustus viii
september sep sept września wrzesień wrz septembre กันยายน กันยา ก.ย septiembre setiembre set setembro settembre ix
october oct oktober okt października październik paź octobre ตุลาคม ตุลา ต.ค octubre outubro out ottobre ott x
november nov listopada listopad lis novembre พฤศจิกายน พฤศจิกา พ.ย noviembre novembro xi
december dec dezember dez grudnia grudzień gru décembre déc ธันวาคม ธันวา ธ.ค diciembre dic dezembro dicembre xii
"""
_WEEKDAYS = """
monday mon tuesday tues tue wednesday wed thursday thurs thur thu friday fri saturday sat sunday sun
montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so
poniedziałek pon pn wtorek wto wt środa śro śr czwartek czw cz piątek pią pt sobota sob niedziela niedz nie nd ndz
lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim
lunes martes miércoles mié jueves jue viernes vie sábado sáb domingo dom
segunda-feira terça-feira quarta-feira quinta-feira sexta-feira seg ter qua qui sex
lunedì martedì mercoledì giovedì gio venerdì sabato
maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo
จันทร์ จ อังคาร อ พุธ พ พฤหัสบดี พฤหัส พฤ ศุกร์ ศ เสาร์ ส อาทิตย์ อา
星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天
周一 周二 周三 周四 周五 周六 周日 週一 週二 週三 週四 週五 週六 週日
月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 月 火 水 木 金 土 日
월요일 화요일 수요일 목요일 금요일 토요일 일요일 월 화 수 목 금 토 일
"""
_MORNING = "am 上午 午前 早上 凌晨 오전 ก่อนเที่ยง π.μ. πμ vorm."
_EVENING = "pm 下午 午後 午后 中午 晚上 오후 หลังเที่ยง μ.μ. μμ nachm."
# What stands between a day and a time of day, or before either, and says nothing.
_FILLERS = "at um à às las alle ore kl. o godz. godz dnia den dem le am on the of de del uhr klo hrs roku r. t ,"
_FILLERS += " วันที่ ที่ เวลา น. เมื่อ"
# The abbreviations that mean one offset wherever surveys write them, by the hours that their clocks are ahead of UTC.
_ZONES = {-8: "pst", -7: "mst pdt", -6: "mdt", -5: "est cdt", -4: "edt", 0: "z utc gmt wet", 1: "cet mez west"}
_ZONES |= {
    2: "cest mesz eet sast",
    3: "eest msk eat",
    7: "ict wib",
    8: "hkt sgt awst",
    9: "jst kst",
    10: "aest",
    11: "aedt",
}
_ZONES |= {12: "nzst", 13: "nzdt", -10: "hst"}


def fold(text: str) -> str:
    """Return a text as the words here are written: small letters, plain digits and spaces, no invisible signs.

    Example:
        >>> fold("３/3/26, 2:05\u202fPM\u200e"), fold("๓ มี.ค. ๒๕๖๙")
        ('3/3/26, 2:05 pm', '3 มี.ค. 2569')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(_plain(sign) for sign in text)
    return " ".join(text.casefold().split())


def _plain(sign: str) -> str:
    kind = "" if sign.isascii() else unicodedata.category(sign)
    if kind == "Nd":
        return str(unicodedata.digit(sign))
    return "" if kind == "Cf" else "-" if kind == "Pd" or sign == "−" else "'" if sign == "’" else sign


def _spellings(word: str) -> set[str]:
    """Return the ways to write a word: also without accents, and Thai ones without points."""
    folded = fold(word)
    bare = "".join(s for s in unicodedata.normalize("NFD", folded) if not 0x300 <= ord(s) < 0x370)
    return {folded, bare, folded.replace(".", "") if "\u0e00" < folded[0] < "\u0e7f" else folded}


def _one_of(words: Iterable[str]) -> str:
    """Return a pattern of any of some words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


def _all(words: str) -> set[str]:
    return {spelling for word in words.split() for spelling in _spellings(word)}


MONTHS: Mapping[str, int] = {
    spelling: number for number, line in enumerate(_MONTHS.strip().splitlines(), 1) for spelling in _all(line)
}
MORNING = frozenset(_all(_MORNING))
OFFSETS = {zone: dt.timedelta(hours=hours) for hours, zones in _ZONES.items() for zone in zones.split()}
# Patterns, for folded text. A word ends where no letter follows; Thai and the like set no spaces.
_BEGIN, _END = r"(?<![^\W\d_])", r"(?![^\W\d_])"
MONTH = rf"{_BEGIN}({_one_of(MONTHS)}){_END}\.?"
HALF = rf"(?:[ap]\. ?m\.?|{_one_of(MORNING | _all(_EVENING))}){_END}"
WEEKDAY = rf"{_BEGIN}(?:วัน)?({_one_of(_all(_WEEKDAYS))})(?:ที่)?{_END}(?:\.,?|,|(?=[\s)])|$)"
FILLER = rf"(?<!\S)(?:a las?|{_one_of(fold(word) for word in _FILLERS.split())})(?!\S)"
ZONE = rf"(?:(?:{_one_of(OFFSETS)}){_END})?\s?[+-]\d{{1,2}}(?::?\d{{2}})?(?!\d)|(?:{_one_of(OFFSETS)}){_END}"
# Abbreviations that mean several offsets, by the place or the season.
SEVERAL_ZONES = rf"({_one_of(('ist', 'bst', 'cst', 'ast', 'sst', 'pt', 'et', 'ct', 'mt'))}){_END}"

"""How a text that is not UTF-8 is encoded, found out from what it would say in each encoding."""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

import attrs

# So many bytes of lines that are not ASCII are enough.
_SAMPLE = 1 << 12
# Another encoding must be so much likelier than Windows-1252 for a character, and a likely one at least so likely.
_MARGIN, _LATIN_MARGIN, _LIKELY = 0.15, 0.04, 0.35
# What charset-normalizer says is taken if it is so sure.
_SURE = 0.4
_NAMES: Mapping[str, str] = {
    "cp1252": "Windows-1252, Western Europe",
    "cp1250": "Windows-1250, Central Europe",
    "cp1251": "Windows-1251, Cyrillic",
    "koi8-r": "KOI8-R, Cyrillic",
    "cp1253": "Windows-1253, Greek",
    "cp1254": "Windows-1254, Turkish",
    "cp1255": "Windows-1255, Hebrew",
    "cp1256": "Windows-1256, Arabic",
    "cp874": "Windows-874, Thai",
    "mac_roman": "Mac Roman",
    "cp850": "code page 850, DOS",
    "cp932": "Shift-JIS, Japanese",
    "euc_jp": "EUC-JP, Japanese",
    "cp949": "EUC-KR, Korean",
    "gb18030": "GB 18030, Chinese",
    "big5": "Big5, Chinese",
}


@attrs.frozen
class _Candidate:
    """An encoding, the letters of texts in it, the most frequent of them in order, and how often it is met."""

    encoding: str
    letters: re.Pattern[str]
    frequent: str
    latin: bool = False
    bytes_each: int = 1
    prior: float = 1.0

    def weight(self, letter: str) -> float:
        """Return how well a letter shows that this is the encoding: 1 for the most frequent ones."""
        rank = self.frequent.find(letter.lower())
        if self.bytes_each == 2:
            return 1.0 if rank >= 0 else 0.65
        return 0.4 if rank < 0 else 1.0 if rank < 10 else 0.8 if rank < 20 else 0.6


def _latin(encoding: str, letters: str) -> _Candidate:
    both = letters + letters.upper().replace("SS", "")
    return _Candidate(encoding, re.compile(f"[{both}]"), re.sub("[õûţý]", "", letters), latin=True)


def _double(encoding: str, letters: str, frequent: str) -> _Candidate:
    # that pairs of bytes are letters at all says something
    return _Candidate(encoding, re.compile(f"[{letters}]"), frequent, bytes_each=2, prior=1.15)


# What is frequent in any text, and in surveys.
_JAPANESE = (
    "のにはをたがでてとしれさいるなもっかすらりくよまこきンスルトイラクリッーおめうあだ"
    "日付店舗東京大阪点数評価顧客満足理由良悪対応接料回答者推奨度"
)
_KOREAN = (
    "이다에의는을가고한로지기사도서하대어인시자아만수나리해정제부날짜매장추천향점객평스비직원친절좋요았습니감합배송느별"
    "족불우보통산울남강북"
)
_CHINESE = (
    "的一是不了在人有我他中大上到和子你地出道也年得就那要下以生自着去之家可服很好店"
    "日期推意客京北海上分反建非常慢快度工品量"
)

_CANDIDATES = (
    _latin("cp1252", "äöüßàâçéèêëîïôùûœñáíóúãõåøæ"),
    _latin("cp1250", "ąćęłńóśźżáéíúýčďěňřšťůžőűăâîşţäöüß"),
    _latin("cp1254", "çğıöşüâîûİ"),
    _latin("mac_roman", "äöüßàâçéèêëîïôùûœñáíóúãõåøæ"),
    _latin("cp850", "äöüßàâçéèêëîïôùûñáíóúãõåøæ"),
    _Candidate("cp1251", re.compile("[А-яЁёЄєІіЇїҐґЎў]"), "оеаинтсрвлкмдпуяыьгзбчйхжі"),
    _Candidate("koi8-r", re.compile("[А-яЁё]"), "оеаинтсрвлкмдпуяыьгзбчйхж"),
    _Candidate("cp1253", re.compile("[Ά-ώ]"), "αοιετσνηυρπκμλωςάόέίήύώ", prior=0.85),
    _Candidate("cp1255", re.compile("[א-ת]"), "יולאהמתרבנשדקםן"),
    _Candidate("cp1256", re.compile("[ء-ي]"), "المنيوتربةعدسفهكحق"),
    _Candidate("cp874", re.compile("[ก-ฮะ-ฺเ-ไๆ-์]"), "านรอกเงมยลวดทสตะปบคหแจพชขใไโผซถิี่้ั็ุูำ์"),
    _double("cp932", "ぁ-ヺー一-鿿々", _JAPANESE),
    _double("euc_jp", "ぁ-ヺー一-鿿々", _JAPANESE),
    _double("cp949", "가-힣", _KOREAN),
    _double("gb18030", "一-鿿", _CHINESE + "这来国个们为时过对务户评价荐愿门员产质价广圳满态馈议见"),
    _double("big5", "一-鿿", _CHINESE + "這來國個們為時過對務戶評價薦願門員產質價廣滿態饋議見"),
)
# Thai vowels and marks stand after a consonant, but those that are written before it.
_THAI = re.compile("[ก-ฮ]|(?<=[ก-ฮ่-์ัา])[ะาำๆ]|(?<=[ก-ฮ])[ัิ-ฺ็์]|(?<=[ก-ฮัิ-ฺ])[่-์ำ]|(?<=[่-๋])ำ|[เ-ไ](?=[ก-ฮ])|ๆ")
_MARKS = frozenset("’‘“”„‚–—…€°§«»£©®™• ·‹›№¿¡²³½×")


def found_encoding(sample: bytes) -> tuple[str, str]:
    """Return the likeliest encoding of a text that is not UTF-8, and what to say of it.

    Example:
        >>> found_encoding("Дата;Магазин".encode("cp1251"))[0], found_encoding("Größe;café".encode("cp1252"))[0]
        ('cp1251', 'cp1252')
        >>> found_encoding("おすすめ度".encode("cp932"))[0], found_encoding("Région;Île".encode("mac_roman"))[0]
        ('cp932', 'mac_roman')
    """
    likely = {one.encoding: _likelihood(sample, one) for one in _CANDIDATES}
    best = max(likely, key=lambda name: likely[name])
    latin = {one.encoding for one in _CANDIDATES if one.latin}
    hint = "pass encoding= if the text looks wrong"
    margin = _LATIN_MARGIN if best in latin else _MARGIN
    if likely[best] < max(likely["cp1252"] + margin, _LIKELY) or best == "cp1252":
        best = "cp1252"
        if likely[best] < _LIKELY:
            other, hint = _asked(sample, hint)
            best = other or best
    name = _NAMES.get(best, best)
    return best, f"The file is not UTF-8; it was read as {name} (encoding {best!r}) by what its text says: {hint}."


def sample_of(blocks: Iterable[bytes]) -> bytes:
    """Return lines of a text that are not ASCII, enough to tell how it is encoded."""
    found, size, rest = list[bytes](), 0, b""
    for block in blocks:
        lines = (rest + block).split(b"\n")
        rest = lines.pop()[-_SAMPLE:]
        for line in lines:
            if not line.isascii():
                found.append(line[:_SAMPLE])
                size += len(found[-1])
        if size > _SAMPLE:
            break
    return b"\n".join([*found, rest])[: 2 * _SAMPLE]


def _asked(sample: bytes, hint: str) -> tuple[str, str]:
    """Return what charset-normalizer says, and what it could say if it was there."""
    try:
        normalizer = importlib.import_module("charset_normalizer")
    except ImportError:
        return "", f'{hint}, or install charset-normalizer (pip install "npskit[files]"), which knows more encodings'
    found = normalizer.from_bytes(sample).best()
    sure = found is not None and found.coherence > _SURE and not found.encoding.startswith("utf")
    return (str(found.encoding) if sure else ""), hint


def _likelihood(sample: bytes, candidate: _Candidate) -> float:
    """Return how likely the characters beyond ASCII are in an encoding: 1 where they are frequent letters in place."""
    text = sample.decode(candidate.encoding, errors="replace")
    score, count = 0.0, 0
    judge: Callable[[str, str, str, _Candidate], float] = _in_latin if candidate.latin else _in_other
    for i, letter in enumerate(text):
        if letter.isascii():
            continue
        count += 1
        score += judge(text[i - 1 : i], letter, text[i + 1 : i + 2], candidate)
    return candidate.prior * score / max(count, 1)


def _in_latin(before: str, letter: str, after: str, candidate: _Candidate) -> float:
    """Return how likely a character is where Latin letters are written, mostly of ASCII."""
    if letter.islower() and after.isupper():
        return -0.5
    if letter in "¿¡" and not before.isalpha() and after.isalpha():
        return 0.8
    if letter in _MARKS:
        inside = before.isalpha() and after.isalpha() and letter not in "’‘·–"
        return -1.0 if inside or (before.isalpha() and letter in "³¿¡²½×§®©£") else 0.3
    if not candidate.letters.match(letter):
        return -1.0
    # capitals within a word, unless all of it is
    if letter.isupper() and before.isalpha() and before.islower():
        return -1.0
    alone = not (before.isascii() and before.isalpha()) and not (after.isascii() and after.isalpha())
    if alone:
        return {0: 0.1, 1: 0.5, 2: -0.4}[before.isalpha() + after.isalpha()]
    return 0.8 if letter in candidate.frequent else 0.6


def _in_other(before: str, letter: str, after: str, candidate: _Candidate) -> float:
    """Return how likely a character is where another script is written, whose words hold no letters of ASCII."""
    if letter in _MARKS or letter in "　、。「」！？（）：，；・":
        return 0.3 if candidate.bytes_each == 2 or letter in _MARKS else -1.0
    if not candidate.letters.match(letter):
        return -1.0
    if candidate.bytes_each == 2:
        rare = candidate.encoding in ("cp949", "gb18030", "euc_jp") and letter.encode(candidate.encoding)[1:2] < b"\x80"
        alone = before.isascii() and after.isascii()
        if rare and after.isascii() and after.islower():
            return -0.5  # Latin words in which two bytes happen to be one such letter: "łóżko"
        return 0.1 if rare or (alone and (before.isalnum() or after.isalnum())) else candidate.weight(letter)
    if (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha()):
        return -1.0
    if letter.isupper() and before.islower():
        return -1.0
    if candidate.encoding == "cp874" and not _THAI.match(before + letter + after, len(before)):
        return -1.0
    if not before.isalpha() and not after.isalpha() and unicodedata.category(after or " ") != "Mn":
        return 0.1  # a letter alone says little
    # texts in capitals throughout are rare
    return candidate.weight(letter) * (0.93 if letter.isupper() else 1.0)

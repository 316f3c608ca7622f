"""Words for nothing, and for yes and no in the languages that surveys come in: as exports have them, in any case."""

from __future__ import annotations

from npskit.checks import is_missing

NOTHING = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "-", "--", "–", "—", "."})
# Longer text that is not blank says something.
LONGEST_NOTHING = max(map(len, NOTHING))
_YES = """
true yes y t ja wahr tak prawda oui vrai sí si sì verdadero vero sim да はい 是 是的 네 예 evet ใช่ จริง
"""
_NO = """
false no n f nein falsch nie fałsz non faux falso não нет いいえ 否 不是 아니요 아니오 hayır ไม่ ไม่ใช่ เท็จ
"""
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())


def is_nothing(value: object) -> bool:
    """Whether a cell says nothing: it is missing, blank, or a word for it such as "n/a"; in every kind of column.

    Example:
        >>> [is_nothing(cell) for cell in (None, float("nan"), " ", "N/A", b"null", 0, "North")]
        [True, True, True, True, True, False, False]
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value.strip().casefold() in NOTHING
    return is_missing(value)

"""Encodings are found out from what a text says, however short, and said; `encoding=` overrides."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.reading import Loaded
from npskit.reading.text_encoding import found_encoding

Read = Callable[..., Loaded]
# Words of surveys and towns by encoding; of several encodings of one script that which has them is not always told.
WORDS = {
    "cp1252": "Größe Köln café très bien Île señor ¿cómo? coração Überraschung naïve “gut” Århus",
    "cp1250": "Łódź Kraków łóżko śniadanie świetna obsługa żółw źle polecę Příliš žluťoučký kůň vynikající służba",
    "cp1251": "Дата Магазин Порекомендуете Центр хорошо отлично спасибо плохо Київ ЮГ оценка",
    "koi8-r": "Дата Магазин Порекомендуете Центр хорошо отлично спасибо плохо оценка клиента",
    "cp874": "วันที่ สาขา คะแนน กรุงเทพ ความคิดเห็น ดีมาก บริการดี พนักงานสุภาพ เชียงใหม่ แนะนำ ไม่พอใจ",
    "cp932": "日付 店舗 おすすめ度 東京 大阪 とても良い コメント 推奨度 サービス 点数",
    "cp949": "날짜 매장 추천 의향 강남 부산 좋아요 서비스가 좋았습니다 직원 친절 배송",
    "gb18030": "日期 门店 推荐意愿 北京 上海 服务很好 客户评价 非常满意 快 质量",
    "mac_roman": "Région Île Évry très bien Größe café déjà señor naïve élève",
    "cp1253": "Ημερομηνία Κατάστημα καλή εξυπηρέτηση πελάτης",
    "cp1254": "Şehir İstanbul çok iyi teşekkürler Değerlendirme güzel ışık",
}


@pytest.mark.parametrize("encoding", WORDS)
@given(data=st.data())
def test_a_few_words_are_enough(encoding: str, data: st.DataObject) -> None:
    """Words with more than six letters beyond ASCII, in any order, between numbers and dates, give their encoding."""
    known = WORDS[encoding].split()
    words = data.draw(
        st.lists(st.sampled_from(known), min_size=3, max_size=9, unique=True).filter(
            lambda some: sum(not c.isascii() for c in "".join(some)) > 6
        )
    )
    text = "nps,2026-03-01\n" + "\n".join(f"{word},{i}" for i, word in enumerate(words))
    assert found_encoding(text.encode(encoding))[0] == encoding


@pytest.mark.parametrize("encoding", ["cp1250", "cp1251", "cp874", "cp932", "cp949", "gb18030", "mac_roman"])
def test_files_are_read_as_they_are_written(read: Read, encoding: str) -> None:
    """Cells and names come out as they went in, the report says how, and an encoding that is given is obeyed."""
    words = WORDS[encoding].split()
    text = "nps;" + words[0] + "\n" + "".join(f"{i};{word}\n" for i, word in enumerate(words))
    found = read(text.encode(encoding))
    assert (found.report.encoding, found.columns[words[0]].tolist()) == (encoding, words)
    assert f"(encoding {encoding!r})" in found.report.notes[0]
    given = read(text.encode(encoding), encoding="latin-1")
    assert given.report.encoding == "latin-1"
    assert words[0] not in given.columns


def test_charset_normalizer_is_asked_where_nothing_is_likely(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is believed where it is sure; where it is not installed, the note says that it knows more."""
    unlikely = b"a \x8d b \x90 c \x9d d " * 3
    for coherence, found in ((0.9, "cp855"), (0.1, "cp1252")):
        best = SimpleNamespace(encoding="cp855", coherence=coherence)
        fake = SimpleNamespace(from_bytes=lambda _, best=best: SimpleNamespace(best=lambda: best))
        monkeypatch.setitem(sys.modules, "charset_normalizer", fake)
        assert found_encoding(unlikely)[0] == found
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)
    encoding, note = found_encoding(unlikely)
    assert encoding == "cp1252"
    assert 'pip install "npskit[files]"' in note

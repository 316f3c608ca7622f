"""Words for yes and no, in the languages that letters come in: as columns of exports have them, in lower case."""

from __future__ import annotations

YES = frozenset({"true", "yes", "y", "1", "1.0", "t", "ja", "wahr", "tak", "prawda", "ใช่", "จริง"})
NO = frozenset({"false", "no", "n", "0", "0.0", "f", "nein", "falsch", "nie", "fałsz", "ไม่", "ไม่ใช่", "เท็จ"})

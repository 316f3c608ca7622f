"""Labels of sampling units as JSON has them: text, numbers and dates come back as what they were."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.results import checked, damaged, get, get_each

# What labels of each kind are kept as; dates keep their unit.
_KEPT = {"i": "int64", "u": "uint64", "f": "float64", "b": "bool", "U": "str"}


def labels_record(labels: NDArray[Any]) -> dict[str, Any]:
    """Return labels, shape `(P,)`, as texts with what they are.

    Example:
        >>> labels_record(np.array([2.5, 10.0]))
        {'of': 'float64', 'labels': ['2.5', '10.0']}
    """
    of = _KEPT.get(labels.dtype.kind, labels.dtype.name)
    return {"of": of, "labels": labels.astype(of).astype(str).tolist()}


def read_labels(record: dict[str, Any], name: str) -> NDArray[Any]:
    """Return the labels in a part of a text, shape `(P,)`.

    Raises:
        InvalidValueError: If they are not as `labels_record` gives them.
    """
    part = get(record, name, dict)
    of = checked(part.get("of"), name, part.get("of") in _KEPT.values() or _is_dates(part.get("of")))
    texts = get_each(part, "labels", lambda text: checked(text, name, isinstance(text, str)))
    try:
        if of == "bool":
            return np.array([("False", "True").index(text) for text in texts], dtype=np.bool_)
        found = np.array(texts, dtype=str).astype(of)
    except (ValueError, OverflowError, TypeError):
        raise damaged(name) from None
    return np.asarray(checked(found, name, found.astype(str).tolist() == texts))


def _is_dates(of: Any) -> bool:
    return isinstance(of, str) and re.fullmatch(r"datetime64\[\w+\]", of) is not None

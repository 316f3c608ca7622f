"""A model of the user's own: a function from texts to labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from npskit.data import fold
from npskit.errors import InvalidTypeError, InvalidValueError, counted, failed, quoted

SET_ASIDE = {
    "spam": "spam", "advertising": "spam", "bot": "spam",
    "noise": "noise", "gibberish": "noise", "test": "noise",
    "irrelevant": "irrelevant",
}  # fmt: skip
"""The labels that set a comment aside, without regard to case, and as what; any other keeps it."""


@runtime_checkable
class Classifier(Protocol):
    """A function from texts to labels, one for each text; None or an empty text where there is nothing to say.

    Any model will do: a list comprehension, a pipeline of scikit-learn's (`lambda texts: list(model.predict(texts))`),
    or a call of a service. It is asked once, with each distinct comment.
    """

    def __call__(self, texts: list[str], /) -> Sequence[str | None]:
        """Return the label of each text."""


def classified(texts: Sequence[str], classifier: Classifier, name: str) -> list[str | None]:
    """Return the label of each of some texts, without blanks around it; None where there is none.

    Args:
        texts: The texts.
        classifier: The function; each distinct text is given to it once.
        name: The argument that it came as, for messages.

    Raises:
        InvalidTypeError: If it returns anything but texts and None.
        InvalidValueError: If it fails, or returns more or fewer labels than it got texts.

    Example:
        >>> shouts = lambda texts: ["spam" if text.isupper() else "" for text in texts]
        >>> classified(["BUY", "Thanks", "BUY"], shouts, "classifier")
        ['spam', None, 'spam']
    """
    distinct = list(dict.fromkeys(texts))
    try:
        labels = list(classifier(distinct)) if distinct else []
    except Exception as error:
        raise failed(f"{name} failed", error) from error
    if len(labels) != len(distinct):
        raise InvalidValueError(
            f"{name} must return a label for each text: got {counted(len(labels), 'label')} for {len(distinct)}"
        )
    for label in labels:
        if not isinstance(label, str | None):
            raise InvalidTypeError(f"{name} must return texts, or None to keep a response: got {quoted(label)}")
    known = {text: (label or "").strip() or None for text, label in zip(distinct, labels, strict=True)}
    return [known[text] for text in texts]


def aside_as(label: str | None) -> str | None:
    """Return what a label sets a comment aside as; None for one that keeps it."""
    return None if label is None else SET_ASIDE.get(fold(label))

"""What says one thing of a comment: patterns, and phrases that take them back."""

from __future__ import annotations

import attrs

from npskit.checks import is_bool
from npskit.comments.patterns import Lists, are_patterns, as_patterns, check_all

SIGNS = (
    "spam", "promotion", "nothing", "off_topic", "service", "leaving", "staying", "blameless", "buying", "problem",
    "request", "errand", "proposal", "asking", "rhetorical", "good", "bad", "contrast", "sarcasm",
    "faint_good", "faint_bad",
)  # fmt: skip
"""What a sign can say; `triage.toml` explains them."""


@attrs.frozen
class CommentSign:
    """What says one thing of a comment.

    Args:
        patterns: What says so; see `UrgencyWords` for how they are written.
        unless: Harmless neighbours: a pattern that such a phrase touches says nothing.
        negatable: Whether words for "not" before a pattern take its meaning away.

    Raises:
        InvalidTypeError: If patterns are no texts.
    """

    patterns: tuple[str, ...] = attrs.field(default=(), converter=as_patterns, validator=are_patterns)
    unless: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    negatable: bool = attrs.field(default=True, kw_only=True, validator=is_bool)

    def extended(self, more: CommentSign) -> CommentSign:
        """Return it with the patterns and neighbours of another; the other says whether it is negatable."""
        return CommentSign(
            (*self.patterns, *more.patterns), unless=(*self.unless, *more.unless), negatable=more.negatable
        )

    def check(self, lists: Lists, name: str) -> None:
        """Refuse patterns that cannot be read."""
        check_all(self.patterns, lists, name)
        check_all(self.unless, lists, f"{name}.unless")

"""One theme of a list: the words that mention it."""

from __future__ import annotations

import attrs

from npskit.checks import is_bool, is_string_or_none, is_text
from npskit.comments.patterns import are_patterns, as_patterns


@attrs.frozen
class Theme:
    """Something that comments are about.

    Args:
        name: What it is called.
        patterns: The words that mention it, as for `npskit.UrgencyWords`: `charg*`, `arm/leg`, `<list>`, gaps `~3`.
        unless: Phrases that do not mention it although they have its words: `"room for improvement"`.
        part_of: The theme that it is part of, which is mentioned wherever this one is.
        negatable: Whether words for "not" before a pattern take the mention away; else "no noise" is about noise.

    Raises:
        InvalidTypeError: If a part cannot be used.

    Example:
        >>> from npskit.comments.themes import ThemeList
        >>> noise = Theme("noise", patterns=["nois*", "loud*"], unless=["loud and clear"])
        >>> ThemeList([noise])("So LOUD!")
        ('noise',)
    """

    name: str = attrs.field(validator=is_text)
    patterns: tuple[str, ...] = attrs.field(default=(), converter=as_patterns, validator=are_patterns)
    unless: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    part_of: str | None = attrs.field(default=None, kw_only=True, validator=is_string_or_none)
    negatable: bool = attrs.field(default=False, kw_only=True, validator=is_bool)

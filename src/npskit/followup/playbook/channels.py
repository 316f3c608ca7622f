"""Channels by their everyday names: what limits, conditions and publicness go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from npskit.data import Attributes, fold
from npskit.errors import InvalidTypeError, InvalidValueError, quoted

KINDS: Mapping[str, tuple[str, ...]] = {
    "email": ("e-mail", "mail"),
    "chat": ("live chat", "whatsapp", "messenger", "messages"),
    "phone": ("call", "telephone", "hotline"),
    "social": ("social media", "twitter", "x", "facebook", "instagram", "linkedin"),
}
"""Other names of channels. Case, spaces, hyphens and points do not matter: `"Live-Chat"` is a live chat."""

REVIEWS = ("review", "trustpilot", "tripadvisor", "yelp", "google play", "app store", "booking.com")
"""Whatever has one of these in its name is a review, which others can read."""

_JOINTS = re.compile(r"[\s._-]+")


def _bare(name: str) -> str:
    """Return a name as it is looked up."""
    return _JOINTS.sub("", name.casefold())


_NAMES = {_bare(name): kind for kind, names in KINDS.items() for name in names}
_SITES = re.compile("|".join("(?<!p)" * (site == "review") + re.escape(_bare(site)) for site in REVIEWS))


def kind_of(channel: object, own: Mapping[str, str] | None = None) -> str | None:
    """Return what kind of channel a name means: itself, without regard to case, where it is no other name of one.

    Args:
        channel: What the channel is called; anything but a text is no channel.
        own: Names of your own, which come first; see `as_channels`.

    Example:
        >>> kind_of("E-Mail"), kind_of("WhatsApp"), kind_of("Google Play"), kind_of("SMS"), kind_of(None)
        ('email', 'chat', 'review', 'sms', None)
        >>> kind_of("Kundenportal", {"kundenportal": "app"})
        'app'
    """
    if not isinstance(channel, str):
        return None
    bare = _bare(channel)
    if own and bare in own:
        meant = own[bare]
        # A name that is said to be itself is one of its own, whatever it is called elsewhere.
        return fold(meant) if _bare(meant) == bare else kind_of(meant)
    if bare in _NAMES:
        return _NAMES[bare]
    return "review" if _SITES.search(bare) else fold(channel)


def as_channels(value: Any) -> Attributes:
    """Return names of your own for channels, checked, as they are looked up.

    Raises:
        InvalidTypeError, InvalidValueError: If they are no mapping from texts to texts; the message names the key.
    """
    if not isinstance(value, Mapping):
        got = quoted(value)
        raise InvalidTypeError(f"channels must map names to channels, such as {{'kundenportal': 'app'}}: got {got}")
    for name, meant in value.items():
        if not isinstance(name, str) or not isinstance(meant, str):
            raise InvalidTypeError(f"channels.{name} must be the name of a channel, such as 'app': got {quoted(meant)}")
        if not _bare(name) or not _bare(meant):
            raise InvalidValueError(f"channels.{name} must name a channel, such as 'app': got {quoted(meant)}")
    return Attributes({_bare(name): meant for name, meant in value.items()})

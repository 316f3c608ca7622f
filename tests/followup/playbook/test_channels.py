"""Channels by their everyday names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.playbook.channels import KINDS, REVIEWS, as_channels, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("E-Mail", "email"),
        ("mail", "email"),
        (" EMAIL ", "email"),
        ("Live Chat", "chat"),
        ("live-chat", "chat"),
        ("WhatsApp", "chat"),
        ("SMS", "sms"),
        ("Hotline", "phone"),
        ("X", "social"),
        ("LinkedIn", "social"),
        ("Google Reviews", "review"),
        ("Google Play", "review"),
        ("googleplay", "review"),
        ("App Store (iOS)", "review"),
        ("booking.com", "review"),
        ("preview", "preview"),
        ("Box", "box"),
        ("mailing list", "mailing list"),
        ("", ""),
        (None, None),
        (3, None),
    ],
)
def test_everyday_names(name: Any, kind: str | None) -> None:
    """Every name means what people mean by it; what is no other name of a channel is itself."""
    assert kind_of(name) == kind


@given(st.sampled_from([(name, kind) for kind, names in KINDS.items() for name in (kind, *names)]), st.data())
def test_spelling_does_not_matter(named: tuple[str, str], data: st.DataObject) -> None:
    """Case, spaces and hyphens do not matter, and a kind is its own name."""
    name, kind = named
    spelled = data.draw(st.sampled_from([name.upper(), name.title(), f" {name} ", name.replace(" ", "_")]))
    assert kind_of(spelled) == kind_of(kind) == kind


@given(st.sampled_from(REVIEWS), st.text(" abc", max_size=5))
def test_review_sites(site: str, around: str) -> None:
    """Whatever has the name of a review site in it is a review."""
    assert kind_of(f"{around} {site.title()} {around}") == "review"


def test_names_of_your_own() -> None:
    """Names of your own go before all others, may be other names themselves, and can take an everyday name back."""
    own = as_channels({"Kunden-Portal": "app", "Filiale": "E-Mail", "Facebook": "facebook", "yelp": "letter"})
    names = ["kundenportal", "FILIALE", "facebook", "Yelp", "twitter"]
    assert [kind_of(name, own) for name in names] == ["app", "email", "facebook", "letter", "social"]


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (["app"], InvalidTypeError, "channels must map names to channels"),
        ({"portal": 3}, InvalidTypeError, "channels.portal must be the name of a channel"),
        ({"portal": " "}, InvalidValueError, "channels.portal must name a channel"),
        ({"-": "app"}, InvalidValueError, "channels.- must name a channel"),
    ],
)
def test_wrong_names(value: Any, error: type[Exception], words: str) -> None:
    """What cannot be used is refused, naming it."""
    with pytest.raises(error, match=words):
        as_channels(value)

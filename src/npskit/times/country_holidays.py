"""The public holidays of countries, from the package `holidays`."""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import Any

from npskit.errors import InvalidValueError, optional, quoted
from npskit.times.zones import WEEKDAYS

_COUNTRY = re.compile(r"\s*([A-Z]{2})(?:-([A-Za-z0-9 ]{1,20}))?\s*")
_YEARS = range(1990, 2051)


def is_country(text: str) -> bool:
    """Whether a text is a country or a part of one by its code, rather than a date.

    Example:
        >>> is_country("DE-BY"), is_country("2026-12-25")
        (True, False)
    """
    return _COUNTRY.fullmatch(text) is not None


@functools.lru_cache(maxsize=32)
def country_holidays(code: str) -> tuple[dt.date, ...]:
    """Return the public holidays from 1990 to 2050 of a country, `"PL"`, or of a part of it, `"DE-BY"` (ISO 3166).

    Raises:
        InvalidValueError: If there is no such country or part, as far as the package knows.
        MissingDependencyError: If the package is not installed.
    """
    return tuple(sorted(_found(code)))


def country_weekend(code: str) -> tuple[str, ...]:
    """Return the days of the week that are off in a country; see `country_holidays`."""
    return tuple(WEEKDAYS[day] for day in sorted(_found(code).weekend))


def _found(code: Any) -> Any:
    """Return what the package knows of a country."""
    holidays = optional("holidays", f"holidays={quoted(code)} instead of dates", "holidays")
    found = _COUNTRY.fullmatch(code) if isinstance(code, str) else None
    if found is None:
        raise InvalidValueError(f"country must be a code such as 'PL' or 'DE-BY': got {quoted(code)}")
    country, part = found.groups()
    try:
        return holidays.country_holidays(country, subdiv=part, years=_YEARS)
    except (NotImplementedError, KeyError) as error:
        raise InvalidValueError(f"holidays: {quoted(code)} is no country or part that is known: {error}") from None

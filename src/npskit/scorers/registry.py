"""Scorers by name: the built-in ones, those registered here, and those of installed packages.

A package offers its scorer under an entry point of the group `npskit.scorers`, in its pyproject.toml:

    [project.entry-points."npskit.scorers"]
    thumbs = "my_package:Thumbs"

Packages are searched only for a name that npskit itself does not know, and imported only when their own scorer is asked
for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from npskit.errors import InvalidTypeError, InvalidValueError, NpskitError, did_you_mean, quoted
from npskit.scorers.base import Scorer, codebook_of
from npskit.scorers.ces import CES
from npskit.scorers.csat import CSAT
from npskit.scorers.nps import NPS
from npskit.scorers.retention import Retention
from npskit.scorers.sci import SCI

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "npskit.scorers"
_factories: dict[str, Callable[..., Any]] = {"nps": NPS, "sci": SCI, "csat": CSAT, "ces": CES, "retention": Retention}


class PluginError(NpskitError, ImportError):
    """A scorer offered by an installed package that cannot be loaded, or is not a scorer."""


def register(name: str, factory: Callable[..., Scorer], *, replace: bool = False) -> None:
    """Make a scorer available under a name, in this process.

    Args:
        name: The name; upper and lower case are the same.
        factory: What makes the scorer from keyword options, such as its class.
        replace: Whether it may take the place of another, also of a built-in one.

    Raises:
        InvalidTypeError: If `name` is not a text or `factory` cannot be called.
        InvalidValueError: If the name is empty, or taken and not to be replaced.

    Example:
        >>> register("star nps", lambda: NPS((1, 5), detractor=3, promoter=5), replace=True)
        >>> get_scorer("star nps")
        NPS(scale=Scale(1, 5), detractor=3, promoter=5)
    """
    key = _folded(name)
    if not callable(factory):
        raise InvalidTypeError(f"factory must make the scorer when called, such as its class: got {quoted(factory)}")
    if not key:
        raise InvalidValueError(f"name must not be empty: got {quoted(name)}")
    if key in _factories and not replace:
        raise InvalidValueError(
            f"a scorer named {key!r} is already registered; choose another name or say replace=True"
        )
    _factories[key] = factory


def get_scorer(name: str, /, **options: Any) -> Scorer:
    """Return the scorer of a name, made with the options given.

    Registered and built-in scorers take precedence over those of installed packages.

    Args:
        name: One of `available()`; upper and lower case are the same.
        options: Keyword arguments of the scorer, such as `scale=(1, 10)`.

    Raises:
        InvalidTypeError: If `name` is not a text, or the scorer has no such option.
        InvalidValueError: If there is no scorer of this name.
        PluginError: If the package that offers it is broken; the message names the package.

    Example:
        >>> get_scorer("csat", scale=(1, 10), top=8)
        CSAT(scale=Scale(1, 10), top=8)
        >>> get_scorer("npz")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: no scorer named 'npz'; did you mean 'nps'?
    """
    key = _folded(name)
    if key in _factories:
        return _make(key, _factories[key], options)
    points = _offered().get(key)
    if not points:
        raise InvalidValueError(f"no scorer named {quoted(name)}; {did_you_mean(name, available())}")
    return _make_offered(key, points, options)


def available() -> tuple[str, ...]:
    """Return the names of all scorers, sorted; packages that offer one are named without being imported.

    Example:
        >>> {"nps", "sci", "csat", "ces", "retention"} <= set(available())
        True
    """
    return tuple(sorted({*_factories, *_offered()}))


def _folded(name: object) -> str:
    """Return a name as it is kept."""
    if not isinstance(name, str):
        raise InvalidTypeError(f"name must be a text such as 'nps', not {quoted(name)}")
    return name.strip().casefold()


def _offered() -> dict[str, list[EntryPoint]]:
    """Return the entry points of installed packages by name; a package found twice on the path counts once."""
    from importlib.metadata import entry_points

    found: dict[str, dict[tuple[str, str], EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(_folded(point.name), {})[_package(point), point.value] = point
    return {name: list(points.values()) for name, points in found.items()}


def _package(point: EntryPoint) -> str:
    """Return the name of the package an entry point belongs to."""
    return point.dist.name if point.dist else "an unnamed package"


def _make_offered(key: str, points: list[EntryPoint], options: Mapping[str, Any]) -> Scorer:
    """Import what a package offers and make its scorer; whatever goes wrong there is told with the package's name."""
    if len(points) > 1:
        packages = ", ".join(f"{_package(point)} ({point.value})" for point in points)
        raise PluginError(f"several packages offer a scorer named {key!r}: {packages}; register the one you mean")
    (point,) = points
    try:
        factory = point.load()
    except Exception as error:
        raise PluginError(_blame(key, point, "cannot be loaded", error)) from error
    if not callable(factory):
        raise PluginError(_blame(key, point, "cannot be made", f"it must be callable: {quoted(factory)}"))
    try:
        return _make(key, factory, options)
    except _OptionError:
        raise
    except Exception as error:
        raise PluginError(_blame(key, point, "cannot be made", error)) from error


def _blame(key: str, point: EntryPoint, what: str, why: object) -> str:
    """Return the message about a broken package."""
    reason = f"{type(why).__name__}: {why}" if isinstance(why, Exception) else why
    return f"scorer {key!r} of package {_package(point)!r} ({point.value}) {what}: {reason}"


class _OptionError(InvalidTypeError):
    """The options given are not those of the scorer: the caller's mistake, not the package's."""


def _make(key: str, factory: Callable[..., Any], options: Mapping[str, Any]) -> Scorer:
    """Call a factory with options it takes, and return the scorer it makes, checked to be one."""
    known = inspect.signature(factory).parameters
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        for option in options:
            if option not in known:
                raise _OptionError(f"scorer {key!r} has no option {option!r}; {did_you_mean(option, known)}")
    scorer: Scorer = factory(**options)
    codebook_of(scorer)
    return scorer

"""What reading a file found, under the name of the method that writes the report: `survey.report.notes`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])


def with_file_attributes(method: Method) -> Method:
    """Return a method of surveys that has, on a survey, the attributes of its `file_report` besides.

    Example:
        >>> class Read:
        ...     file_report = range(3)
        ...
        ...     @with_file_attributes
        ...     def report(self, path):
        ...         return path
        >>> survey = Read()
        >>> survey.report("a.html"), survey.report.stop
        ('a.html', 3)
    """
    return cast(Method, _Described(method))


class _Described:
    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method
        self.__doc__, self.__name__ = method.__doc__, method.__name__

    def __get__(self, survey: Any, _kind: type | None = None) -> Any:
        return self._method if survey is None else _Bound(functools.partial(self._method, survey), survey)


class _Bound:
    def __init__(self, write: Callable[..., Any], survey: Any) -> None:
        self._write, self._survey = write, survey
        self.__doc__ = write.func.__doc__ if isinstance(write, functools.partial) else None

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._write(*args, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = self._survey.file_report
        if found is None:
            raise AttributeError(f"report has no {name!r}: the survey was bound to data, and not read from a file")
        return getattr(found, name)

    def __repr__(self) -> str:
        return repr(self._survey.file_report or self._write)

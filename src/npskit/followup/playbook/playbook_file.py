"""Playbooks as TOML: read, and checked so that every objection names the file, the line and the fix."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import attrs

from npskit.comments.patterns import UrgencyWords
from npskit.data import Attributes, Path, TomlReader
from npskit.errors import InvalidValueError, NpskitError, did_you_mean, quoted, with_article
from npskit.followup.playbook.channels import as_channels
from npskit.followup.playbook.complaints import ComplaintWords
from npskit.followup.playbook.due import DueTimes
from npskit.followup.playbook.points import Points
from npskit.followup.playbook.rules import Conditions, Rule, Team
from npskit.followup.playbook.steps import Action, Offer
from npskit.scorers import CSAT, NPS, SCI, Retention
from npskit.times import BusinessCalendar

_SECTIONS = (
    *("name", "categories", "channels", "due", "points", "urgency", "complaints"),
    *("actions", "offers", "team", "rule"),
)
_Part = TypeVar("_Part")


def read_playbook(source: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the parts of the playbook at a path, or of a text of more than one line.

    Raises:
        InvalidValueError: If it is no valid playbook; the message names the file, the line and the fix.
    """
    if isinstance(source, str) and not source.strip():
        raise InvalidValueError("the playbook is empty: give the path of a TOML file, or the text of one")
    if isinstance(source, str) and "\n" in source:
        return parse_playbook(source, "playbook")
    return _PlaybookReader.of_file(source).parts()


def parse_playbook(text: str, name: str) -> dict[str, Any]:
    r"""Return the parts of the playbook that a text describes, by the names of the arguments of `Playbook`.

    Args:
        text: TOML; `default_playbook.toml` says how it is written.
        name: What error messages call the text.

    Raises:
        InvalidValueError: If it is no valid playbook; the message names `name`, the line and the fix.

    Example:
        >>> parse_playbook('[actions.thank]\n[[rule]]\nname = "all"\nactions = ["tank"]', "mine.toml")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: mine.toml, line 4: no action 'tank' in [actions]; did you mean 'thank'?
    """
    return _PlaybookReader(text, name).parts()


class _PlaybookReader(TomlReader):
    """Reads the parts of a playbook in a document."""

    what = "playbook"
    objection = InvalidValueError

    def parts(self) -> dict[str, Any]:
        """Return the parts of the playbook."""
        document = self.document
        self.known((), document, _SECTIONS)
        self.actions = {name: self.action(("actions", name), name, table) for name, table in self.tables("actions")}
        self.offers = {name: self.offer(("offers", name), name, table) for name, table in self.tables("offers")}
        self.categories = (*NPS.categories, *SCI.categories, *CSAT.categories, *Retention.categories, *self.own())
        due, points = self.due(), self.build((), "points", document, Points)
        urgency = self.urgency()
        complaints = self.build((), "complaints", document, ComplaintWords)
        teams = [self.team(("team", i), table) for i, table in self.repeated("team")]
        rules = [self.rule(("rule", i), table) for i, table in self.repeated("rule")]
        if not rules:
            self.fail((), "there are no rules: write at least one [[rule]]")
        self.distinct([rule.name for rule in rules])
        name = document.get("name", self.name)
        if not isinstance(name, str):
            self.fail(("name",), f"name must be a text: got {quoted(name)}")
        parts = {"strategies": rules, "due": due, "points": points, "urgency": urgency, "teams": teams}
        parts["complaints"] = complaints
        return parts | {"channels": self.channels(), "name": name}

    # ---- parts ----

    def action(self, path: Path, name: str, table: dict[str, Any]) -> Action:
        """Return an action of the catalog, or a changed one of a rule."""
        self.known(path, table, ("after", "minutes", "needs_offer", "amount"))
        with self.at(path):
            return Action(name, **table)

    def offer(self, path: Path, name: str, table: dict[str, Any]) -> Offer:
        """Return an offer of the catalog."""
        self.known(path, table, ("amount", "share", "cap", "step", "worth_to_customer", "worth_to_friend"))
        if "step" in table:
            self.chosen((*path, "step"), table["step"], self.actions, "action")
        with self.at(path):
            return Offer(name, **table)

    def due(self) -> DueTimes:
        """Return the due times."""
        table = dict(self.table(self.document, "due", ()))
        self.known(("due",), table, _names(DueTimes))
        for part in ("channel", "category", "urgency", "calendar"):
            if part in table:
                self.table(table, part, ("due",))
        for category in table.get("category", {}):
            self.category(("due", "category", category), category)
        if "calendar" in table:
            table["calendar"] = self.build(("due",), "calendar", table, BusinessCalendar)
        with self.at(("due",)):
            return DueTimes(**table)

    def urgency(self) -> UrgencyWords:
        """Return the patterns of urgent comments: those of a file, with those that stand here."""
        table = self.table(self.document, "urgency", ())
        if "file" not in table:
            return self.build((), "urgency", self.document, UrgencyWords)
        self.known(("urgency",), table, ("file", "critical", "urgent"))
        file = table["file"]
        if not isinstance(file, str):
            self.fail(("urgency", "file"), f'file must be a path, or "default": got {file!r}')
        with self.at(("urgency",)):
            words = UrgencyWords.default() if file == "default" else UrgencyWords.from_toml(self.folder / file)
            return attrs.evolve(words, **{name: value for name, value in table.items() if name != "file"})

    def channels(self) -> Attributes:
        """Return names of one's own for channels."""
        table = self.table(self.document, "channels", ())
        for name in table:
            with self.at(("channels", name)):
                as_channels({name: table[name]})
        return as_channels(table)

    def team(self, path: Path, table: dict[str, Any]) -> Team:
        """Return a team."""
        self.known(path, table, ("name", "when"))
        self.require(path, table, "name")
        when = self.conditions(path, table)
        with self.at(path):
            return Team(table["name"], when=when)

    def rule(self, path: Path, table: dict[str, Any]) -> Rule:
        """Return a rule."""
        self.known(path, table, _names(Rule))
        self.require(path, table, "name")
        read = dict(table)
        read["when"] = self.conditions(path, table)
        read["actions"] = [self.step(p, item) for p, item in self.items(path, table, "actions")]
        if not read["actions"]:
            self.fail(path, 'a rule without actions says nothing of what to do; write actions = ["..."]')
        read["offers"] = [self.chosen(p, item, self.offers, "offer") for p, item in self.items(path, table, "offers")]
        with self.at(path):
            return Rule(read.pop("name"), **read)

    def step(self, path: Path, item: Any) -> Action:
        """Return a step of a rule: the name of an action, or a table that changes it."""
        if not isinstance(item, dict):
            return self.chosen(path, item, self.actions, "action")
        self.known(path, item, ("name", "after", "minutes", "needs_offer", "amount"))
        self.require(path, item, "name")
        found = self.chosen((*path, "name"), item["name"], self.actions, "action")
        changed = self.action(path, found.name, {key: value for key, value in item.items() if key != "name"})
        return attrs.evolve(found, **{key: getattr(changed, key) for key in item if key != "name"})

    def chosen(self, path: Path, name: Any, known: Mapping[str, _Part], kind: str) -> _Part:
        """Return what a name stands for in a catalog."""
        if not isinstance(name, str):
            self.fail(path, f"write the name of {with_article(kind)} of [{kind}s]: got {quoted(name)}")
        if name not in known:
            self.fail(path, f"no {kind} {quoted(name)} in [{kind}s]; {did_you_mean(name, known)}")
        return known[name]

    def conditions(self, path: Path, table: dict[str, Any]) -> Conditions:
        """Return the conditions of a rule or a team."""
        given = self.with_columns(path, self.table(table, "when", path))
        for key, value in given.items():
            if value == []:
                self.fail((*path, "when", key), f"{key} is an empty list, which nothing fulfills; name one, or drop it")
        wanted = given.get("category", ())
        for category in wanted if isinstance(wanted, list) else [wanted]:
            if isinstance(category, str):
                self.category((*path, "when", "category"), category)
        return self.build(path, "when", {"when": given}, Conditions)

    def with_columns(self, path: Path, given: dict[str, Any]) -> dict[str, Any]:
        """Return conditions of which those that are none of a playbook's are on columns of that name.

        What is written almost like one of a playbook's is a mistake: on a column of such a name, write
        `columns = { ... }`.
        """
        known = _names(Conditions)
        others = {key: value for key, value in given.items() if key not in known}
        for key in others:
            if difflib.get_close_matches(key.casefold(), known, cutoff=0.8):
                self.known((*path, "when"), {key: None}, known)
        if not others:
            return given
        own = self.table(given, "columns", (*path, "when"))
        return {key: value for key, value in given.items() if key in known} | {"columns": {**own, **others}}

    def own(self) -> list[str]:
        """Return the names of categories of scorers of one's own."""
        own = self.document.get("categories", [])
        if not isinstance(own, list) or not all(isinstance(name, str) for name in own):
            self.fail(("categories",), f"categories must be a list of texts: got {quoted(own)}")
        return own

    def category(self, path: Path, name: str) -> None:
        """Refuse a category that nobody knows: its rule would never apply."""
        if name not in self.categories:
            close = did_you_mean(name, self.categories)
            fix = f"if your own scorer has it, write categories = [{quoted(name)}] at the top"
            self.fail(path, f"no scorer has the category {quoted(name)}; {close}; {fix}")

    # ---- tools ----

    def build(self, path: Path, key: str, table: dict[str, Any], kind: type[_Part]) -> _Part:
        """Return the object a sub-table describes, by its fields."""
        part = self.table(table, key, path)
        self.known((*path, key), part, _names(kind))
        with self.at((*path, key)):
            return kind(**part)

    def require(self, path: Path, table: dict[str, Any], key: str) -> None:
        """Refuse a table without a key, or with one that is no text."""
        if not isinstance(table.get(key), str) or not table[key].strip():
            problem = (
                f"{key} must be a text that is not empty: got {quoted(table[key])}" if key in table else f"no {key}"
            )
            self.fail((*path, key), f'{problem}; write {key} = "..."')

    def table(self, table: dict[str, Any], key: str, path: Path) -> dict[str, Any]:
        """Return a sub-table, empty if there is none."""
        found = table.get(key, {})
        if not isinstance(found, dict):
            self.fail((*path, key), f"{key} must be a table with names and values: got {quoted(found)}")
        return found

    def tables(self, key: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the sub-tables of a catalog."""
        catalog = self.table(self.document, key, ())
        return [(name, self.table(catalog, name, (key,))) for name in catalog]

    def repeated(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        """Return repeated tables with their numbers."""
        found = self.document.get(key, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            self.fail((key,), f"write [[{key}]], in double brackets, above each {key}")
        return list(enumerate(found))

    def items(self, path: Path, table: dict[str, Any], key: str) -> list[tuple[Path, Any]]:
        """Return the elements of an array with their paths."""
        found = table.get(key, [])
        if not isinstance(found, list):
            self.fail((*path, key), f"{key} must be a list such as [{key[:-1]!r}]: got {quoted(found)}")
        return [((*path, key, i), item) for i, item in enumerate(found)]

    def distinct(self, names: list[str]) -> None:
        """Refuse two rules of one name."""
        for i, name in enumerate(names):
            first = names.index(name)
            if first < i:
                line = self.line(("rule", first, "name"))
                self.fail(
                    ("rule", i, "name"), f"a rule {quoted(name)} stands on line {line} already; give it another name"
                )

    @contextlib.contextmanager
    def at(self, path: Path) -> Iterator[None]:
        """Add the file and the line to what is objected to; the first word of an objection is the key, if it is one."""
        try:
            yield
        except NpskitError as error:
            key = re.match(r"[\w.]*", str(error))
            parts = tuple(key[0].split(".")) if key else ()
            self.fail((*path, *parts) if (*path, parts[0]) in self.lines else path, str(error))


def _names(kind: Any) -> tuple[str, ...]:
    """Return the names of what a class is made of."""
    return tuple(field.name for field in attrs.fields(kind) if field.init)

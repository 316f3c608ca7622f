"""A playbook as a person reads it: its rules as a table, in the order in which they are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from npskit.errors import counted
from npskit.followup.playbook.rules import Rule, Team
from npskit.results import Rows, html_table, one_line, text_table
from npskit.times import in_words

if TYPE_CHECKING:
    from npskit.followup.playbook.follow_up import Strategy

_HEADER = ["rule", "priority", "within", "when", "steps", "why"]


class ShownAsRules:
    """Base of a playbook: its text and its page in a notebook are its rules."""

    __slots__ = ()

    name: str
    strategies: tuple[Strategy, ...]
    teams: tuple[Team, ...]

    def __str__(self) -> str:
        # steps and reasons are too wide for a terminal
        header, rows = self._rules()
        narrow = text_table(header[:4], [row[:4] for row in rows], all_rows=False)
        lines = [self._said(), *narrow.split("\n")]
        return "\n".join(map(one_line, lines))

    def _repr_html_(self) -> str:
        return html_table(*self._rules(), caption=self._said())

    def _said(self) -> str:
        teams = len({team.name for team in self.teams})
        rules = counted(len(self.strategies), "rule")
        return f"{self.name}: {rules}, {counted(teams, 'team')}; the first rule that holds decides"

    def _rules(self) -> Rows:
        return list(_HEADER), list(map(_row, self.strategies))


def _row(strategy: Any) -> list[Any]:
    """Return a rule as a row; of a strategy that is code nothing is known but its name."""
    if not isinstance(strategy, Rule):
        return [strategy.name, "", "", "as its code says", "", ""]
    within = strategy.due or ("" if strategy.within is None else in_words(strategy.within))
    steps = ", ".join(action.name for action in strategy.actions)
    return [strategy.name, strategy.priority, within, strategy.when.words(), steps, strategy.reason or ""]

"""FollowUpPlan: whom to answer with what, what it costs and is expected to bring, and why the others are left out."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import attrs
import numpy as np

from npskit.checks import boolean, whole_number
from npskit.errors import counted
from npskit.followup.letters import Manner
from npskit.followup.plan import plan_table, plan_text
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.follow_up_list import FollowUpList, unanswered_of
from npskit.followup.plan.ideas import Ideas, ideas_of
from npskit.followup.plan.inviting import InvitedCustomers, invited_customers
from npskit.followup.plan.plan_letters import Letters
from npskit.followup.plan.statuses import CHOSEN
from npskit.followup.plan.telling import ToldCustomers, told_customers
from npskit.plots import BudgetCurve, Chart
from npskit.results import number, write_json_lines

if TYPE_CHECKING:
    from npskit.followup.letters import Languages, Materials, Voice, Writer
    from npskit.tracking.effect import Intervention


@attrs.frozen(eq=False, repr=False, slots=False)
class FollowUpPlan(Choices):
    """Whom to follow up, with which offer, by when and by whom; every response has one recommendation or a reason.

    Iterating gives the follow-ups, the first to be answered first. Arrays have one element for each response of the
    survey, in its order.

    Args:
        assigned: What the playbook recommends for each response.
        status: What becomes of each response, index into `npskit.followup.plan.statuses.STATUSES`.
        offers: Which of the recommended offers is made, -1 for none.
        owner: Who answers, index into `owners`; -1 where nobody has to.
        owners: The teams or persons who answer.
        cost: What the offer costs, in your currency; 0 where none is made.
        gain: What following up is expected to bring beyond its cost, in your currency, with the offer made, or the best
            one where none is; NaN where that is unknown.
        holdout: Whether the customer belongs to those left alone at random.
        intended: Whether the response stands above the cut-off of budget and capacity: in both arms alike, so that
            chosen and left alone can be compared.
        share: The share of customers left alone at random.
        limits: The limits, and what the plan makes of them.
        currency: The currency of all amounts, such as `"EUR"`; None if not said.
        language: The language of messages where the customer's is not known.
        unasked: Offers that are not made because what they cost is an example of the default playbook, and nobody
            spoke of money.
        opt_outs: The columns that say who does not want to be contacted; none if there is none.
        opted_out: Whether each response says so; None if nothing is known.
        labels: What triage says of each response, None where nothing; None without triage.
        kept: Columns of the survey that are carried along, by name.
        shown: Those of them that stand in the tables anyway: answer, comment and time under their own names.
        backend: The dataframe library that `to_frame` gives by default.
        rows: What became of the rows: those followed up count, the others are left out (`counts` says why), have no
            answer that can be scored, or could not be read.
    """

    # ---- as tables and files ----

    @property
    def unanswered(self) -> FollowUpList:
        """Every response with an urgent or critical comment that is not followed up, critical ones first, with why."""
        return unanswered_of(self)

    def columns(
        self,
        *,
        everything: bool = False,
        messages: bool = False,
        language: str | None = None,
        fields: Mapping[str, Any] | None = None,
        languages: Languages | None = None,
        voice: Voice | None = None,
        writer: Writer | None = None,
        materials: Materials | None = None,
        most: int | None = None,
    ) -> dict[str, list[Any]]:
        """Return the plan as columns of plain Python values, one row a follow-up, the first to be answered first.

        `row` is the row of the response in the file, where it came from one, else its position in the survey, from 0;
        the columns that the survey was asked to keep stand after the customer.

        Args:
            everything: Whether to give all responses of the survey, in its order, with their status and why they are
                left out.
            messages: Whether to write the draft of the first message: columns `subject` and `message`, and `note`,
                which says what is missing where a letter could not be written, and what to look at in one that was.
            language: The language of the drafts where the customer's is not known; None for the plan's.
            fields: What to fill into all drafts besides: `{"company": "ACME", "sender": "Ann"}`.
            languages: Where to look for the letters; None for the languages that come with npskit.
            voice: The rules that drafts are checked by, see `npskit.draft`; what one does not keep is in its `note`.
            writer: Who writes the texts, see `npskit.draft`; why a text was not used is in the `note`.
            materials: Stories, comparisons and self-help links, chosen by `theme` and by the column `product`, if it
                is kept.
            most: How many rows to give at most, the first ones; None for all.

        Raises:
            InvalidTypeError, InvalidValueError: If `fields` or `language` cannot be used.
        """
        letters = (
            Letters(language, fields, languages, Manner(voice, writer, None, materials))
            if boolean(messages, "messages")
            else None
        )
        if most is not None:
            most = whole_number(most, "most", least=0)
        return plan_table.columns_of(self, boolean(everything, "everything"), letters, most)

    def tell(
        self,
        intervention: Intervention,
        *,
        change: str | Mapping[str, str],
        theme: str | Sequence[str] | None = None,
        told: Iterable[Hashable] | ToldCustomers = (),
        language: str | None = None,
        fields: Mapping[str, Any] | None = None,
        languages: Languages | None = None,
        voice: Voice | None = None,
    ) -> ToldCustomers:
        """Return the letters that tell whoever asked for what was changed: all of them, each once.

        Told is who answered about one of the themes before the change, whatever became of the answer in the plan,
        unless triage sets it aside. Left out, and counted, is who has opted out, was contacted a short while ago, or
        has been told before.

        Args:
            intervention: What was changed, and when: `Intervention("new checkout", "2026-03-01")`.
            change: What was changed, as the letter says it: a text, or texts by language.
            theme: The themes it is about, without regard to case; the name of the intervention if not given.
            told: Who has been told before: ids, or what this method gave then.
            language: The language of a single text; None for the plan's.
            fields: What to fill in besides: `{"company": "ACME"}`.
            languages: Where to look for the letter; None for the languages that come with npskit.
            voice: The rules that drafts are checked by; see `npskit.draft`.

        Raises:
            IncompatibleError: If no column says what answers are about.
            InvalidTypeError, InvalidValueError: If an argument cannot be used.
        """
        return told_customers(
            self,
            intervention,
            change=change,
            theme=theme,
            told=told,
            letters=Letters(language, fields, languages, Manner(voice)),
        )

    def ideas(self, category: str | Iterable[str] = "passive", *, examples: int = 3) -> Ideas:
        """Return what customers who are content and no more than that wrote about, by how many share it.

        Themes are compared without regard to case; each customer counts once for a theme, whatever became of the
        answer in the plan. `invite` asks the authors into the community.

        Args:
            category: Whose ideas; of another scorer than NPS its own category, or several.
            examples: How many comments to show of each theme.

        Raises:
            IncompatibleError: If no column says what answers are about.
            InvalidTypeError, InvalidValueError: If an argument cannot be used.

        Example:
            >>> from npskit import Survey
            >>> themes = ["breakfast", "Wi-Fi", "wi-fi", None]
            >>> found = Survey({"score": [7, 8, 7, 8], "theme": themes}).follow_up().ideas()
            >>> [(idea.theme, idea.customers, idea.share) for idea in found.ideas], found.silent
            ([('Wi-Fi', 2, 0.5), ('breakfast', 1, 0.25)], 1)
        """
        return ideas_of(self, category, examples)

    def invite(
        self,
        theme: str | Sequence[str] | None = None,
        *,
        category: str | Iterable[str] = "passive",
        invited: Iterable[Hashable] | InvitedCustomers = (),
        language: str | None = None,
        fields: Mapping[str, Any] | None = None,
        languages: Languages | None = None,
        voice: Voice | None = None,
    ) -> InvitedCustomers:
        """Return the letters that invite the authors of `ideas` to the community: all of them, each once.

        Left out, and counted, is who has opted out, was contacted a short while ago, has been invited before, wrote
        something urgent, has answered worse since, or is left alone at random.

        Args:
            theme: The themes of the ideas, without regard to case; all if not given.
            category: Whose ideas, as of `ideas`.
            invited: Who has been invited before: ids, or what this method gave then.
            language: The language where the customer's is not known; None for the plan's.
            fields: What to fill in besides: `{"company": "ACME", "link": "https://community.example"}`.
            languages: Where to look for the letter `join_in`; None for the languages that come with npskit.
            voice: The rules that drafts are checked by; see `npskit.draft`.

        Raises:
            IncompatibleError: If no column says what answers are about.
            InvalidTypeError, InvalidValueError: If an argument cannot be used.
        """
        return invited_customers(
            self,
            theme=theme,
            category=category,
            invited=invited,
            letters=Letters(language, fields, languages, Manner(voice)),
        )

    def to_json_lines(self, path: str | os.PathLike[str] | TextIO, **options: Any) -> None:
        """Write `columns(**options)` as JSON lines in UTF-8, one object a follow-up.

        Args:
            path: A path, or an open text file.
            options: See `columns`.
        """
        write_json_lines(self.columns(**options), path)

    _SAYS = (
        "responses: int, counts, overdue: int, now: str | None, holdout: float, currency, unasked, opt_outs, "
        "unanswered: list[TypedDict('UnansweredRow', {'row': int, 'category': str | None, 'urgency': str, "
        "'because': str, 'status': str, 'reason': str, 'comment': str | None})], limits: Limits, "
        "follow_ups: list[TypedDict('FollowUpRow', {'row': int, 'category': str | None, 'urgency': str, "
        "'strategy': str | None, 'priority': float, 'due': str | None, 'owner': str | None, 'channel': str | None, "
        "'language': str | None, 'actions': list[str] | None, 'dates': list[str] | None, 'offer': str | None, "
        "'cost': float, 'authority': float, 'gain': float, 'reasons': list[str] | None})]"
    )

    def _record(self, **options: Any) -> dict[str, Any]:
        return plan_table.record_of(self, self.columns(**options))

    def _chart(self) -> Chart | None:
        """Return what is expected against what is spent, the best for the money first; None without values."""
        taken = self.status == CHOSEN
        cost, gain = self.cost[taken], self.gain[taken]
        if not len(cost) or np.isnan(gain).any() or np.isnan(self.limits.value):
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            order = np.argsort(-np.where(cost > 0, gain / cost, np.inf), kind="stable")
        money, value = (np.concatenate([[0.0], np.cumsum(part[order])]).tolist() for part in (cost, gain))
        return BudgetCurve(money, value, self.limits.budget, self.limits.bound, self.currency or "")

    # ---- as text ----

    def __repr__(self) -> str:
        spent = f", spent={number(self.limits.spent, 2)}" if self.limits.spent else ""
        return (
            f"FollowUpPlan({len(self)} of {counted(len(self.status), 'response')}{spent}, "
            f"method={self.limits.method!r})"
        )

    def headline(self) -> str:
        """Return in a few lines what the plan does, and what it leaves out."""
        return "\n".join(plan_text.headline(self))

    def first(self, most: int = plan_text.FIRST) -> str:
        """Return the first follow-ups as text: whom to call, by when, and why.

        Args:
            most: How many.
        """
        return plan_text.first(self, whole_number(most, "most", least=0))

    def to_text(self, *, all_rows: bool = True, **options: Any) -> str:
        """Return the plan as text: what it does, and whom to answer first; `options` as for `first`."""
        return "\n\n".join(filter(None, [self.headline(), self.first(**options)]))

    def _headline(self) -> str:
        return self.headline()

    def _rows(self) -> tuple[list[str], list[list[Any]]]:
        return list(plan_text.HEADER), plan_text.rows_of(self, plan_text.FIRST)

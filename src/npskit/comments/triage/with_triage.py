"""What a survey says of its comments one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npskit.checks import of_kind, one_of, share
from npskit.errors import IncompatibleError, InvalidTypeError, quoted
from npskit.options import MOODS_BY, MoodBy
from npskit.results import LEVEL
from npskit.sample import Bindings, asked

if TYPE_CHECKING:
    from npskit.comments.patterns import UrgencyOf
    from npskit.comments.triage.classifier import Classifier
    from npskit.comments.triage.triage import Triage
    from npskit.comments.triage.triage_words import TriageWords


class WithTriage(Bindings):
    """The methods of a survey that sort its comments."""

    def triage(
        self,
        words: TriageWords | None = None,
        *,
        classifier: Classifier | None = None,
        mood: MoodBy = "words",
        urgency: UrgencyOf | None = None,
        level: float = LEVEL,
    ) -> Triage:
        """Return what each comment is: spam, noise, irrelevant, a duplicate, or content; and of content what for.

        Set aside is, in this order: what says nothing, such as "nothing to add" and keyboard mash (noise); advertising
        (spam); what is about something else (irrelevant); and what was said before in the same letters (duplicate):
        from 12 letters on by the same customer, from 40 on by anybody. It is listed with the reason; no score changes.

        Of content the intent is the first that applies of cancellation, sales, support, suggestion and question; else
        the mood makes it a complaint or praise. The mood comes of words and the answer; where these contradict each
        other, it is "not sure" (None), and so is that of words that tell nothing.

        Args:
            words: The signs to go by; None for `TriageWords.default()`: English, German, Polish and Thai.
            classifier: A model of your own, a function from texts to labels: spam, noise, irrelevant, advertising,
                gibberish, test and bot set a comment aside, others are its intent; None leaves it to the words.
            mood: What tells the mood: `"words"` and the answer, or a `"model"` that learned it from the answers beside
                other comments (scikit-learn, extra `text`): cross-fitted over customers, so that no comment is judged
                by a model that saw it; the least sure quarter is "not sure". `Triage.mood_accuracy` says how often it
                agrees with the answer, by language.
            urgency: How urgent a comment is: `UrgencyWords`, or a function from a comment to 0, 1 or 2; None for
                `UrgencyWords.default()`, with 1 at least for a cancellation.
            level: Confidence level of the intervals of shares.

        Raises:
            IncompatibleError: If no comment is bound.
            InvalidTypeError, InvalidValueError: If an argument cannot be used, or the classifier fails.

        Example:
            >>> import npskit as nk
            >>> texts = ["I am moving to another bank", "nothing to add", "Great staff", "Where is my refund?", None]
            >>> found = nk.Survey({"score": [2, 8, 10, 4, 9], "text": texts}, comment="text").triage()
            >>> [each.intent or each.kind for each in found.comments], [each.mood for each in found.comments]
            (['cancellation', 'noise', 'praise', 'support'], [-1, None, 1, -1])
            >>> found.n, found.set_aside, found.missing
            (3, 1, 1)
        """
        from npskit.comments.triage.comment_sorting import sorted_comments  # scoring should not wait for it
        from npskit.comments.triage.triage_words import TriageWords

        level = share(level, "level")
        one_of(mood, MOODS_BY, "mood")
        if words is not None:
            of_kind(words, TriageWords, "words")
        for name, function in (("classifier", classifier), ("urgency", urgency)):
            if function is not None and not callable(function):
                raise InvalidTypeError(f"{name} must be a function: got {quoted(function)}")
        if "comment" not in self._data.roles:
            raise IncompatibleError("triage sorts comments: name their column, Survey(..., comment=...)")
        data = asked(self._data, [self._data.roles["comment"]], rows=True)
        return sorted_comments(
            data.column(self._data.roles["comment"]),
            data.sample(),
            words=words,
            classifier=classifier,
            mood=mood,
            urgency=urgency,
            level=level,
            backend=self._backend,
        )

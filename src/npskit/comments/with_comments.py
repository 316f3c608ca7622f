"""What a survey says of its comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import attrs
import numpy as np

from npskit.checks import is_hashable, share, whole_number
from npskit.errors import IncompatibleError, InvalidValueError, did_you_mean, quoted
from npskit.results import LEVEL, NO_ROWS
from npskit.sample import Bindings, BoundData, asked

if TYPE_CHECKING:
    from npskit.comments.contrast import CommentedRows, Comments, CommentsTable
    from npskit.comments.words import Stemmer, Tokenizer


class WithComments(Bindings):
    """The methods of a survey that read its comments."""

    @overload
    def comments(
        self,
        by: None = None,
        *,
        language: str | None = None,
        tokenizer: Tokenizer | None = None,
        stemmer: Stemmer | None = None,
        names: bool | Iterable[str] = False,
        most: int = 10,
        least: int = 5,
        examples: int = 2,
        level: float = LEVEL,
    ) -> Comments: ...

    @overload
    def comments(
        self,
        by: str | Sequence[str],
        *,
        language: str | None = None,
        tokenizer: Tokenizer | None = None,
        stemmer: Stemmer | None = None,
        names: bool | Iterable[str] = False,
        most: int = 10,
        least: int = 5,
        examples: int = 2,
        level: float = LEVEL,
    ) -> CommentsTable: ...

    def comments(
        self,
        by: str | Sequence[str] | None = None,
        *,
        language: str | None = None,
        tokenizer: Tokenizer | None = None,
        stemmer: Stemmer | None = None,
        names: bool | Iterable[str] = False,
        most: int = 10,
        least: int = 5,
        examples: int = 2,
        level: float = LEVEL,
    ) -> Comments | CommentsTable:
        """Return who comments at all, and which words and pairs of words mark the comments of each category.

        A word marks a category where its log-odds with an informative Dirichlet prior (Monroe, Colaresi & Quinn,
        "Fightin' Words", Political Analysis 16 (2008) 372-403) are higher than elsewhere, and Fisher's exact test says
        so too, adjusted for all words and pairs by Benjamini & Hochberg (1995), as does a test that allows for the
        length of comments. A comment counts a word once, and so do all comments of one customer (or account) in a
        category. Shares are weighted, tests are not.

        Args:
            by: The column, or several, that make the segments; None for the whole.
            language: The column with the language of each comment ("de", "German"), or the language of all. Default:
                guessed for each comment, from its script and its commonest words.
            tokenizer: Your own way to find words, a function from a comment to its words.
            stemmer: Your own way to compare them, a function from a word in small letters to its stem.
            names: Names that are masked in examples and no words, `["Anna Kowalska"]`, or True for those behind a
                title. Addresses of e-mail and numbers of telephones, cards and accounts always are.
            most: How many words of each category are listed.
            least: How many comments must have a word for it to be looked at.
            examples: How many comments are shown for each word.
            level: Confidence level of intervals; words are listed whose adjusted p-value is at most 1 less this.

        Raises:
            ColumnNotFoundError: If a column is not there.
            IncompatibleError: If no column with comments is bound.
            InvalidTypeError, InvalidValueError: If an argument cannot be used.

        Example:
            >>> import npskit as nk
            >>> written = ["The staff was friendly", None, "Friendly staff"] * 8 + ["Dirty room", "Rooms dirty"] * 12
            >>> found = nk.Survey({"score": [10, 9, 9] * 8 + [3] * 24, "said": written}, comment="said").comments()
            >>> [(each.category, each.share) for each in found.shares if each.n]
            [('detractor', 1.0), ('promoter', 0.6666666666666666)]
            >>> [(each.category, each.term) for each in found.words]
            [('detractor', 'dirty'), ('detractor', 'room'), ('promoter', 'friendly'), ('promoter', 'staff')]
        """
        from npskit.comments.contrast import CommentsTable, HowWords, comments_of  # scoring should not wait for them
        from npskit.comments.words import checked_names

        known = checked_names(names)
        how = HowWords(
            share(level, "level"),
            whole_number(most, "most", least=1),
            whole_number(least, "least", least=1),
            whole_number(examples, "examples", least=0),
            known,
        )
        columns = self._data.by(by)
        words = {"tokenizer": tokenizer, "stemmer": stemmer, "names": known}
        rows, data = self._commented(columns, language, words)
        whole = comments_of(rows, how, self._backend)
        if not columns:
            return whole
        places, keys = data.segments(columns)
        segments = []
        for place in range(places.size):
            own = rows.take(places.numbers == place)
            own = attrs.evolve(own, sample=attrs.evolve(own.sample, aside=NO_ROWS, superseded=0))
            segments.append(comments_of(own, how, self._backend))
        return CommentsTable(columns, keys, tuple(segments), self._backend, whole.row_counts)

    def _commented(
        self, by: Sequence[str], language: str | None, words: Mapping[str, Any]
    ) -> tuple[CommentedRows, BoundData]:
        """Return the rows with the words of their comments, and the data they were read of."""
        from npskit.comments.contrast import CommentedRows, wrote_and_scored
        from npskit.comments.words import read_comments, words_of_rows
        from npskit.data import read_words, read_written

        if "comment" not in self._data.roles:
            raise IncompatibleError("comments() needs to know what was written: bind the column with comment=")
        name, columns = self._data.roles["comment"], self._data.frame.columns
        column = language if is_hashable(language) and language in columns else None
        spoken = None if language is None or column is not None else _known_language(language, columns)
        data = asked(self._data, [name, *by, *([column] if column else [])], rows=True)
        sample, comments = data.sample(), read_written(data.column(name), f"comment: column {quoted(name)}")
        scored = wrote_and_scored(sample, comments)
        languages: list[str | None] | None = None if spoken is None else [spoken] * int(scored.sum())
        if column is not None:
            told = read_words(data.column(column), f"language: column {quoted(column)}")
            languages = [told.at(row) for row in np.flatnonzero(scored).tolist()]
        if languages is None and words["tokenizer"] is None and words["stemmer"] is None:
            return CommentedRows(sample, comments, words_of_rows(data, comments, scored, words["names"])), data
        return CommentedRows(sample, comments, read_comments(comments[scored].tolist(), languages, **words)), data


def _known_language(language: Any, columns: Sequence[str]) -> str:
    from npskit.data import find_language

    found = find_language(language) if isinstance(language, str) else None
    if found is None:
        raise InvalidValueError(
            f"language: {quoted(language)} is neither a column nor a language; {did_you_mean(language, columns)}"
        )
    return found

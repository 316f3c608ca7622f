"""The words of a survey's comments, read once for whatever asks about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from npskit.arrays import Bools
from npskit.comments.words.comment_words import CommentWords, read_comments

if TYPE_CHECKING:
    from npskit.sample import BoundData


def words_of_rows(
    data: BoundData, comments: NDArray[Any], rows: Bools, names: bool | tuple[str, ...] = False
) -> CommentWords:
    """Return the words of the comments of some rows; the last that were read of a survey are kept.

    Args:
        data: The data, with a column of comments bound.
        comments: What each row says.
        rows: Which rows are read; each of them says something.
        names: Names that are no words, as `checked_names` returns them.
    """
    key = data.roles["comment"], rows.tobytes(), names
    return data.once("comment words", key, lambda: read_comments(comments[rows].tolist(), names=names))

"""Themes that nobody listed: words that stand in the same comments more often than chance would have it.

How much two words go together is their normalised pointwise mutual information over comments,
log(p(a, b) / (p(a) p(b))) / -log p(a, b): 0 where they are independent, 1 where neither is without the other (Bouma,
"Normalized (pointwise) mutual information in collocation extraction", GSCL 2009). The two groups that go together most,
on average over their pairs of words, are joined until none do by 0.2 (average linkage); p(a, b) is taken one standard
error low. Nothing is drawn: the same comments give the same themes.
"""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Bools, Floats, Frozen, distinct
from npskit.comments.words import CommentWords
from npskit.data import slices

_TOGETHER = 0.2
_RAREST, _LEAST, _MOST = 5, 0.005, 0.5
_WORDS, _ALONE = 300, 0.03
_BLOCK = 1 << 20


@attrs.frozen(eq=False)
class FoundThemes(Frozen):
    """Themes that were found in comments.

    Args:
        names: The names of T themes: their most frequent words, as they are mostly written.
        words: All words of each.
        mentions: Which themes each comment mentions, shape `(n, T)`.
    """

    names: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    mentions: Bools

    @property
    def parents(self) -> tuple[int, ...]:
        """No theme is part of another."""
        return (-1,) * len(self.names)


def find_themes(words: CommentWords, most: int) -> FoundThemes:
    """Return the themes of comments, those that most comments mention first.

    Words count that have a matter of their own, and stand in at least 5 comments (and one in 200), and in at most half
    of them; of these the 300 most frequent. A word that goes with no other is a theme if 3 % of the comments have it.

    Args:
        words: The words of n comments.
        most: How many themes there are at most.

    Example:
        >>> from npskit.comments.words import read_comments
        >>> said = ["noisy street, loud", "loud street", "noisy and loud street"] * 4 + ["tasty breakfast, coffee"] * 6
        >>> find_themes(read_comments([*said, *["fine"] * 20]), most=2).names
        ('loud / street', 'breakfast / coffee')
    """
    n = words.comments
    terms, counts = np.unique(
        distinct(words.rows[words.content] * len(words.names) + words.terms[words.content]) % max(len(words.names), 1),
        return_counts=True,
    )
    kept = (counts >= max(_RAREST, _LEAST * n)) & (counts <= _MOST * n)
    called = np.array([words.names[term] for term in terms[kept].tolist()], dtype=str)
    order = np.lexsort((called, -counts[kept]))[:_WORDS]  # whatever the order of the comments
    terms, counts = terms[kept][order], counts[kept][order]
    place = np.full(max(len(words.names), 1), -1)
    place[terms] = np.arange(len(terms))
    has = np.zeros((n, len(terms)), np.bool_)
    at = place[words.terms] if len(words.terms) else np.empty(0, np.intp)
    used = words.content & (at >= 0)
    has[words.rows[used], at[used]] = True
    groups = _grouped(_together(has), len(terms))
    themes = [
        (has[:, group].any(axis=1), group)
        for group in groups
        if len(group) > 1 or counts[group[0]] >= max(_ALONE * n, 1)
    ]
    themes.sort(key=lambda theme: (-int(theme[0].sum()), theme[1]))
    named = [tuple(words.names[terms[word]] for word in group) for _, group in themes[:most]]
    names = [" / ".join(each[:2]) for each in named]
    unique = [name if names.index(name) == i else f"{name} ({i + 1})" for i, name in enumerate(names)]
    mentions = np.stack([held for held, _ in themes[:most]], axis=1) if named else np.zeros((n, 0), np.bool_)
    return FoundThemes(tuple(unique), tuple(named), mentions)


def _together(has: Bools) -> Floats:
    """Return how much two words go together, shape `(words, words)`."""
    n, table = len(has), has.astype(np.float32)  # which counts up to 16 million
    both = sum((table[at].T @ table[at] for at in slices(n, _BLOCK)), np.zeros((has.shape[1],) * 2))
    single = np.diag(both)
    # at the low end of what chance allows: a few comments more than expected are no theme
    least = np.maximum(both - np.sqrt(both), 0.5) / max(n, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(least * n * n / np.outer(single, single)) / -np.log(least))


def _grouped(together: Floats, size: int) -> list[list[int]]:
    """Return groups of words by average linkage, each word in one, the most frequent first."""
    sums = together.copy()
    np.fill_diagonal(sums, -np.inf)
    members: list[list[int]] = [[word] for word in range(size)]
    sizes = np.ones(size)
    while size > 1:
        means = sums / np.outer(sizes, sizes)
        a, b = sorted(divmod(int(means.argmax()), size))
        if not means[a, b] >= _TOGETHER:
            break
        members[a] = sorted(members[a] + members[b])
        sizes[a] += sizes[b]
        sums[a] += sums[b]
        sums[:, a] = sums[a]
        sums[a, a] = -np.inf
        sums[b] = sums[:, b] = -np.inf
        members[b] = []
    return [group for group in members if group]

"""What a regression on themes has columns for: rare themes together, pairs where asked, and whether somebody wrote."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats, Frozen
from npskit.comments.themes.theme_counts import ThemeCounts, deepest_first


@attrs.frozen(eq=False)
class ThemeColumns(Frozen):
    """The columns of a regression on T themes.

    Args:
        keys: What each of J columns is the product of: 0 for writing at all, 1 + t for theme t, 1 + T for all that are
            rare.
        home: With which theme each is counted: itself, the one it is part of, or T for all that are rare, shape `(T,)`.
        everywhere: Which themes everybody who wrote mentions, so that they cannot be told from writing, shape `(T,)`.
    """

    keys: tuple[tuple[int, ...], ...]
    home: Codes
    everywhere: Bools

    @classmethod
    def of(cls, counts: Sequence[ThemeCounts], *, pairs: bool, rarest: int) -> ThemeColumns:
        """Return the columns for answers of one period, or of several that are compared.

        Args:
            counts: Of the same themes.
            pairs: Whether pairs of themes have columns.
            rarest: Themes, and pairs, with fewer mentions in all have none of their own.
        """
        whole = counts[0]
        for each in counts[1:]:
            whole = whole + each
        home = _homes(whole, rarest)
        mentions, n = _at_home(whole, home), whole.tally.n
        mentioned = (n @ mentions) > 0
        everywhere = np.zeros_like(mentioned)
        for each in counts:
            written = (each.tally.n > 0) & each.wrote
            everywhere |= mentioned & written.any() & _at_home(each, home)[written].all(axis=0)
        used = np.flatnonzero(mentioned & ~everywhere).tolist()
        keys: list[tuple[int, ...]] = [(1 + t,) for t in used]
        if pairs:
            together = itertools.combinations(used, 2)
            keys += [(1 + s, 1 + t) for s, t in together if n @ (mentions[:, s] & mentions[:, t]) >= max(rarest, 1)]
        found = cls(tuple(keys), home, everywhere[:-1])
        with_wrote = attrs.evolve(found, keys=((0,), *keys))
        return with_wrote if all(with_wrote.rank(each) > found.rank(each) for each in counts) else found

    def values(self, counts: ThemeCounts) -> Floats:
        """Return what each column is for each set of themes: shape `(S, J)`."""
        factors = np.column_stack([counts.wrote, _at_home(counts, self.home)])
        found = np.ones((len(factors), len(self.keys)))
        for column, key in enumerate(self.keys):
            found[:, column] = factors[:, list(key)].all(axis=1)
        return found

    def parts(self, counts: ThemeCounts) -> Floats:
        """Return how much of each column's points belongs to which part, shape `(J, T + 2)`.

        The parts are writing, each theme with those that are part of it, and the rare ones. A pair is shared equally.
        """
        found = np.zeros((len(self.keys), len(counts.themes) + 2))
        for column, key in enumerate(self.keys):
            for number in key:
                theme = number - 1
                found[column, number] += 1 / len(key)
                while 0 <= theme < len(counts.themes) and (theme := counts.parents[theme]) >= 0:
                    found[column, theme + 1] += 1 / len(key)
        return found

    def rank(self, counts: ThemeCounts) -> int:
        """Return how many of the columns do not follow from the others and a constant."""
        z = self.values(counts)[counts.tally.n > 0]
        away = z - z.mean(axis=0) if len(z) else z
        return int(np.linalg.matrix_rank(away, tol=1e-7)) if away.size else 0

    def together(self, counts: ThemeCounts) -> tuple[tuple[str, ...], ...]:
        """Return the themes that the same comments mention."""
        z, found = self.values(counts)[counts.tally.n > 0], dict[bytes, list[str]]()
        for column, key in enumerate(self.keys):
            if len(key) == 1 and 1 <= key[0] <= len(counts.themes):
                found.setdefault(z[:, column].tobytes(), []).append(counts.themes[key[0] - 1])
        return tuple(tuple(names) for names in found.values() if len(names) > 1)


def _homes(counts: ThemeCounts, rarest: int) -> Codes:
    """Return with which theme each is counted."""
    size, n = len(counts.themes), counts.tally.n
    mentions, home = counts.mentions.copy(), np.arange(size)

    def rare(theme: int) -> bool:
        return bool(0 < n @ mentions[:, theme] < rarest)

    for theme in deepest_first(counts.parents):
        parent = counts.parents[theme]
        if parent >= 0 and rare(theme):
            mentions[:, parent] |= mentions[:, theme]
            home[(home == theme)] = parent
    alone = [theme for theme in range(size) if home[theme] == theme and counts.parents[theme] < 0 and rare(theme)]
    if len(alone) > 1:
        home[np.isin(home, alone)] = size
    return home


def _at_home(counts: ThemeCounts, home: Codes) -> Bools:
    """Return what each set mentions, where themes are counted with others; last the rare ones: shape `(S, T + 1)`."""
    found = np.zeros((len(counts.wrote), len(home) + 1), np.bool_)
    for theme, at in enumerate(home.tolist()):
        found[:, at] |= counts.mentions[:, theme]
    return found

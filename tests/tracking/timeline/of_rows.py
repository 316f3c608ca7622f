"""Timelines of rows that are given as plain columns, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from npskit.counting import CodedAnswers
from npskit.options import Denominator, Every
from npskit.sample import Places, Sample
from npskit.scorers import NPS, codebook_of
from npskit.tracking.timeline.score_periods import timeline_of_sample
from npskit.tracking.timeline.timeline_record import Timeline
from npskit.tracking.timeline.windows import Window


def timeline(
    times: Any,
    *answers: Any,
    every: Every = "month",
    window: Any = None,
    half_life: Any = None,
    scorer: Any = None,
    by: Sequence[str] = (),
    groups: Any = None,
    segments: Sequence[tuple[Any, ...]] = ((),),
    weights: Any = None,
    denominator: Denominator = "valid",
    **options: Any,
) -> Timeline:
    """Return the timeline of rows with their times, each an answer of its own."""
    sample = Sample(CodedAnswers(answers, codebook_of(scorer if scorer is not None else NPS())), weights=weights)
    numbers = np.zeros(len(times), np.intp) if groups is None else np.asarray(groups, np.intp)
    found = timeline_of_sample(
        sample,
        times if isinstance(times, np.ndarray) else np.array(times, "M8[us]"),
        (Places(numbers, len(segments)), tuple(segments)),
        every=every,
        window=Window.of(window, half_life),
        by=tuple(by),
        denominator=denominator,
    )
    return attrs.evolve(found, **options)

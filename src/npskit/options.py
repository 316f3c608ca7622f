"""The words that options take: each option's type, for type checkers, and the same words as a tuple, for errors."""

from typing import Literal, TypeAlias, get_args

Backend: TypeAlias = Literal["pandas", "polars", "pyarrow"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)

# What scores are made of.
Denominator: TypeAlias = Literal["valid", "all"]
DENOMINATORS: tuple[Denominator, ...] = get_args(Denominator)
Repeats: TypeAlias = Literal["all", "latest", "mean"]
REPEATS: tuple[Repeats, ...] = get_args(Repeats)
OnInvalid: TypeAlias = Literal["count", "raise"]
ON_INVALID: tuple[OnInvalid, ...] = get_args(OnInvalid)

# How sure they are, and how they compare.
IntervalMethod: TypeAlias = Literal["score", "adjusted_wald", "agresti_min", "scas", "jeffreys", "bootstrap", "wald"]
INTERVAL_METHODS: tuple[IntervalMethod, ...] = get_args(IntervalMethod)
CompareMethod: TypeAlias = Literal["score", "permutation"]
COMPARE_METHODS: tuple[CompareMethod, ...] = get_args(CompareMethod)
Overall: TypeAlias = Literal["score", "welch"]
OVERALL: tuple[Overall, ...] = get_args(Overall)
Correction: TypeAlias = Literal[
    "holm", "hochberg", "hommel", "bonferroni", "benjamini_hochberg", "bh", "benjamini_yekutieli", "by"
]
CORRECTIONS: tuple[Correction, ...] = get_args(Correction)

# Over time.
Every: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
EVERY: tuple[Every, ...] = get_args(Every)
Previous: TypeAlias = Literal["previous", "year"]
PREVIOUS: tuple[Previous, ...] = get_args(Previous)
Season: TypeAlias = Literal["month", "weekday"]
SEASONS: tuple[Season, ...] = get_args(Season)
Chart: TypeAlias = Literal["laney", "ewma", "cusum"]
CHARTS: tuple[Chart, ...] = get_args(Chart)
Direction: TypeAlias = Literal["both", "below", "above"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
EffectMethod: TypeAlias = Literal["before_after", "difference_in_differences", "interrupted_series"]
EFFECT_METHODS: tuple[EffectMethod, ...] = get_args(EffectMethod)

# Following up.
Clock: TypeAlias = Literal["calendar", "business"]
CLOCKS: tuple[Clock, ...] = get_args(Clock)
Measure: TypeAlias = Literal["first_response", "close"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
NoRevenue: TypeAlias = Literal["left_out", "zero"]
NO_REVENUE: tuple[NoRevenue, ...] = get_args(NoRevenue)

"""The words that options take: each option's type, for type checkers, and the same words as a tuple, for errors."""

from typing import Literal, TypeAlias, get_args

Backend: TypeAlias = Literal["pandas", "polars", "pyarrow"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)

# What scans files, the first that is installed.
ScanEngine: TypeAlias = Literal["polars", "duckdb", "pyarrow"]
SCAN_ENGINES: tuple[ScanEngine, ...] = get_args(ScanEngine)

# What scores are made of.
Denominator: TypeAlias = Literal["valid", "all"]
DENOMINATORS: tuple[Denominator, ...] = get_args(Denominator)
Repeats: TypeAlias = Literal["all", "latest", "mean"]
REPEATS: tuple[Repeats, ...] = get_args(Repeats)
Contacts: TypeAlias = Literal["mean", "latest", "worst"]
CONTACTS: tuple[Contacts, ...] = get_args(Contacts)
CESMethod: TypeAlias = Literal["mean", "top_box", "net"]
CES_METHODS: tuple[CESMethod, ...] = get_args(CESMethod)
OnInvalid: TypeAlias = Literal["count", "raise"]
ON_INVALID: tuple[OnInvalid, ...] = get_args(OnInvalid)

# How sure they are, and how they compare.
IntervalMethod: TypeAlias = Literal["score", "adjusted_wald", "agresti_min", "scas", "jeffreys", "bootstrap", "wald"]
INTERVAL_METHODS: tuple[IntervalMethod, ...] = get_args(IntervalMethod)
CompareMethod: TypeAlias = Literal["score", "permutation"]
COMPARE_METHODS: tuple[CompareMethod, ...] = get_args(CompareMethod)
Overall: TypeAlias = Literal["score", "welch"]
OVERALL: tuple[Overall, ...] = get_args(Overall)
Against: TypeAlias = Literal["each", "others"]
AGAINST: tuple[Against, ...] = get_args(Against)
Correction: TypeAlias = Literal[
    "holm", "hochberg", "hommel", "bonferroni", "benjamini_hochberg", "bh", "benjamini_yekutieli", "by"
]
CORRECTIONS: tuple[Correction, ...] = get_args(Correction)
# What a stratum with a single sampling unit contributes, as `survey.lonely.psu` of R's `survey`.
# - "fail": an error that names it; where there are no other strata, the variance is NaN.
# - "certainty": nothing, because it is in every sample; the variance is 0 where all strata are such.
# - "remove": nothing, because nothing is known of it; the variance is NaN where all strata are such.
# - "adjust": its squared distance from the mean of the whole sample, instead of that of the stratum.
# - "average": the average of what the other strata contribute.
Lonely: TypeAlias = Literal["fail", "certainty", "remove", "adjust", "average"]
LONELY: tuple[Lonely, ...] = get_args(Lonely)
# What of each customer counts, where the sampling units are customers: see `npskit.inference.design.Customers`.
AnswersOf: TypeAlias = Literal["all", "mean"]
ANSWERS_OF: tuple[AnswersOf, ...] = get_args(AnswersOf)
ClusterCorrection: TypeAlias = Literal["CR0", "CR1"]
CLUSTER_CORRECTIONS: tuple[ClusterCorrection, ...] = get_args(ClusterCorrection)
ExactTest: TypeAlias = Literal["score", "wald"]
EXACT_TESTS: tuple[ExactTest, ...] = get_args(ExactTest)

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
RunLimits: TypeAlias = Literal["steady", "exact"]
RUN_LIMITS: tuple[RunLimits, ...] = get_args(RunLimits)
Pairing: TypeAlias = Literal["consecutive", "first_last", "waves"]
PAIRINGS: tuple[Pairing, ...] = get_args(Pairing)

# Drivers.
Gaps: TypeAlias = Literal["listwise", "pairwise"]
GAPS: tuple[Gaps, ...] = get_args(Gaps)
Resampling: TypeAlias = Literal["bootstrap", "jackknife"]
RESAMPLINGS: tuple[Resampling, ...] = get_args(Resampling)
FactorKind: TypeAlias = Literal["basic", "performance", "excitement", "indifferent", "not clear"]
FACTOR_KINDS: tuple[FactorKind, ...] = get_args(FactorKind)
Scope: TypeAlias = Literal["empirical", "theoretical"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

QuadrantKind: TypeAlias = Literal["concentrate here", "keep up the good work", "low priority", "possible overkill"]
QUADRANT_KINDS: tuple[QuadrantKind, ...] = get_args(QuadrantKind)

# Comments.
ThemesFrom: TypeAlias = Literal["list", "comments"]
THEMES_FROM: tuple[ThemesFrom, ...] = get_args(ThemesFrom)

# How much the answers say, and what speaks against saying more.
Strength: TypeAlias = Literal["clear", "weak", "none found"]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
Doubt: TypeAlias = Literal[
    "after looking",
    "many looked at",
    "few answers",
    "methods disagree",
    "placebo",
    "another time",
    "not like steps",
    "entangled",
]
DOUBTS: tuple[Doubt, ...] = get_args(Doubt)

# Comments.
MoodBy: TypeAlias = Literal["words", "model"]
MOODS_BY: tuple[MoodBy, ...] = get_args(MoodBy)

# Following up.
Clock: TypeAlias = Literal["calendar", "business"]
CLOCKS: tuple[Clock, ...] = get_args(Clock)
Measure: TypeAlias = Literal["first_response", "close"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
NoRevenue: TypeAlias = Literal["left_out", "zero"]
NO_REVENUE: tuple[NoRevenue, ...] = get_args(NoRevenue)
PlanMethod: TypeAlias = Literal["greedy", "exact"]
PLAN_METHODS: tuple[PlanMethod, ...] = get_args(PlanMethod)
# What happens to a case; events of one instant happened in this order, as far as it is a legal one.
EventKind: TypeAlias = Literal[
    "opened",
    "assigned",
    "contact_attempted",
    "first_response",
    "contacted",
    "escalated",
    "resolved",
    "informed",
    "closed",
    "reopened",
]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
Rate: TypeAlias = Literal[
    "coverage", "reach", "resolution", "reopened", "escalated", "recovered_of_surveyed", "recovered_of_all"
]
RATES: tuple[Rate, ...] = get_args(Rate)
SurvivalMethod: TypeAlias = Literal["log_log", "score"]
SURVIVAL_METHODS: tuple[SurvivalMethod, ...] = get_args(SurvivalMethod)
Urgency: TypeAlias = Literal["ordinary", "urgent", "critical"]
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)

"""A score, a table of scores, a comparison; and the functions that make them of answers."""

from npskit.scores.comparison import Comparison as Comparison
from npskit.scores.comparison import GroupComparison as GroupComparison
from npskit.scores.comparison import compare as compare
from npskit.scores.comparison import compare_groups as compare_groups
from npskit.scores.hidden_segments import SCORE_ROW as SCORE_ROW
from npskit.scores.label_audit import Contradiction as Contradiction
from npskit.scores.label_audit import LabelAudit as LabelAudit
from npskit.scores.label_audit import audit_labels as audit_labels
from npskit.scores.label_audit import labels_alone as labels_alone
from npskit.scores.many_scores import TOO_FEW as TOO_FEW
from npskit.scores.many_scores import ManyScores as ManyScores
from npskit.scores.score import Conventions as Conventions
from npskit.scores.score import Score as Score
from npskit.scores.score import check_alike as check_alike
from npskit.scores.score_table import ScoreTable as ScoreTable
from npskit.scores.score_target import ScoreTarget as ScoreTarget
from npskit.scores.score_target import Winning as Winning
from npskit.scores.scoring import ces as ces
from npskit.scores.scoring import csat as csat
from npskit.scores.scoring import measure as measure
from npskit.scores.scoring import nps as nps
from npskit.scores.scoring import retention as retention
from npskit.scores.scoring import sci as sci
from npskit.scores.segment_labels import segment_names as segment_names
from npskit.scores.segment_labels import segment_parts as segment_parts
from npskit.scores.segment_labels import warn_of_spaces as warn_of_spaces
from npskit.scores.segment_pairs import OtherSegments as OtherSegments
from npskit.scores.segment_pairs import Pair as Pair
from npskit.scores.segment_ranks import SegmentRank as SegmentRank
from npskit.scores.segment_ranks import SegmentRanks as SegmentRanks
from npskit.scores.segment_ranks import rank_segments as rank_segments
from npskit.scores.what_if import SupposedShare as SupposedShare
from npskit.scores.what_if import WhatIf as WhatIf

__all__: list[str]

"""Patterns of words that say something of a comment: its urgency, and what is masked where it is quoted."""

from npskit.comments.patterns.comment_patterns import Lists as Lists
from npskit.comments.patterns.comment_patterns import beginnings as beginnings
from npskit.comments.patterns.comment_patterns import check_all as check_all
from npskit.comments.patterns.comment_patterns import just_before as just_before
from npskit.comments.patterns.comment_patterns import one_of_regexes as one_of_regexes
from npskit.comments.patterns.comment_patterns import pattern_words as pattern_words
from npskit.comments.patterns.comment_patterns import without_gap as without_gap
from npskit.comments.patterns.folded_texts import FoldedTexts as FoldedTexts
from npskit.comments.patterns.folding import BETWEEN as BETWEEN
from npskit.comments.patterns.folding import folded as folded
from npskit.comments.patterns.folding import folded_each as folded_each
from npskit.comments.patterns.folding import original as original
from npskit.comments.patterns.folding import well_typed as well_typed
from npskit.comments.patterns.masking import checked_names as checked_names
from npskit.comments.patterns.masking import masked as masked
from npskit.comments.patterns.masking import quotation as quotation
from npskit.comments.patterns.masking import said_beside as said_beside
from npskit.comments.patterns.pattern_index import Matches as Matches
from npskit.comments.patterns.pattern_index import PatternIndex as PatternIndex
from npskit.comments.patterns.pattern_index import touched as touched
from npskit.comments.patterns.pattern_matcher import PatternMatcher as PatternMatcher
from npskit.comments.patterns.pattern_reader import PatternReader as PatternReader
from npskit.comments.patterns.urgency import UrgencyOf as UrgencyOf
from npskit.comments.patterns.urgency import UrgencyWords as UrgencyWords
from npskit.comments.patterns.urgency import UrgentSign as UrgentSign
from npskit.comments.patterns.urgency import urgencies_of as urgencies_of
from npskit.comments.patterns.urgency_category import UrgencyCategory as UrgencyCategory
from npskit.comments.patterns.urgency_category import are_patterns as are_patterns
from npskit.comments.patterns.urgency_category import as_level as as_level
from npskit.comments.patterns.urgency_category import as_lists as as_lists
from npskit.comments.patterns.urgency_category import as_patterns as as_patterns

__all__: list[str]

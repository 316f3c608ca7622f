"""What the comments of some have that those of others have not: words and pairs of words."""

from npskit.comments.contrast.commented import CommentedShare as CommentedShare
from npskit.comments.contrast.commented import Comments as Comments
from npskit.comments.contrast.commented import CommentsTable as CommentsTable
from npskit.comments.contrast.commented import MarkingWord as MarkingWord
from npskit.comments.contrast.contrasting import CommentedRows as CommentedRows
from npskit.comments.contrast.contrasting import HowWords as HowWords
from npskit.comments.contrast.contrasting import comments_of as comments_of
from npskit.comments.contrast.contrasting import wrote_and_scored as wrote_and_scored
from npskit.comments.contrast.dirichlet_odds import LogOdds as LogOdds
from npskit.comments.contrast.dirichlet_odds import informative_prior as informative_prior
from npskit.comments.contrast.dirichlet_odds import log_odds as log_odds

__all__: list[str]

"""What each comment is: spam, noise or content, what its writer wants, and the mood it was written in."""

from npskit.comments.triage.classifier import SET_ASIDE as SET_ASIDE
from npskit.comments.triage.classifier import Classifier as Classifier
from npskit.comments.triage.classifier import classified as classified
from npskit.comments.triage.comment_sign import CommentSign as CommentSign
from npskit.comments.triage.label_scores import LabelReport as LabelReport
from npskit.comments.triage.label_scores import LabelScore as LabelScore
from npskit.comments.triage.label_scores import label_report as label_report
from npskit.comments.triage.mood_calibration import MoodReliability as MoodReliability
from npskit.comments.triage.triage import Triage as Triage
from npskit.comments.triage.triage import TriagedComment as TriagedComment
from npskit.comments.triage.triage import TriagedKind as TriagedKind
from npskit.comments.triage.triage_words import TriageWords as TriageWords
from npskit.comments.triage.with_triage import WithTriage as WithTriage

__all__: list[str]

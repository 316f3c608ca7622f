"""What comments say: who writes any, which words mark whom, what they are about, and how urgent they are."""

from npskit.comments.with_comments import WithComments as WithComments

__all__: list[str]

"""The words of comments: where they begin and end, which are one word, and in which language."""

from npskit.comments.patterns import checked_names as checked_names
from npskit.comments.patterns import masked as masked
from npskit.comments.patterns import quotation as quotation
from npskit.comments.words.comment_words import CommentWords as CommentWords
from npskit.comments.words.comment_words import Tokenizer as Tokenizer
from npskit.comments.words.comment_words import read_comments as read_comments
from npskit.comments.words.comment_words import tokens as tokens
from npskit.comments.words.stems import Keys as Keys
from npskit.comments.words.stems import Stemmer as Stemmer
from npskit.comments.words.survey_words import words_of_rows as words_of_rows
from npskit.comments.words.unspaced import side_by_side as side_by_side

__all__: list[str]

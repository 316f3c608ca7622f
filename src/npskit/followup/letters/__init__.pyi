"""Letters to customers: templates in several languages, and what fills their gaps."""

from npskit.followup.letters.drafts import Draft as Draft
from npskit.followup.letters.known_languages import LAST_RESORT as LAST_RESORT
from npskit.followup.letters.known_languages import Languages as Languages
from npskit.followup.letters.known_languages import as_languages as as_languages
from npskit.followup.letters.language_file import PUBLIC_ACTION as PUBLIC_ACTION
from npskit.followup.letters.manner import ABOUT as ABOUT
from npskit.followup.letters.manner import Manner as Manner
from npskit.followup.letters.materials import Materials as Materials
from npskit.followup.letters.messages import Field as Field
from npskit.followup.letters.messages import draft as draft
from npskit.followup.letters.messages import list_fields as list_fields
from npskit.followup.letters.own_writer import Facts as Facts
from npskit.followup.letters.own_writer import Writer as Writer
from npskit.followup.letters.value_writer import as_currency as as_currency
from npskit.followup.letters.value_writer import clean as clean
from npskit.followup.letters.voice import Voice as Voice

__all__: list[str]

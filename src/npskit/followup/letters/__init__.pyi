"""Letters to customers: templates in several languages, and what fills their gaps."""

from npskit.followup.letters.language_file import PUBLIC_ACTION as PUBLIC_ACTION
from npskit.followup.letters.messages import Draft as Draft
from npskit.followup.letters.messages import Languages as Languages
from npskit.followup.letters.messages import draft as draft

__all__: list[str]

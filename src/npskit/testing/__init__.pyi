"""For tests of your own: Hypothesis strategies and the contract of a scorer."""

from npskit.testing.contract import ContractError as ContractError
from npskit.testing.contract import check_scorer as check_scorer
from npskit.testing.strategies import answers as answers
from npskit.testing.strategies import counts as counts
from npskit.testing.strategies import responses as responses
from npskit.testing.strategies import scales as scales
from npskit.testing.strategies import sci_answers as sci_answers
from npskit.testing.strategies import scorers as scorers
from npskit.testing.strategies import segments as segments

__all__: list[str]

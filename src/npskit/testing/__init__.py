"""For authors of scorers: `check_scorer`, the contract suite, and Hypothesis strategies for npskit's types.

`check_scorer` needs nothing but npskit. The strategies need Hypothesis (`pip install hypothesis`), and import it when
one is called.
"""

from npskit.testing.contract import ContractError, check_scorer
from npskit.testing.strategies import answers, counts, responses, scales, sci_answers, scorers, segments

__all__ = [
    "ContractError",
    "answers",
    "check_scorer",
    "counts",
    "responses",
    "scales",
    "sci_answers",
    "scorers",
    "segments",
]

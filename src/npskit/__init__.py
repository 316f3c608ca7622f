"""npskit turns customer-loyalty answers into decisions.

Net Promoter Score, Secure Customer Index, CSAT, CES and retention, from a list, a file, a dataframe or a database, with
intervals that can be trusted.

Example:
    >>> import npskit as nk
    >>> nk.nps([10, 9, 7, 3])
    Score(NPS=25.0, n=4, interval=(-50.5, 77.8), level=0.95)
"""

from npskit.doors import open_door

__version__ = "0.1.0"

# Imported when first used, so that `import npskit` costs nothing.
__getattr__, __dir__, __all__ = open_door(__name__, "__version__")

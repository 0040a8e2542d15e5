"""Arrays to a labelled Dataset that explains itself. Units begin again here."""

from spinesim.results.specimen import wrap_specimen
from spinesim.results.wrap import wrap

__all__ = ["wrap", "wrap_specimen"]

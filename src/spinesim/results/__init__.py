"""Arrays to a labelled Dataset that explains itself. Units begin again here."""

from spinesim.results.labelled import Labelled
from spinesim.results.specimen import wrap_specimen
from spinesim.results.wrap import labelled, wrap

__all__ = ["Labelled", "labelled", "wrap", "wrap_specimen"]

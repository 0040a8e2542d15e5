"""Pictures of a result: Dataset in, matplotlib Axes out.

Figures are made without pyplot and no global setting of matplotlib is read or changed on purpose, so that
drawing is safe in threads and in other people's programs.
"""

from spinesim.plots.compare import plot_compare
from spinesim.plots.levels import plot_levels
from spinesim.plots.lumbar import plot_lumbar
from spinesim.plots.muscles import plot_muscles
from spinesim.plots.posture import plot_posture
from spinesim.plots.save import save_plots

__all__ = ["plot_compare", "plot_levels", "plot_lumbar", "plot_muscles", "plot_posture", "save_plots"]

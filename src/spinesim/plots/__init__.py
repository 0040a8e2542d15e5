"""Pictures of a result: Dataset in, matplotlib Axes out.

Figures are made without pyplot and no global setting of matplotlib is changed, so that drawing leaves other
people's programs and notebooks as they are.
"""

from spinesim.plots.compare import plot_compare
from spinesim.plots.levels import plot_levels
from spinesim.plots.lumbar import plot_lumbar
from spinesim.plots.muscles import plot_muscles
from spinesim.plots.posture import plot_posture
from spinesim.plots.save import save_comparison, save_plots
from spinesim.plots.specimen import plot_course, plot_curves

__all__ = [
    "plot_compare",
    "plot_course",
    "plot_curves",
    "plot_levels",
    "plot_lumbar",
    "plot_muscles",
    "plot_posture",
    "save_comparison",
    "save_plots",
]

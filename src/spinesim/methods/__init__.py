"""Other published ways to judge a load, beside the engine: pure functions of plain SI numbers."""

from spinesim.methods.niosh import Lift, Limit, lifting_index, recommended_weight
from spinesim.methods.single_muscle import EXTENSOR_ARM, Estimate, single_muscle

__all__ = [
    "EXTENSOR_ARM",
    "Estimate",
    "Lift",
    "Limit",
    "lifting_index",
    "recommended_weight",
    "single_muscle",
]

"""What is done to the spine: posture, loads, deficits and conditions, as frozen objects."""

from spinesim.scenario.conditions import Breath, Recruitment, Subject, Support
from spinesim.scenario.loads import BodyForce, HandForce, Held, Load, Worn
from spinesim.scenario.names import LEVELS
from spinesim.scenario.posture import Arms, LumbarShare, Posture, RotationOffset
from spinesim.scenario.scenario import Scenario
from spinesim.scenario.specimen import Specimen
from spinesim.scenario.tissues import DiscChange, FacetChange, LigamentChange, MuscleChange

__all__ = [
    "LEVELS",
    "Arms",
    "BodyForce",
    "Breath",
    "DiscChange",
    "FacetChange",
    "HandForce",
    "Held",
    "LigamentChange",
    "Load",
    "LumbarShare",
    "MuscleChange",
    "Posture",
    "Recruitment",
    "RotationOffset",
    "Scenario",
    "Specimen",
    "Subject",
    "Support",
    "Worn",
]

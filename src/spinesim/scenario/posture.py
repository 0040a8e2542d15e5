"""How the person holds the body."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag, model_validator

from spinesim.errors import InputError
from spinesim.scenario.names import Level
from spinesim.schema import Frozen, Name
from spinesim.units import Quantity

Angle = Annotated[float, Quantity("angle")]  # the model knows its range
Turn = Annotated[float, Quantity("angle", "-360 deg", "360 deg")]  # the model knows how far each level moves
Fraction = Annotated[float, Quantity("fraction", "0 %", "100 %")]


class LumbarShare(Frozen):
    """The lumbar spine's share of the trunk's inclination; the hips do the rest."""

    lumbar_share: Fraction


def _rhythm_tag(value: Any) -> str:
    return "<name>" if isinstance(value, str) else "<share>"


Rhythm = Annotated[
    Annotated[Literal["healthy", "low_back_pain", "healthy_return", "low_back_pain_return", "solved"], Tag("<name>")]
    | Annotated[LumbarShare, Tag("<share>")],
    Discriminator(_rhythm_tag),
]


class Arms(Frozen):
    """Angles of both arms; rad. Left out: the model's reach to the loads, or hanging."""

    shoulder_flexion: Angle | None = None
    shoulder_abduction: Angle | None = None
    elbow_flexion: Angle | None = None


class Posture(Frozen):
    """A preset and what departs from it; angles in rad, None where the preset decides.

    Parameters
    ----------
    preset : str
        A posture of the model file.
    trunk_inclination : float or None
        The thorax from the vertical, forward positive.
    lumbopelvic_rhythm : str, LumbarShare or None
        How the inclination is shared between hips and lumbar spine; "..._return" is coming up again. "solved": as costs
        the muscles least, starting from the preset or the healthy rhythm.
    vertebrae : str
        "settled": lumbar vertebrae tilt a little from the shape of the level shares where that spares effort.
        "held": they do not.
    level_shares : str or None
        The study that says how the levels share the lumbar rotation, by its key; None is the model's choice.
    stance : str
        "balanced": who stands with a load, and whose inclination is not stated, leans at the ankles until the weight
        falls as far before them as without it. "straight": nobody leans.
    right_lateral_bending, left_axial_rotation : float or None
        Of the thorax against the pelvis.
    pelvis_tilt : float or None
        Forward positive.
    pelvis_list : float or None
        Sideways tilt of the pelvis of who stands on one leg, right side down positive; the thorax stays and the lumbar
        spine bends against it.
    lumbar_flexion : float or None
        T12 against S1, flexion positive.
    knee_flexion, hip_flexion : float or None
        Of both legs; the thigh against the pelvis.
    arms : Arms or None
        Angles of both arms.
    """

    preset: Name = "standing"
    trunk_inclination: Angle | None = None
    lumbopelvic_rhythm: Rhythm | None = None
    level_shares: Name | None = None
    vertebrae: Literal["settled", "held"] = "settled"
    stance: Literal["balanced", "straight"] = "balanced"
    right_lateral_bending: Angle | None = None
    left_axial_rotation: Angle | None = None
    pelvis_tilt: Angle | None = None
    pelvis_list: Angle | None = None
    lumbar_flexion: Angle | None = None
    knee_flexion: Angle | None = None
    hip_flexion: Angle | None = None
    arms: Arms | None = None


class RotationOffset(Frozen):
    """A turn of one level away from the posture; rad.

    Parameters
    ----------
    level : str
        Such as ``L4-L5``.
    flexion, right_lateral_bending, left_axial_rotation : float or None
        At least one of them.
    cause : str
        "postural": the person holds it. "structural": the unloaded disc has it.
    """

    level: Level
    flexion: Turn | None = None
    right_lateral_bending: Turn | None = None
    left_axial_rotation: Turn | None = None
    cause: Literal["postural", "structural"] = "postural"

    @model_validator(mode="after")
    def _turns(self) -> RotationOffset:
        if self.flexion is None and self.right_lateral_bending is None and self.left_axial_rotation is None:
            raise InputError("needs at least one of flexion, right_lateral_bending and left_axial_rotation")
        return self

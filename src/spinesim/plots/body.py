"""A simple person around the spine: silhouette of head, trunk, legs and arms from the joints."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon

from spinesim.plots.style import FAINT
from spinesim.plots.view import Floats, View, values

Joints = dict[str, Floats]
Parts = dict[tuple[str, str], tuple[float, float]]

# Skin of the reference man in the midline, metres in the frames of thorax and pelvis, from the front of the
# neck down to the crotch and up the back. For the eye only; nothing is measured by it.
_CHEST = ((0.06, 0.34), (0.07, 0.27), (0.14, 0.17), (0.15, 0.07), (0.13, -0.02))
_BELLY = ((0.12, 0.11), (0.115, 0.04), (0.07, -0.05))
_SEAT = ((-0.06, -0.10), (-0.135, -0.05), (-0.125, 0.05), (-0.095, 0.11))
_BACK = ((-0.10, 0.0), (-0.115, 0.10), (-0.11, 0.20), (-0.06, 0.29), (-0.045, 0.36))
_NECK_HEIGHT, _THIGH_LENGTH = 0.31, 0.41  # m, of the same man

# Half widths at both ends as shares of the thigh's length.
_LEG: Parts = {
    ("hip", "knee"): (0.19, 0.125),
    ("knee", "ankle"): (0.125, 0.08),
    ("ankle", "toe"): (0.08, 0.045),
}
_ARM: Parts = {("shoulder", "elbow"): (0.115, 0.09), ("elbow", "hand"): (0.09, 0.065)}
_FOOT = 0.4  # of the thigh, from ankle to toe
_HEAD, _NOSE = 0.90, 1.22  # of the distance from neck to head
_APART = 0.02  # m on paper; nearer limbs are drawn once
_FILL = {"trunk": "#ececec", "leg": "#e2e2e2", "arm": "#d8d8d8"}
_EDGE: dict[str, Any] = {"edgecolor": "#8a8a8a", "linewidth": 0.9}
_DASHED: dict[str, Any] = {"edgecolor": FAINT, "linewidth": 1.0, "linestyle": (0, (4, 2))}


def draw_body(ax: Axes, view: View, result: xr.Dataset) -> bool:
    """Draw the person; return whether a left limb was drawn apart from the right one."""
    joints = _joints(view, result)
    _draw_trunk(ax, view, result, joints)
    _draw_head(ax, view, result, joints)
    limbs = ((_LEG, _FILL["leg"], 1.0), (_ARM, _FILL["arm"], 3.0))
    apart = [_apart(view, joints, parts) for parts, _, _ in limbs]
    for (parts, fill, height), drawn_twice in zip(limbs, apart, strict=True):
        if drawn_twice:
            behind = {"facecolor": _FILL["trunk"], "zorder": height - 0.5, **_DASHED}
            _draw_limb(ax, joints, parts, "left", behind)
        _draw_limb(ax, joints, parts, "right", {"facecolor": fill, "zorder": height, **_EDGE})
    return any(apart)


def body_points(view: View, result: xr.Dataset) -> Floats:
    """Return points on paper, shape (n, 2), that the picture of the person must hold; all finite."""
    points = np.concatenate([np.array(list(_joints(view, result).values())), _trunk(view, result)])
    return points[np.isfinite(points).all(axis=1)]


def _joints(view: View, result: xr.Dataset) -> Joints:
    """Return the joints on paper, with toes, which the result does not have."""
    points = view.points(values(result["joint_position"]))
    joints = {str(name): point for name, point in zip(result["joint"].values, points, strict=True)}
    for side in ("right", "left"):
        joints[f"toe_{side}"] = _toe(*(joints[f"{joint}_{side}"] for joint in ("hip", "knee", "ankle")))
    return joints


def _toe(hip: Floats, knee: Floats, ankle: Floats) -> Floats:
    """Return the tip of a foot that stands flat, or square to a shank that lies."""
    shank = ankle - knee
    across = np.array([-shank[1], shank[0]]) / max(_length(shank), 1e-9)
    flat = np.array([1.0, 0.0]) if across[0] > 0.5 else across
    return ankle + _FOOT * _length(knee - hip) * flat


def _length(vector: Floats) -> float:
    return float(np.linalg.norm(vector))


def _trunk(view: View, result: xr.Dataset) -> Floats:
    """Return the corners of the trunk's skin on paper, shape (n, 2)."""
    joints = result["joint_position"]
    neck = values(joints, joint="neck") - _origin(result, "thorax")
    thigh = values(joints, joint="hip_right") - values(joints, joint="knee_right")
    sizes = {"thorax": _length(neck) / _NECK_HEIGHT, "pelvis": _length(thigh) / _THIGH_LENGTH}
    parts = ((_CHEST, "thorax"), (_BELLY, "pelvis"), (_SEAT, "pelvis"), (_BACK, "thorax"))
    return np.concatenate([_skin(view, result, np.array(part) * sizes[body], body) for part, body in parts])


def _skin(view: View, result: xr.Dataset, flat: Floats, body: str) -> Floats:
    local = np.column_stack([flat, np.zeros(len(flat))])
    return view.points(_origin(result, body) + local @ values(result["body_orientation"], body=body).T)


def _origin(result: xr.Dataset, body: str) -> Floats:
    return values(result["body_position"], body=body)


def _draw_trunk(ax: Axes, view: View, result: xr.Dataset, joints: Joints) -> None:
    _add(ax, _rounded(_trunk(view, result)), "trunk", {"facecolor": _FILL["trunk"], "zorder": 2.0, **_EDGE})
    line = np.array([joints["neck"], view.points(_origin(result, "thorax"))])
    ax.plot(*line.T, color=FAINT, linewidth=1.2, gid="trunk line", zorder=4)


def _draw_head(ax: Axes, view: View, result: xr.Dataset, joints: Joints) -> None:
    head, radius = joints["head"], _HEAD * _length(joints["head"] - joints["neck"])
    forward = view.directions(values(result["body_orientation"], body="thorax", body_axis="anterior"))
    if not np.isfinite([*head, radius, *forward]).all():
        return
    across = np.array([-forward[1], forward[0]])
    sides = [head + radius * 0.98 * (np.cos(t) * forward + np.sin(t) * across) for t in (0.15, -0.3)]
    nose = np.array([sides[0], head + radius * (_NOSE * forward - 0.15 * across), sides[1]])
    look = {"facecolor": _FILL["trunk"], "zorder": 2.0, **_EDGE}
    _add(ax, nose, "nose", look)
    ax.add_patch(Circle((float(head[0]), float(head[1])), radius, gid="head", **look))


def _apart(view: View, joints: Joints, parts: Parts) -> bool:
    """Return whether a left limb would be seen beside the right one."""
    ends = {joint for part in parts for joint in part}
    return any(_length(joints[f"{end}_right"] - joints[f"{end}_left"]) > _APART * view.scale for end in ends)


def _draw_limb(ax: Axes, joints: Joints, parts: Parts, side: str, look: dict[str, Any]) -> None:
    size = _length(joints["hip_right"] - joints["knee_right"])
    for (start, end), widths in parts.items():
        outline = _capsule(joints[f"{start}_{side}"], joints[f"{end}_{side}"], *widths, size)
        _add(ax, outline, f"{start} to {end}, {side}", look)
        # The fill comes once more over all edges, so that the parts run into each other.
        _add(ax, outline, "fill", {**look, "linewidth": 0.0, "zorder": look["zorder"] + 0.1})


def _add(ax: Axes, outline: Floats, name: str, look: dict[str, Any]) -> None:
    if np.isfinite(outline).all():
        ax.add_patch(Polygon(outline, joinstyle="round", gid=name, **look))


def _capsule(start: Floats, end: Floats, first: float, last: float, size: float) -> Floats:
    """Return the outline, shape (n, 2), of a limb with round ends; half widths as shares of a size."""
    along = np.arctan2(*(end - start)[::-1])
    arc = np.linspace(np.pi / 2.0, 3.0 * np.pi / 2.0, 13)
    ends = ((start, first, along + arc), (end, last, along + arc + np.pi))
    return np.concatenate([point + width * size * _directions(angles) for point, width, angles in ends])


def _directions(angles: Floats) -> Floats:
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _rounded(corners: Floats, rounds: int = 3) -> Floats:
    """Return a closed outline with its corners cut again and again (Chaikin)."""
    for _ in range(rounds):
        following = np.roll(corners, -1, axis=0)
        cut = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], axis=1)
        corners = cut.reshape(-1, 2)
    return corners

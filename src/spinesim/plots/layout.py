"""Figures of drawings to scale, placed by hand: matplotlib's own layouts cut what has an equal aspect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_HEIGHT, _WIDEST, _NARROWEST = 6.4, 7.4, 6.6  # inches: of a drawing, of a drawing, of the whole figure
_LEFT, _BETWEEN, _RIGHT = 0.85, 1.75, 1.15
_TOP, _BOTTOM, _KEY = 0.25, 0.75, 0.19  # _KEY: one line of the key
_TITLE_LINE, _PANEL_LINE = 0.24, 0.19


def drawing_board(count: int) -> list[Axes]:
    """Return axes side by side in a new white figure, to be placed by `lay_out` once they are drawn."""
    figure = Figure(facecolor="white")
    return [figure.add_axes((i / count, 0.0, 1.0 / count, 1.0)) for i in range(count)]


def lay_out(axes: list[Axes], title: str = "", style: Mapping[str, Any] | None = None) -> Figure:
    """Give the figure and its axes the sizes that drawings, titles and keys need; return the figure."""
    figure = axes[0].get_figure(root=True)
    if not isinstance(figure, Figure):
        raise TypeError("the axes have no figure")
    sizes = [_size(ax) for ax in axes]
    widest, tallest = sum(width for width, _ in sizes), max(height for _, height in sizes)
    bottom = _BOTTOM + _KEY * max(_key_lines(ax) for ax in axes)
    width = max(_LEFT + widest + _BETWEEN * (len(axes) - 1) + _RIGHT, _NARROWEST)
    height = bottom + tallest + _headroom(title, axes)
    figure.set_size_inches(width, height)
    figure.suptitle(title, y=1.0 - 0.15 / height, **(style or {}))
    place = _LEFT
    for ax, (wide, high) in zip(axes, sizes, strict=True):
        low = bottom + (tallest - high) / 2.0
        ax.set_position((place / width, low / height, wide / width, high / height))
        place += wide + _BETWEEN
    return figure


def _size(ax: Axes) -> tuple[float, float]:
    """Return width and height, inches, with the shape of the axes' limits."""
    shape = float(np.ptp(ax.get_xlim()) / np.ptp(ax.get_ylim()))
    width = min(_HEIGHT * shape, _WIDEST)
    return width, width / shape


def _key_lines(ax: Axes) -> int:
    key = ax.get_legend()
    return 0 if key is None else len(key.get_texts())


def _headroom(title: str, axes: list[Axes]) -> float:
    panel = max(_lines(ax.get_title()) for ax in axes)
    return _TOP + _TITLE_LINE * _lines(title) + _PANEL_LINE * panel + (0.25 if title else 0.1)


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0

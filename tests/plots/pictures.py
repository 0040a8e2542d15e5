"""Reading a picture back: what stands where in drawn axes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text


def artist_of(ax: Axes, name: str) -> Any:
    return next(artist for artist in ax.get_children() if artist.get_gid() == name)


def names_in(ax: Axes) -> set[str]:
    return {artist.get_gid() or "" for artist in ax.get_children()}


def patch_of(ax: Axes, name: str) -> Polygon:
    patch = artist_of(ax, name)
    assert isinstance(patch, Polygon)
    return patch


def corners_of(ax: Axes, name: str) -> np.ndarray:
    return np.asarray(patch_of(ax, name).get_xy())[:4]


def line_of(ax: Axes, name: str) -> np.ndarray:
    line = artist_of(ax, name)
    assert isinstance(line, Line2D)
    return np.asarray(line.get_xydata())


def texts_in(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def key_of(ax: Axes) -> str:
    key = ax.get_legend()
    assert key is not None
    return "\n".join(text.get_text() for text in key.get_texts())


def color_bar_label(ax: Axes) -> str:
    return ax.child_axes[0].get_ylabel()


def bars_of(ax: Axes, which: int) -> list[Rectangle]:
    return list(ax.containers[which])


def widths_of(ax: Axes, which: int) -> list[float]:
    return [bar.get_width() for bar in bars_of(ax, which)]


def text_places(figure: Figure) -> Iterator[tuple[Text, Any]]:
    """Yield each text that is drawn with its box in pixels, a little smaller than drawn."""
    texts = list(figure.texts)
    for ax in figure.axes:
        for part in (ax, *ax.child_axes):
            assert isinstance(part, Axes)
            texts += [*part.texts, part.title, part.xaxis.label, part.yaxis.label, *tick_labels(part)]
        key = ax.get_legend()
        texts += [] if key is None else key.get_texts()
    for text in texts:
        if text.get_visible() and text.get_text():
            yield text, Text.get_window_extent(text).padded(-1.0)


def tick_labels(ax: Axes) -> Iterator[Text]:
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if low <= tick.get_loc() <= high:
                yield tick.label1
                yield tick.label2


def overlap(a: Any, b: Any) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1


def inside(a: Any, b: Any) -> bool:
    return b.x0 <= a.x0 and a.x1 <= b.x1 and b.y0 <= a.y0 and a.y1 <= b.y1

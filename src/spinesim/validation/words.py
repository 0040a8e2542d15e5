"""Numbers and bands of the reports, in one spelling for text and page."""

from __future__ import annotations

from typing import Any

MARKS = {"inside": "in", "outside": "OUT", "failed": "FAILED"}
NONE = "-"


def number(value: float | None) -> str:
    """Return three significant digits, without an exponent for numbers of ordinary size."""
    if value is None:
        return NONE
    if value == 0.0:
        return "0"
    if 0.001 <= abs(value) < 1000.0:
        return f"{value:.3g}"
    return f"{value:.0f}" if 1000.0 <= abs(value) < 1e6 else f"{value:.2e}"


def band(low: float | None, high: float | None) -> str:
    """Return ``1.2 to 3.4``, ``at least 1.2`` or ``at most 3.4``."""
    if low is None:
        return f"at most {number(high)}"
    return f"at least {number(low)}" if high is None else f"{number(low)} to {number(high)}"


def share(counts: dict[str, Any]) -> str:
    """Return how many rows lie inside, in words."""
    rows = counts["rows"]
    if not rows:
        return "no rows"
    percent = 100.0 * counts["inside"] / rows
    return (
        f"{counts['inside']} of {rows} inside ({percent:.0f} %), {counts['outside']} outside, {counts['failed']} failed"
    )


def rms(value: dict[str, Any] | None) -> str:
    """Return a root mean square error with its unit."""
    return NONE if value is None else f"{number(value['value'])} {value['unit']}".removesuffix(" 1")


def miss(value: float | None) -> str:
    """Return a miss in band widths; empty for a row inside its band or failed."""
    return "" if not value else f"{value:.2f}"

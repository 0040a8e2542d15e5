"""Numbers and bands of the reports, in one spelling for text and page."""

from __future__ import annotations

from typing import Any

METHODS_WHY = (
    "spinesim balances six levels at once with all fascicles, passive tissue and abdominal pressure.",
    "The single muscle is one extensor 60 mm behind L5-S1 that holds all weights alone (Morris 1961, Chaffin 1969): no "
    "antagonist, no passive tissue, no abdominal pressure, no other level.",
    "The lifting equation (Waters 1993) gives no force but a mass that nearly all healthy workers may lift, from the "
    "load on the spine, the energy spent and what people accept together; an index above 1 asks for another task. "
    "It does not cover people who sit, nor hands farther than 63 cm before the ankles.",
)
METHODS_COLUMNS = (
    "study", "task", "held kg", "L4-L5 N", "L5-S1 N", "one muscle N", "limit kg", "index",
)  # fmt: skip
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


def method_cells(row: dict[str, Any]) -> tuple[str, ...]:
    """Return a task's cells under METHODS_COLUMNS."""
    forces = (row["compression_l4_l5"], row["compression_l5_s1"], row["single_muscle"])
    limit = (row["recommended_weight"], row["lifting_index"])
    cells = [f"{value:.0f}" if value is not None else NONE for value in forces]
    return (row["study"], row["task"], number(row["mass"]), *cells, *(number(value) for value in limit))

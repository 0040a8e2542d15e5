"""One row against its band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from spinesim.validation.cases import Case, Row, RowEntry
from spinesim.validation.kinds import load_kinds

Verdict = Literal["inside", "outside", "failed"]
ONE_SIDED_WIDTH = 0.4  # of the value: what +-20 % gives where a study prints one edge only
FAR = 3.0  # band widths beyond which a miss needs a sentence


@dataclass(frozen=True)
class Judged:
    """A row after the run.

    Parameters
    ----------
    case : Case
        Where it comes from.
    row : Row
        What the study says.
    spinesim : float or None
        The engine's number in the row's unit; None when the row failed.
    reason : str
        Why it failed.
    warning : str
        What happened on the way, such as a ligament past its failure strain.
    """

    case: Case
    row: Row
    spinesim: float | None
    reason: str = ""
    warning: str = ""

    @property
    def entry(self) -> RowEntry:
        """The row as written."""
        return self.row.entry

    @property
    def verdict(self) -> Verdict:
        """Whether the number lies inside the band, edges included."""
        if self.spinesim is None:
            return "failed"
        return "inside" if self.miss == 0.0 else "outside"

    @property
    def miss(self) -> float | None:
        """Distance to the nearer edge of the band in band widths; 0 inside, None when the row failed."""
        if self.spinesim is None:
            return None
        low, high = self.entry.low, self.entry.high
        below = low - self.spinesim if low is not None else 0.0
        above = self.spinesim - high if high is not None else 0.0
        return max(below, above, 0.0) / self.width

    @property
    def width(self) -> float:
        """Width of the band in the row's unit."""
        low, high, value = self.entry.low, self.entry.high, self.entry.value
        if low is not None and high is not None:
            return high - low
        return ONE_SIDED_WIDTH * abs(value) if value else 1.0

    @property
    def place(self) -> float | None:
        """Where the number lies: 0 in the middle of the band, -0.5 and 0.5 at its edges."""
        if self.spinesim is None:
            return None
        low, high = self.entry.low, self.entry.high
        middle = high - 0.5 * self.width if high is not None else (low or 0.0) + 0.5 * self.width
        return (self.spinesim - middle) / self.width

    @property
    def unexplained(self) -> bool:
        """Whether it misses so far that a sentence is owed, and none is there."""
        return self.miss is not None and self.miss > FAR and not self.entry.explained

    def as_dict(self) -> dict[str, Any]:
        """Return everything about the row as plain data."""
        entry, case = self.entry, self.case
        return {
            "id": entry.id,
            "suite": case.suite,
            "study": case.entry.study,
            "title": case.entry.title,
            "where": case.entry.where,
            "file": case.file,
            "kind": entry.kind,
            "quantity": entry.quantity,
            "value": entry.value,
            "unit": entry.unit,
            "low": entry.low,
            "high": entry.high,
            "band": entry.band,
            "spinesim": self.spinesim,
            "inside": None if self.spinesim is None else self.verdict == "inside",
            "verdict": self.verdict,
            "miss": self.miss,
            "reason": self.reason,
            "warning": self.warning,
            "calibrated": entry.calibrated,
            "confidence": self.row.confidence,
            "note": entry.note,
            "explained": entry.explained,
        }


def by_kind(rows: list[Judged]) -> Mapping[str, list[Judged]]:
    """Return the rows of each kind that occurs, in the order of the vocabulary."""
    found = {kind: [row for row in rows if row.entry.kind == kind] for kind in load_kinds()}
    return {kind: these for kind, these in found.items() if these}

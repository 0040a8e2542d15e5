"""Counts, misses and errors of a run as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from spinesim.validation.judge import Judged, by_kind
from spinesim.validation.kinds import load_kinds
from spinesim.validation.report_methods import other_methods
from spinesim.validation.run import Validation

WORST = 10
UNREAD = "unverified"  # what a row says of a figure that was not read at its source


def summarise(validation: Validation) -> dict[str, Any]:
    """Return the summary of a run.

    Returns
    -------
    dict
        Counts in all, of calibrated and of untouched rows, of those whose figures were read at their source or verified
        and of the unverified; the same by kind and by study; the root mean square
        error of each kind whose rows have one unit; the worst misses in band widths; failed rows with their
        reasons; far misses that lack a sentence, by id.
    """
    rows = validation.rows
    misses = sorted((row for row in rows if row.miss), key=lambda row: (-(row.miss or 0.0), row.entry.id))
    return {
        **_all_counts(rows),
        "scenarios": len(validation.solved),
        "studies": len({row.case.entry.study for row in rows}),
        "by_kind": [_kind_counts(kind, these) for kind, these in by_kind(rows).items()],
        "by_study": [_study_counts(study, rows) for study in sorted({row.case.entry.study for row in rows})],
        "worst": [{"id": row.entry.id, "miss": row.miss} for row in misses[:WORST]],
        "failed_rows": [{"id": row.entry.id, "reason": row.reason} for row in rows if row.verdict == "failed"],
        "unexplained": [row.entry.id for row in rows if row.unexplained],
    }


def as_json(validation: Validation) -> dict[str, Any]:
    """Return the run as plain data: ``{"rows": [...], "summary": {...}}``, with living people also ``"methods"``."""
    data = {"rows": [row.as_dict() for row in validation.rows], "summary": summarise(validation)}
    if any(case.suite == "in_vivo" for case in validation.cases):
        data["methods"] = other_methods(validation)
    return data


def _counts(rows: Sequence[Judged]) -> dict[str, int]:
    verdicts = [row.verdict for row in rows]
    return {"rows": len(rows), **{name: verdicts.count(name) for name in ("inside", "outside", "failed")}}


def _all_counts(rows: Sequence[Judged]) -> dict[str, Any]:
    return {
        **_counts(rows),
        "calibrated": _counts([row for row in rows if row.entry.calibrated]),
        "untouched": _counts([row for row in rows if not row.entry.calibrated]),
        "read": _counts([row for row in rows if row.row.confidence != UNREAD]),
        "unverified": _counts([row for row in rows if row.row.confidence == UNREAD]),
    }


def _kind_counts(kind: str, rows: Sequence[Judged]) -> dict[str, Any]:
    return {"kind": kind, "title": load_kinds()[kind].title, **_all_counts(rows), "rms": _rms(rows)}


def _study_counts(study: str, rows: Sequence[Judged]) -> dict[str, Any]:
    return {"study": study, **_all_counts([row for row in rows if row.case.entry.study == study])}


def _rms(rows: Sequence[Judged]) -> dict[str, Any] | None:
    """Return the root mean square of spinesim minus value, or None when rows differ in unit or hold no value."""
    errors = [
        row.spinesim - row.entry.value for row in rows if row.spinesim is not None and row.entry.value is not None
    ]
    units = {row.entry.unit for row in rows}
    if not errors or len(units) != 1:
        return None
    return {
        "value": math.sqrt(math.fsum(e * e for e in errors) / len(errors)),
        "unit": units.pop(),
        "rows": len(errors),
    }

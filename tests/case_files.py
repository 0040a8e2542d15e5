"""Small case files for the tests of the validation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

FLEXED = {"specimen": {"levels": ["L4-L5", "L5-S1"], "moment": {"flexion": "10 N*m", "steps": 2, "course": "cycle"}}}


def case_data(rows: Sequence[dict[str, Any]] = (), **keys: Any) -> dict[str, Any]:
    """Return a case of one scenario with one row, or the rows given as changes of that row."""
    return {
        "format": 1,
        "study": "Yamamoto1989",
        "title": "A title",
        "where": "Table 2",
        "method": "How it was done.",
        "confidence": "read_in_source",
        "scenarios": {"bend": FLEXED},
        "rows": [row_data(**row) for row in rows or [{}]],
        **keys,
    }


def row_data(**keys: Any) -> dict[str, Any]:
    """Return a row: the flexion of L4-L5 at 10 N m, 5 deg by `courses.moment_cycle`, band 4 to 6 deg."""
    measure = {"variable": "disc_rotation", "level": "L4-L5", "rotation": "flexion", "step": "10 N*m"}
    row = {
        "id": "ROM-001", "kind": "range_of_motion", "quantity": "flexion of L4-L5", "measure": measure, "value": 5.0,
        "unit": "deg", "low": 4.0, "high": 6.0, "band": "SD as printed", **keys,
    }  # fmt: skip
    return {key: value for key, value in row.items() if value is not None}


def write_case(folder: Path, data: dict[str, Any], name: str = "case.yaml", suite: str = "in_vitro") -> Path:
    """Write a case file into a suite of a folder and return its path."""
    place = folder / suite
    place.mkdir(parents=True, exist_ok=True)
    path = place / name
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path

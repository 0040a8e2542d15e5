"""README.md shows what the engine gives."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _readme_parts():
    spec = importlib.util.spec_from_file_location("readme_parts", ROOT / "docs" / "readme_parts.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_of_the_readme_are_what_a_run_gives() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert _readme_parts().fill(text) == text, "run `make readme` and read what changed"

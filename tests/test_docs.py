"""What the manual shows can be run."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

import spinesim as ss

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_scenario_with_all_keys_is_solved_and_every_preset_is_listed() -> None:
    text = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    result = ss.simulate(yaml.safe_load(example[1]))
    assert result.attrs["status"] == "converged"
    model = ss.load_model()
    assert all(f"| `{name}` |" in text for name in model.presets)
    assert all(f"`{group}`" in text for group in model.groups)

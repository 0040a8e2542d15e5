"""Write into README.md what a run really gives: the table and picture of `make demo`, and the comparison with Wilke.

Usage: python docs/readme_parts.py          (a test fails when README and engine no longer agree)
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

import spinesim as ss
from spinesim.plots import save_plots
from spinesim.summary import print_summary

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
IMAGES = ROOT / "docs" / "images"
# Intradiscal pressure at L4-L5 in one man of 70 kg, MPa (Wilke 1999, 2001): scenario, what was measured, its text.
WILKE = (
    ("standing", 0.50, "relaxed standing"),
    ("flexed_36", 1.08, "standing, trunk 36° forward"),
    ("hold_20kg_close", 1.05, "20 kg held close (1.0 and 1.1 in two papers)"),
    ("hold_20kg_far", 1.80, "20 kg held 60 cm in front of the chest"),
)
WILKE_SUBJECT = {"sex": "male", "height": "1.68 m", "mass": "70 kg", "age": "45 yr", "disc_area": "18 cm^2"}


def demo_table() -> str:
    """Return the table that `make demo` prints, as a block of code."""
    text = io.StringIO()
    print_summary(ss.simulate("hold_20kg_far"), text)
    return "```text\n" + "\n".join(line.rstrip() for line in text.getvalue().splitlines()).strip("\n") + "\n```"


def wilke_table() -> str:
    """Return measured and computed pressures with the difference."""
    rows = [
        "| task | measured MPa | reference man | off by | that volunteer's size | off by |",
        "|---|---|---|---|---|---|",
    ]
    for name, measured, text in WILKE:
        cells = [text, f"{measured:.2f}"]
        for scenario in (ss.load_scenario(name), ss.load_scenario(name).replace(subject=WILKE_SUBJECT)):
            pressure = float(ss.simulate(scenario).intradiscal_pressure.sel(level="L4-L5"))
            cells += [f"{pressure:.2f}", f"{100 * (pressure / measured - 1):+.0f} %"]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


PARTS = {"demo table": demo_table, "wilke table": wilke_table}


def fill(text: str) -> str:
    """Return the README's text with every part between its marks made anew."""
    for name, make in PARTS.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md has no place marked {begin}")
        part = f"{begin}\n{make()}\n{end}"
        text = pattern.sub(lambda _, part=part: part, text)
    return text


def main() -> int:
    """Write README.md and the pictures."""
    README.write_text(fill(README.read_text(encoding="utf-8")), encoding="utf-8")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for path in save_plots(ss.simulate("hold_20kg_far"), Path(folder)):
            if path.suffix == ".png":
                shutil.copy(path, IMAGES / f"hold_20kg_far_{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

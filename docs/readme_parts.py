"""Write into README.md and the manual what a run really gives: tables, counts and pictures.

Usage: python docs/readme_parts.py          (tests fail when text and engine no longer agree)

Parts stand between marks, <!-- begin NAME --> and <!-- end NAME -->; whatever is between them is written anew.
"""

from __future__ import annotations

import io
import math
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import figures
import tables

import spinesim as ss
from spinesim.plots import save_plots
from spinesim.summary import print_summary
from spinesim.validation import Validation, read_suites, run_cases

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PASSIVE = ROOT / "docs" / "passive_spine.md"
TRUST = ROOT / "docs" / "trust.md"
IMAGES = ROOT / "docs" / "images"
FOUR_TASKS = {  # the row with his body; MPa: Wilke 1999; bent forward Wilke 2001; close to the body both
    "standing": ("WILKE1999-01", "standing", 0.50, 0.50),
    "flexed_36": ("WILKE1999-02", "bent forward by 36°", 1.08, 1.08),
    "hold_20kg_close": ("WILKE1999-08", "20 kg held close", 1.0, 1.1),
    "hold_20kg_far": ("WILKE1999-09", "20 kg held far", 1.80, 1.80),
}
Part = Callable[[Validation], str]


def demo_table(validation: Validation | None = None) -> str:
    """Return the table that `make demo` prints, as a block of code."""
    text = io.StringIO()
    print_summary(ss.simulate("hold_20kg_far"), text)
    return "```text\n" + "\n".join(line.rstrip() for line in text.getvalue().splitlines()).strip("\n") + "\n```"


def wilke(validation: Validation) -> str:
    """Return the picture of the README with its error in the caption."""
    rows = figures.wilke_rows(validation)
    error, solved = figures.wilke_error(rows)
    inside = sum(row.verdict == "inside" for row in rows)
    missing = "" if solved == len(rows) else f" ({len(rows) - solved} could not be solved and are not in the error)"
    caption = (
        f"Pressure in the disc L4-L5 in the {len(rows)} static tasks of one man (Wilke et al. 1999), none left out: "
        f"root-mean-square error {error:.2f} MPa over the {solved} solved{missing}; "
        f"{inside} of {len(rows)} within ±20 %."
    )
    return f"![Measured pressure with ±20 % and spinesim's, task by task](docs/images/wilke.png)\n\n{caption}"


def four_tasks(validation: Validation) -> str:
    """Return the four tasks of Wilke everybody compares with, for his body and for the one that runs by name."""
    lines = [
        "| L4-L5, MPa | measured | his body | off | `spinesim run` | off |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    his = {row.entry.id: row.spinesim for row in figures.wilke_rows(validation)}
    for name, (row, task, low, high) in FOUR_TASKS.items():
        cells = [task, f"{low:.2f}" if low == high else f"{low:.1f} to {high:.1f}"]
        own = float(ss.simulate(name)["intradiscal_pressure"].sel(level="L4-L5"))
        for pressure in (math.nan if his[row] is None else his[row], own):
            nearest = min(max(pressure, low), high)
            cells += [f"{pressure:.2f}", f"{100.0 * (pressure / nearest - 1.0):+.0f} %"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def in_suite(name: str, part: Part) -> Part:
    """Return a part that sees one suite only."""
    return lambda validation: part(tables.of_suite(validation, name))


def constant(part: Callable[[], str]) -> Part:
    """Return a part that needs no validation run."""
    return lambda validation: part()


PAGES: Mapping[Path, Mapping[str, Part]] = {
    README: {
        "demo table": demo_table,
        "wilke": wilke,
        "four tasks": four_tasks,
        "counts": tables.suites,
        "stamp": constant(tables.stamp),
    },
    PASSIVE: {
        "stamp": constant(tables.stamp),
        "counts": in_suite("in_vitro", tables.suites),
        "kinds": in_suite("in_vitro", tables.kinds),
        "rows used": in_suite("in_vitro", tables.calibration_rows),
        "bounds": constant(tables.bounds),
        "fitted": constant(tables.fitted),
    },
    TRUST: {
        "stamp": constant(tables.stamp),
        "counts": tables.suites,
        "kinds": in_suite("in_vivo", tables.kinds),
        "worst": tables.worst,
        "sensitivity": constant(tables.sensitivity),
        "fitted": constant(tables.muscles_fitted),
        "rows used": in_suite("in_vivo", tables.rows_of_people),
    },
}


def part_of(text: str, name: str) -> str:
    """Return what stands between the marks of a part."""
    return _place(text, name)[0].split("\n", 1)[1].rsplit("\n", 1)[0]


def filled(text: str, name: str, content: str) -> str:
    """Return a page's text with one part written anew."""
    place = _place(text, name)
    part = f"<!-- begin {name} -->\n{content}\n<!-- end {name} -->"
    return text[: place.start()] + part + text[place.end() :]


def _place(text: str, name: str) -> re.Match[str]:
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    found = re.search(re.escape(begin) + ".*?" + re.escape(end), text, re.DOTALL)
    if found is None:
        raise SystemExit(f"there is no place marked {begin}")
    return found


def write_pages(validation: Validation) -> None:
    """Write all parts of all pages."""
    for page, parts in PAGES.items():
        text = page.read_text(encoding="utf-8")
        for name, make in parts.items():
            text = filled(text, name, make(validation))
        page.write_text(text, encoding="utf-8")


def main() -> int:
    """Write pages and pictures."""
    validation = run_cases(read_suites())
    write_pages(validation)
    IMAGES.mkdir(exist_ok=True)
    figures.save(validation, IMAGES)
    with tempfile.TemporaryDirectory() as folder:
        for path in save_plots(ss.simulate("hold_20kg_far"), Path(folder)):
            if path.suffix == ".png":
                shutil.copy(path, IMAGES / f"hold_20kg_far_{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

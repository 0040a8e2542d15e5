"""A validation run as plain text: what the page says, without its pictures."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from spinesim.validation.run import Validation
from spinesim.validation.summary import as_json
from spinesim.validation.words import (
    MARKS,
    METHODS_COLUMNS,
    METHODS_WHY,
    band,
    method_cells,
    miss,
    number,
    rms,
    share,
)

WIDTH = 110
_COLUMNS = ("id", "", "measured", "band", "spinesim", "unit", "miss")


def text_report(validation: Validation) -> str:
    """Return the report, failed rows first, at most 110 columns where no name is longer."""
    data = as_json(validation)
    return (
        "\n".join([*_summary(data), *_kinds(data["summary"]), *_worst(data), *_methods(data), *_studies(data["rows"])])
        + "\n"
    )


def _summary(data: Mapping[str, Any]) -> Iterator[str]:
    summary = data["summary"]
    if summary["failed_rows"]:
        yield "Failed rows"
        for row in summary["failed_rows"]:
            yield from _folded(f"{row['id']}: {row['reason']}", "  ")
        yield ""
    yield f"{summary['studies']} studies, {summary['rows']} rows, {summary['scenarios']} scenarios solved"
    yield f"  all         {share(summary)}"
    yield f"  untouched   {share(summary['untouched'])}"
    yield f"  calibrated  {share(summary['calibrated'])}"
    yield f"  read        {share(summary['read'])}"
    yield f"  unverified  {share(summary['unverified'])}"
    yield "  (read: figures seen at their source or verified; unverified: from memory or a review)"
    yield ""


def _kinds(summary: Mapping[str, Any]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("kind", "rows", "inside", "outside", "failed", "rms error")]
    for kind in summary["by_kind"]:
        counts = [str(kind[name]) for name in ("rows", "inside", "outside", "failed")]
        rows.append((kind["title"], *counts, rms(kind["rms"])))
    yield from _table(rows, left=1)
    yield ""


def _worst(data: Mapping[str, Any]) -> Iterator[str]:
    summary, rows = data["summary"], {row["id"]: row for row in data["rows"]}
    if summary["worst"]:
        yield "Largest misses, in band widths"
        for miss_of in summary["worst"]:
            row = rows[miss_of["id"]]
            yield from _folded(f"{miss_of['miss']:.2f}  {row['id']}  {row['quantity']} ({row['study']})", "  ")
        yield ""
    if summary["unexplained"]:
        yield from _folded("More than 3 band widths off without a sentence: " + ", ".join(summary["unexplained"]), "")
        yield ""


def _methods(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the other methods beside the engine, when people lift."""
    if not data.get("methods"):
        return
    yield "Other methods beside it"
    yield from _table([METHODS_COLUMNS, *(method_cells(row) for row in data["methods"])], left=2)
    for row in data["methods"]:
        if row["reason"]:
            yield from _folded(f"{row['study']}, {row['task']}: {row['reason']}", "    ")
    yield from _folded(" ".join(METHODS_WHY), "  ")
    yield ""


def _studies(rows: list[dict[str, Any]]) -> Iterator[str]:
    files = dict.fromkeys((row["suite"], row["file"]) for row in rows)
    for suite, file in files:
        these = [row for row in rows if (row["suite"], row["file"]) == (suite, file)]
        first = these[0]
        yield from _folded(f"{first['study']}: {first['title']}", "")
        yield from _folded(f"{first['where']}; {suite}/{file}", "  ")
        yield from _table([_COLUMNS, *(_cells(row) for row in these)], left=2)
        for row in these:
            yield from _remarks(row)
        yield ""


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    edges = band(row["low"], row["high"])
    return (
        row["id"], MARKS[row["verdict"]], number(row["value"]), edges, number(row["spinesim"]), row["unit"],
        miss(row["miss"]),
    )  # fmt: skip


def _remarks(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a row is and what must be known of it."""
    flags = [row["confidence"].replace("_", " "), *(["calibrated"] if row["calibrated"] else [])]
    yield from _folded(f"{row['id']}: {row['quantity']}; band: {row['band']}; {', '.join(flags)}", "  ")
    for word in ("reason", "warning", "note", "explained"):
        if row[word]:
            yield from _folded(f"{word}: {row[word]}", "    ")


def _table(rows: list[tuple[str, ...]], left: int) -> Iterator[str]:
    """Yield rows in columns; the first `left` columns stand to the left, the others to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(w) if n < left else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        yield ("  " + "  ".join(cells)).rstrip()


def _folded(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ") or [""]

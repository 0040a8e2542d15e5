"""A validation run as one page that needs nothing else: no network, no scripts, pictures inside."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spinesim._version import __version__
from spinesim.citations import bibtex
from spinesim.validation.cases import Case
from spinesim.validation.figures import EDGE, curve_figure, forest_figure, study_figure
from spinesim.validation.judge import by_kind
from spinesim.validation.kinds import load_kinds
from spinesim.validation.run import Validation
from spinesim.validation.summary import as_json
from spinesim.validation.words import METHODS_COLUMNS, METHODS_WHY, band, method_cells, miss, number, rms

MARKS = {"inside": "\u25cf inside", "outside": "\u25b2 outside", "failed": "\u2715 failed"}


def html_report(validation: Validation) -> str:
    """Return the page; equal runs give equal text. Everything from case files is escaped."""
    data = as_json(validation)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            version=__version__,
            s=data["summary"],
            by_id={row["id"]: row for row in data["rows"]},
            forests=_forests(validation),
            cases=[_case(validation, case, data["rows"]) for case in validation.cases],
            sources=bibtex(sorted({case.entry.study for case in validation.cases})),
            methods=data.get("methods", []),
            why=METHODS_WHY,
            method_columns=METHODS_COLUMNS,
            marks=MARKS,
            edge=EDGE,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("spinesim", "validation"), autoescape=True, undefined=StrictUndefined
    )
    environment.globals.update(number=number, band=band, miss=miss, rms=rms, method_cells=method_cells)
    return environment


def _forests(validation: Validation) -> list[dict[str, Any]]:
    kinds = load_kinds()
    return [
        {
            "kind": kind,
            "title": kinds[kind].title,
            "sentence": kinds[kind].sentence,
            "svg": _inline(forest_figure(rows, kind)),
        }
        for kind, rows in by_kind(validation.rows).items()
    ]


def _case(validation: Validation, case: Case, rows: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [row for row in rows if (row["suite"], row["file"]) == (case.suite, case.file)]
    judged = [row for row in validation.rows if row.case is case]
    name = f"{case.suite}-{case.file}"
    return {
        "study": case.entry.study,
        "title": case.entry.title,
        "where": case.entry.where,
        "suite": case.suite,
        "file": case.file,
        "method": case.entry.method,
        "rows": mine,
        "against": _inline(study_figure(judged, f"{name}-against")),
        "curves": _inline(curve_figure(validation, case, f"{name}-curves")),
    }


def _inline(svg: str) -> Markup:
    """Mark a picture of our own as safe: matplotlib has escaped the texts in it."""
    return Markup(svg)

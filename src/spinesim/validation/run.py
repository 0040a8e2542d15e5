"""Solve what the cases ask for, each distinct scenario once, and judge every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spinesim.errors import InputError, SpinesimError, did_you_mean, quoted
from spinesim.scenario import Scenario
from spinesim.validation.cases import Case, Row
from spinesim.validation.judge import Judged
from spinesim.validation.kinds import load_kinds
from spinesim.validation.measure import MeasureError, evaluate, leaves
from spinesim.validation.situations import Situation

if TYPE_CHECKING:
    import xarray as xr

    from spinesim.model import Model

Solve = Callable[[Scenario], "xr.Dataset"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Solved:
    """How a scenario came out.

    Parameters
    ----------
    result : xarray.Dataset or None
        What was found.
    end : str
        ``converged``, another end of the solve, or ``refused``.
    reason : str
        A sentence when it did not converge.
    """

    result: xr.Dataset | None
    end: str
    reason: str = ""


@dataclass(frozen=True)
class Validation:
    """All rows of a run, with the results that they were taken from.

    Parameters
    ----------
    cases : list of Case
        What was asked.
    rows : list of Judged
        One for every row of every case, in the order of the files.
    solved : mapping of str to Solved
        Outcomes by the key of the scenario.
    """

    cases: list[Case]
    rows: list[Judged]
    solved: Mapping[str, Solved] = field(repr=False)

    def results(self, case: Case) -> dict[str, xr.Dataset]:
        """Return the results of a case by the names of its scenarios, those that there are."""
        outcomes = {name: self.solved.get(situation.key) for name, situation in case.situations.items()}
        return {name: o.result for name, o in outcomes.items() if o is not None and o.result is not None}


def choose(cases: Sequence[Case], study: str | None = None, kind: str | None = None) -> list[Case]:
    """Return the cases of a study, with the rows of a kind.

    Raises
    ------
    InputError
        When there is no such study or kind, or nothing is left.
    """
    studies = {case.entry.study for case in cases}
    if study is not None and study not in studies:
        raise InputError(f"no case of the study {quoted(study)}{did_you_mean(study, studies)}")
    if kind is not None and kind not in load_kinds():
        raise InputError(f"there is no kind {quoted(kind)}{did_you_mean(kind, load_kinds())}")
    wanted = [case for case in cases if study in (None, case.entry.study)]
    kept = wanted if kind is None else [_of_kind(case, kind) for case in wanted]
    kept = [case for case in kept if case.rows]
    if not kept:
        raise InputError("there are no such cases")
    return kept


def run_cases(
    cases: Sequence[Case],
    workers: int = 2,
    solve: Solve | None = None,
    progress: Progress | None = None,
    model: Model | None = None,
) -> Validation:
    """Solve every scenario of the cases once and judge all rows.

    Parameters
    ----------
    cases : sequence of Case
        As `read_suites` gives them.
    workers : int
        Threads; the solver releases the interpreter lock.
    solve : callable, optional
        Takes the place of `spinesim.simulate`, and of the search for the largest load where a case asks for it.
    model : Model, optional
        A changed model, in place of the one that each scenario names.
    progress : callable, optional
        Called with how many scenarios are done, and of how many.

    Returns
    -------
    Validation
        With a row for every row: those whose scenario failed say why.
    """
    situations = {situation.key: situation for case in cases for situation in _used(case)}
    solved = _solve_all(situations, max(1, workers), solve, progress, model)
    rows = [_judged(case, row, solved) for case in cases for row in case.rows]
    return Validation(list(cases), rows, solved)


def _of_kind(case: Case, kind: str) -> Case:
    rows = tuple(row for row in case.rows if row.entry.kind == kind)
    kept = {row.entry.id for row in rows}
    curves = tuple(curve for curve in case.curves if kept & set(curve.rows))
    return Case(case.suite, case.file, case.entry, case.situations, rows, curves)


def _simulate(scenario: Scenario, largest: str | None, model: Model | None) -> xr.Dataset:
    if largest is not None:
        from spinesim.capacity import largest_load

        return largest_load(scenario, largest, model)
    from spinesim.simulation import simulate

    return simulate(scenario) if model is None else simulate(scenario, model=model)


def _used(case: Case) -> Iterable[Situation]:
    """Return the scenarios that rows and curves of the case take numbers from."""
    measures = [row.measure for row in case.rows]
    measures += [measure for curve in case.curves for measure in (curve.x, curve.y)]
    names = dict.fromkeys(leaf.scenario for measure in measures for leaf in leaves(measure))
    return [case.situations[name] for name in names]


def _solve_all(
    situations: Mapping[str, Situation], workers: int, solve: Solve | None, progress: Progress | None,
    model: Model | None,
) -> dict[str, Solved]:  # fmt: skip
    solved: dict[str, Solved] = {}
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(_solve_one, situation, solve, model): key for key, situation in situations.items()}
        for future in as_completed(futures):
            solved[futures[future]] = future.result()
            if progress is not None:
                progress(len(solved), len(futures))
    return {key: solved[key] for key in situations}


def _solve_one(situation: Situation, solve: Solve | None, model: Model | None) -> Solved:
    if situation.scenario is None:
        return Solved(None, "refused", situation.refusal)
    try:
        result = solve(situation.scenario) if solve else _simulate(situation.scenario, situation.largest, model)
    except SpinesimError as error:
        return Solved(None, "refused", " / ".join(str(error).splitlines()))
    end = str(result.attrs.get("status", "converged"))
    said = str(result.attrs.get("status_message") or "")
    return Solved(result, end, "" if end == "converged" else said or end.replace("_", " "))


def _judged(case: Case, row: Row, solved: Mapping[str, Solved]) -> Judged:
    """Return the row with the engine's number, or with why there is none."""
    results: dict[str, xr.Dataset] = {}
    for name in dict.fromkeys(leaf.scenario for leaf in leaves(row.measure)):
        outcome = solved[case.situations[name].key]
        if outcome.result is None or (outcome.reason and outcome.end not in row.entry.accept):
            return Judged(case, row, None, f"{name}: {outcome.reason}")
        results[name] = outcome.result
    warnings = dict.fromkeys(sentence for result in results.values() for sentence in _torn(result))
    try:
        return Judged(case, row, evaluate(row.measure, results) / row.scale, warning="; ".join(warnings))
    except MeasureError as error:
        return Judged(case, row, None, str(error))


def _torn(result: xr.Dataset) -> list[str]:
    """Return the sentences on ligaments past their failure strain."""
    return str(result.attrs["torn"]).split("; ") if result.attrs.get("torn") else []

"""Run a sweep: in memory or into a store, by threads or a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np

from spinesim.errors import InputError
from spinesim.files import read_sweep
from spinesim.model import Model
from spinesim.scenario import Scenario
from spinesim.sweeps.block import PART, Block, solve_block
from spinesim.sweeps.dataset import as_dataset, as_labelled, empty_block
from spinesim.sweeps.plan import Plan, make_plan, with_nothing_drawn, with_uncertainty

if TYPE_CHECKING:
    import xarray as xr

    from spinesim.results import Labelled

MANY = 10_000_000  # scenarios: beyond them somebody has to say yes
MOST_BYTES = 4_000_000_000  # of a result in memory
LARGEST_BLOCK, LEAST_BLOCK = 2048, 64
LEAST_STORED, STORED = 256, 1024  # a block of a store is some forty files, and writing it takes as long as ten solves
GRACE = 2.0  # s, given to blocks that are being solved when somebody interrupts
SECONDS_EACH = 2e-3  # a guess of one scenario on one core
Progress = Callable[[int, int], None]


def sweep(
    source: Any, *, out: str | os.PathLike[str] | None = None, model: Model | str | Path | None = None,
    workers: int | None = None, scheduler: str | None = None, resume: bool = False, yes: bool = False,
    block: int | None = None, progress: Progress | None = None,
) -> xr.Dataset:  # fmt: skip
    """Solve all scenarios of a sweep.

    Parameters
    ----------
    source : str, path-like, mapping or Sweep
        Name of a shipped sweep, a file, its content, or a sweep.
    out : path-like, optional
        Folder of a store on disk that survives being killed. Without it all stays in memory.
    model : Model or str, optional
        Takes the place of the base scenario's own.
    workers : int, optional
        Threads; as many as there are cores.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``, that maps the blocks to its workers instead.
    resume : bool
        Go on with a store that is there already.
    yes : bool
        Go on though there are more than ten million scenarios.
    block : int, optional
        Scenarios of a block; chosen by the size of the sweep. It changes no number.
    progress : callable, optional
        Told the scenarios done and all of them.

    Returns
    -------
    xarray.Dataset
        One dimension for each axis of a grid, `sample` for what is drawn, with the drawn values as coordinates;
        `status` says how each scenario ended, and so does ``attrs["status_message"]``.

    Raises
    ------
    InputError
        With all that is wrong in the sweep, or when the store is another's.
    OutputError
        When the store cannot be written; what is finished is kept.
    """
    from spinesim.sweeps.store import load_store, open_store

    plan = make_plan(source, model)
    size = plan.design.size
    if size > MANY and not yes:
        raise InputError(f"{estimate(plan, workers or cores())}; say yes (--yes) to go on")
    block = block or (block_of if out is None else stored_block_of)(size)
    solve = _by_dask(scheduler) if scheduler else _by_threads(workers or cores())
    if out is None:
        return as_dataset(plan, _collected(plan, block, solve, progress))
    with open_store(Path(out), plan, block, resume) as store:
        missing = store.missing()
        done = size - sum(stop - start for start, stop in map(store.bounds, missing))
        for number, values in solve(plan, [(number, *store.bounds(number)) for number in missing]):
            store.write(number, values)
            done += len(values["status"])
            if progress:
                progress(done, size)
    return load_store(Path(out), plan, check=False)  # what was there was checked, the rest was just written


def with_interval(scenario: Scenario, samples: int) -> tuple[xr.Dataset, xr.Dataset]:
    """Return the sweep of a scenario over all uncertain parameters of its model, and its headline outputs by the model
    as it is.
    """
    swept, alone = labelled_interval(scenario, samples)
    return swept.dataset(), alone.dataset().isel(sample=0)


def labelled_interval(scenario: Scenario, samples: int) -> tuple[Labelled, Labelled]:
    """Return what `with_interval` does before it becomes Datasets, the second with its one sample."""
    plan = make_plan(with_uncertainty(scenario, samples))
    alone = with_nothing_drawn(plan)
    return as_labelled(plan, in_memory(plan)), as_labelled(alone, in_memory(alone))


def open_sweep(
    folder: str | os.PathLike[str], model: Model | str | Path | None = None, outputs: Collection[str] = ()
) -> xr.Dataset:
    """Return the Dataset of a store; scenarios that are not done yet are NaN and have the status -1.

    Parameters
    ----------
    folder : path
    model : optional
        Where it is not the model of the sweep's base.
    outputs : collection of str
        These alone are read into memory, with the dimensions of a grid, however large the store is. Without any, all
        are there, and those of a large store stay on disk.

    Raises
    ------
    InputError
        When it is no store, or a finished block is not what was written.
    """
    from spinesim.sweeps.store import load_store, read_head

    head = read_head(Path(folder))
    plan = make_plan(read_sweep(head["sweep"]), model)
    chosen = tuple(name for name in plan.outputs if name in outputs)
    return load_store(Path(folder), plan, chosen)


def estimate(plan: Plan, workers: int) -> str:
    """Return the size of a sweep in words: scenarios, bytes and time."""
    hours = plan.design.size * SECONDS_EACH / workers / 3600.0
    size = _bytes(plan) / 1e9
    return f"{plan.design.size:,} scenarios: about {size:.3g} GB and {hours:.3g} h on {workers} cores"


def block_of(size: int) -> int:
    """Return how many scenarios a block of a sweep in memory has: so many blocks that no core waits long at the end."""
    return min(max(-(-size // 64), LEAST_BLOCK), LARGEST_BLOCK)


def stored_block_of(size: int) -> int:
    """Return how many scenarios a block of a store has: neither many files nor much lost by a kill."""
    return min(max(size // 8, LEAST_STORED), STORED)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _bytes(plan: Plan) -> int:
    return plan.design.size * sum(values[0].nbytes for values in empty_block(plan, 1).values())


Tasks = list[tuple[int, int, int]]  # number, first and last scenario of blocks
Solver = Callable[[Plan, Tasks], Iterator[tuple[int, Block]]]


def in_memory(plan: Plan, workers: int | None = None, progress: Progress | None = None) -> Block:
    """Return the outputs of all scenarios of a plan, solved by threads."""
    return _collected(plan, block_of(plan.design.size), _by_threads(workers or cores()), progress)


def _collected(plan: Plan, block: int, solve: Solver, progress: Progress | None) -> Block:
    if _bytes(plan) > MOST_BYTES:
        raise InputError(f"{estimate(plan, cores())}: more than memory should hold, give a store (out)")
    size, done = plan.design.size, 0
    whole = empty_block(plan, size)
    starts = range(0, size, block)
    for number, values in solve(plan, [(k, start, min(start + block, size)) for k, start in enumerate(starts)]):
        start = starts[number]
        for name, array in values.items():
            whole[name][start : start + len(array)] = array
        done += len(values["status"])
        if progress:
            progress(done, size)
    return whole


def _by_threads(workers: int) -> Solver:
    """Return what solves blocks in threads: the core lets go of the interpreter. Few blocks are in memory at a time,
    and threads take them in parts, so that none has to wait long for the others at the end.
    """

    def solve(plan: Plan, tasks: Tasks) -> Iterator[tuple[int, Block]]:
        stop, waiting = Event(), iter(tasks)
        begun: dict[int, list[Future[Block]]] = {}  # the parts of blocks
        with ThreadPoolExecutor(workers) as pool:
            try:
                while True:
                    ready = [(number, begun.pop(number)) for number in _done(begun)]
                    while len(_undone(begun)) < 2 * workers and (task := next(waiting, None)):
                        number, start, end = task
                        begun[number] = [
                            pool.submit(solve_block, plan, first, min(first + PART, end), stop.is_set)
                            for first in range(start, end, PART)
                        ]
                    for number, parts in ready:
                        yield number, _joined(parts)
                    if not begun:
                        return
                    try:
                        wait(_undone(begun), return_when=FIRST_COMPLETED)
                    except KeyboardInterrupt:
                        yield from _finished_soon(begun)
                        raise
            finally:
                stop.set()

    return solve


def _done(begun: dict[int, list[Future[Block]]]) -> list[int]:
    return [number for number, parts in begun.items() if all(part.done() for part in parts)]


def _undone(begun: dict[int, list[Future[Block]]]) -> list[Future[Block]]:
    return [part for parts in begun.values() for part in parts if not part.done()]


def _joined(parts: list[Future[Block]]) -> Block:
    found = [part.result() for part in parts]
    return {name: np.concatenate([own[name] for own in found]) for name in found[0]}


def _finished_soon(begun: dict[int, list[Future[Block]]]) -> Iterator[tuple[int, Block]]:
    """Yield the blocks that are nearly done when somebody interrupts; those that have not begun are left."""
    for number, parts in list(begun.items()):
        if not any(part.running() or part.done() for part in parts):
            for part in begun.pop(number):
                part.cancel()
    wait(_undone(begun), timeout=GRACE)
    for number in _done(begun):
        if not any(part.cancelled() or part.exception() for part in begun[number]):
            yield number, _joined(begun[number])


def _by_dask(scheduler: str) -> Solver:
    from spinesim.sweeps.cluster import solve_on

    return lambda plan, tasks: solve_on(scheduler, plan, tasks)

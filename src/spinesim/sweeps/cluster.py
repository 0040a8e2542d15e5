"""The same blocks on many machines, mapped by Dask."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import lru_cache
from typing import Any

from spinesim.errors import InputError, OutputError
from spinesim.sweeps.block import Block, solve_block
from spinesim.sweeps.plan import Plan

RETRIES = 3  # times a block is tried again when its worker is lost


def solve_on(scheduler: str, plan: Plan, tasks: list[tuple[int, int, int]]) -> Iterator[tuple[int, Block]]:
    """Yield the blocks as the workers of a Dask scheduler finish them; a lost worker's blocks go to another.

    Raises
    ------
    InputError
        When Dask is not installed, or nobody answers at the address.
    OutputError
        When the cluster is lost; blocks that were yielded are safe.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise InputError("a scheduler needs Dask: pip install spinesim[dask]") from error
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at {scheduler}: {error}") from error
    with client:
        packed = client.scatter(pickle.dumps(plan), broadcast=True, hash=True)
        futures = {
            client.submit(_block, packed, start, stop, retries=RETRIES, pure=False): number
            for number, start, stop in tasks
        }
        for future in as_completed(list(futures), loop=client.loop):
            try:
                yield futures[future], future.result()
            except (OSError, RuntimeError, CancelledError, KilledWorker) as error:
                reason = " ".join(str(error).split())
                raise OutputError(
                    f"the cluster was lost: {reason}; finished blocks are kept, go on with --resume"
                ) from error
            future.release()


def _block(packed: bytes, start: int, stop: int) -> Block:
    return solve_block(_plan(packed), start, stop)


@lru_cache(maxsize=2)
def _plan(packed: bytes) -> Any:
    """Return the plan, unpacked once in each worker."""
    return pickle.loads(packed)

"""A sweep on disk that survives being killed: blocks are there whole or not at all.

A store is a folder: `results.zarr` holds the numbers, chunked by block; `done/` holds one small file for each finished
block with the digest of its numbers, written after them; `sweep.json` says which sweep it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import xarray as xr

from spinesim.errors import InputError, OutputError
from spinesim.files import write_atomically
from spinesim.reading import shown
from spinesim.sweeps.block import Block, drawn, output_shape
from spinesim.sweeps.chunks import PARTIAL, chunks_of, is_plain, serializer
from spinesim.sweeps.dataset import ENDINGS, as_dataset, attributes, drawn_attributes, labels, summary_attributes
from spinesim.sweeps.plan import Plan
from spinesim.variables import variables

HEAD, DATA, DONE, LOCK = "sweep.json", "results.zarr", "done", "lock"
FORMAT = 1
MOST_LOADED = 100_000_000  # bytes
T = TypeVar("T")


class Store:
    """An open store: reads which blocks are done, writes blocks, and holds the lock."""

    def __init__(self, folder: Path, plan: Plan, block: int, arrays: Mapping[str, Any]) -> None:
        self.folder, self.plan, self.block = folder, plan, block
        self._chunks = {name: chunks_of(folder / DATA / name, array) for name, array in arrays.items()}

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.plan.design.size // self.block)

    def bounds(self, number: int) -> tuple[int, int]:
        """Return the first scenario of a block and the one after its last."""
        return number * self.block, min((number + 1) * self.block, self.plan.design.size)

    def write(self, number: int, values: Block) -> None:
        """Write a block, then note that it is done.

        Raises
        ------
        OutputError
            When the disk is full or gone: finished blocks are kept.
        """
        with _told(self.folder, "finished blocks are kept, make room and go on with --resume"):
            for name, array in values.items():
                self._chunks[name].write(number, array)
            _write_durably(self._mark(number), json.dumps({"digest": block_digest(values)}))

    def read(self, number: int, names: Collection[str] = ()) -> Block:
        """Return the numbers of a block as they are on disk, of all arrays where none is named."""
        start, stop = self.bounds(number)
        return {name: self._chunks[name].read(number, stop - start) for name in names or self._chunks}

    def done(self) -> list[int]:
        """Return the blocks that were noted as done."""
        return [number for number in range(self.blocks) if self._mark(number).exists()]

    def read_all(self, names: Collection[str]) -> Block:
        """Return the numbers of all blocks; of a block that is not done, what stands for nothing."""
        whole = {name: self._chunks[name].empty(self.plan.design.size) for name in names}
        for number in self.done():
            rows = slice(*self.bounds(number))
            for name, values in self.read(number, names).items():
                whole[name][rows] = values
        return whole

    def bytes_of(self, names: Collection[str]) -> int:
        """Return how large arrays are in memory."""
        return self.plan.design.size * sum(self._chunks[name].empty(1).nbytes for name in names)

    def missing(self) -> list[int]:
        """Return the blocks that are not done, or whose numbers are not those that were noted."""
        return [number for number in range(self.blocks) if not self._is_whole(number)]

    def damaged(self) -> list[int]:
        """Return the blocks that were finished, but whose numbers are not those that were noted."""
        return [number for number in self.done() if not self._is_whole(number)]

    def _is_whole(self, number: int) -> bool:
        try:
            noted = json.loads(self._mark(number).read_text(encoding="utf-8"))["digest"]
            return noted == block_digest(self.read(number))
        except Exception:  # a chunk that was cut short makes its decoder fail in many ways
            return False

    def _mark(self, number: int) -> Path:
        return self.folder / DONE / f"{number:06d}.json"


def block_digest(values: Block) -> str:
    """Return the digest of a block's numbers, bit for bit."""
    digest = hashlib.sha256()
    for name in sorted(values):
        digest.update(name.encode() + np.ascontiguousarray(values[name]).tobytes())
    return digest.hexdigest()[:32]


@contextlib.contextmanager
def open_store(folder: Path, plan: Plan, block: int, resume: bool) -> Iterator[Store]:
    """Give the store of a sweep, new or to be resumed, locked against others.

    Raises
    ------
    InputError
        When the store is of another sweep, model or version, or there and not to be resumed.
    OutputError
        When it cannot be made, or another process writes into it.
    """
    if not resume and folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise InputError(f"{shown(str(folder))} is there already: go on with --resume, or choose another name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {shown(str(folder))}: {error.strerror}") from error
    _refuse_foreign(folder)
    with _locked(folder):
        if (folder / HEAD).exists():
            block = _check_same(folder, plan)
            _tidy(folder)
        with _told(folder, "make room and go on with --resume"):
            make = _whole if (folder / HEAD).exists() else _create
            arrays = _undisturbed(lambda: make(folder, plan, block))
        yield Store(folder, plan, block, arrays)


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds something else than a store, or what is left of one that was killed at its start."""
    held = {path.name for path in folder.iterdir() if not (path.name.startswith(".") and path.suffix == ".json")}
    if held and HEAD not in held and (LOCK not in held or held - {LOCK, DATA, DONE}):
        raise InputError(f"{shown(str(folder))} is not a store of a sweep: choose another name")


@contextlib.contextmanager
def _told(folder: Path, what_now: str) -> Iterator[None]:
    """Say of a disk that is full or gone what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"cannot write {shown(str(folder))}: {reason}; {what_now}") from error


def _undisturbed(work: Callable[[], T]) -> T:
    """Do what Ctrl-C should wait for: it reaches the main thread alone, and Zarr cut off halfway leaves warnings.

    Nor does it warn of words, that other readers of Zarr may not know: drawn words are such.
    """
    with ThreadPoolExecutor(1) as pool, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The data type .* does not have a Zarr V3 specification")
        return pool.submit(work).result()


def _check_same(folder: Path, plan: Plan) -> int:
    """Return the block size of a store of this sweep; refuse another's."""
    head = read_head(folder)
    if head["digest"] != plan.digest:
        raise InputError(
            f"{shown(str(folder))} belongs to another sweep, model or version of spinesim: '{head['title']}' with the "
            f"digest {head['digest']}, not {plan.digest}"
        )
    return int(head["block"])


def _tidy(folder: Path) -> None:
    """Take away what a killed process was still writing."""
    for pattern in (f"{DONE}/.*.json", f"{DATA}/**/*{PARTIAL}"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def read_head(folder: Path) -> dict[str, Any]:
    """Return what a store says about itself.

    Raises
    ------
    InputError
        When it is no store.
    """
    try:
        head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        if head["format"] != FORMAT:
            raise ValueError
        return head
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{shown(str(folder))} is not a store of a sweep") from error


def _create(folder: Path, plan: Plan, block: int) -> dict[str, Any]:
    """Lay out the arrays; the head comes last, and without it nothing is there."""
    _zarr().open_group(folder / DATA, mode="w").attrs.update(attributes(plan))
    arrays = _whole(folder, plan, block)
    head = {
        "format": FORMAT,
        "digest": plan.digest,
        "title": plan.title,
        "block": block,
        "sweep": json.loads(plan.text),
    }
    _write_durably(folder / HEAD, json.dumps(head))
    return arrays


def _whole(folder: Path, plan: Plan, block: int) -> dict[str, Any]:
    """Return the arrays to write into, and make those that are not there or can no longer be opened: their blocks are
    not what was noted, so that they are solved again.
    """
    (folder / DONE).mkdir(exist_ok=True)
    try:
        group = _zarr().open_group(folder / DATA, mode="r+")
    except Exception:  # its own description is gone or cut short: the arrays beside it may well be whole
        (folder / DATA / "zarr.json").unlink(missing_ok=True)
        group = _zarr().open_group(folder / DATA, mode="a")
        group.attrs.update(attributes(plan))
    told = drawn_attributes(plan)
    arrays = {
        name: _lay_out(
            group, plan, block, name, output_shape(plan, name), variables()[name].dims, variables()[name].attributes
        )
        for name in plan.outputs
    }
    arrays |= {name: _lay_out(group, plan, block, name, (), (), own) for name, own in ENDINGS.items()}
    return arrays | {
        name: _lay_out(group, plan, block, name, (), (), told[name], values.dtype)
        for name, values in drawn(plan, 0, 1).items()
    }


def _lay_out(
    group: Any, plan: Plan, block: int, name: str, shape: tuple[int, ...], dims: tuple[str, ...],
    attributes: dict[str, Any], dtype: Any = "f8",
) -> Any:  # fmt: skip
    """Make one array over all scenarios, chunked by block, unless it is there; what is not done yet is NaN, or -1 as a
    status.

    Numbers are written as they are: random ones hardly shrink, and trying takes as long as writing.
    """
    size = plan.design.size
    kind = np.dtype("i1" if name in ENDINGS else dtype)
    wanted = ((size, *shape), (min(block, size), *shape), kind)
    try:
        array = group[name]
        if (array.shape, array.chunks, array.dtype) == wanted and is_plain(array):
            return array
    except Exception:  # not there, or its description is cut short
        pass
    empty = {"status": -1, "unsettled": 0}.get(name, np.nan if kind.kind == "f" else None)
    return group.create_array(
        name, shape=wanted[0], chunks=wanted[1], dtype=kind, fill_value=empty, serializer=serializer(),
        dimension_names=("scenario", *dims), compressors=None, overwrite=True, attributes=attributes,
    )  # fmt: skip


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the store's lock; the system lets it go when the process ends, however it does."""
    import fcntl

    with (folder / LOCK).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError(f"another process writes into {shown(str(folder))}") from error
        yield


def _write_durably(path: Path, text: str) -> None:
    """Write a small file whole or not at all, through to the disk."""

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    write_atomically(path, write)


def _zarr() -> Any:
    try:
        import zarr
    except ImportError as error:
        raise OutputError("stores of sweeps need the package zarr: pip install spinesim[sweeps]") from error
    return zarr


def load_store(folder: Path, plan: Plan, outputs: tuple[str, ...] = (), *, check: bool = True) -> xr.Dataset:
    """Return the Dataset of a finished or unfinished store; scenarios not done are NaN with status -1.

    Finished blocks are checked against the digests that were noted, block by block: a chunk that is gone would be read
    as NaN, and a changed one as if it were right.

    Beyond `MOST_LOADED` bytes the numbers stay on disk until they are asked for, and the scenarios of a grid stay
    one behind the other along `scenario`. `outputs` are read in any case, and no others then.

    Raises
    ------
    InputError
        When a finished block is not what it was.
    """
    store = Store(folder, plan, int(read_head(folder)["block"]), _opened(folder, plan))
    if check:
        _refuse_damage(store)
    plan = replace(plan, outputs=outputs or plan.outputs)
    names = (*plan.outputs, *ENDINGS)
    if outputs or store.bytes_of(names) <= MOST_LOADED:
        known = drawn(plan, 0, 1) if len(store.done()) == store.blocks else ()
        return as_dataset(plan, store.read_all((*names, *known)))
    lazy = _undisturbed(
        lambda: xr.open_dataset(folder / DATA, engine="zarr", consolidated=False, chunks=None, cache=False)
    )
    lazy = lazy.set_coords(list(drawn(plan, 0, 1)))[list(names)].assign_coords(labels(plan))
    lazy.attrs |= summary_attributes(**store.read_all(ENDINGS))
    return lazy if plan.design.kind == "grid" else lazy.rename(scenario="sample")


def _opened(folder: Path, plan: Plan) -> dict[str, Any]:
    """Return the arrays of a store to read."""
    zarr = _zarr()
    try:
        return _undisturbed(lambda: _arrays(zarr.open_group(folder / DATA, mode="r"), plan))
    except Exception as error:  # gone, or no longer what it says
        message = f"its numbers cannot be opened ({error}); --resume solves again what is lost"
        raise InputError(f"{shown(str(folder))} is damaged: {message}") from error


def _arrays(group: Any, plan: Plan) -> dict[str, Any]:
    arrays = {name: group[name] for name in (*plan.outputs, *ENDINGS, *drawn(plan, 0, 1))}
    if not all(map(is_plain, arrays.values())):
        raise ValueError("they are packed in another way than spinesim packs them")
    return arrays


def _refuse_damage(store: Store) -> None:
    damaged = store.damaged()
    if not damaged:
        return
    first, last = store.bounds(damaged[0])
    more = f" and {len(damaged) - 1} other blocks" if len(damaged) > 1 else ""
    raise InputError(
        f"{shown(str(store.folder))} is damaged: scenarios {first:,} to {last - 1:,}{more} are not what was written; "
        "--resume solves again what is lost"
    )

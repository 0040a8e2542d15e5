"""The numbers of one array of a store, block by block, each in the file where the Zarr specification has it.

A block is one chunk, and a chunk that is not compressed is its numbers, little-endian, one behind the other. Zarr's own
writer takes two milliseconds of processor time for each chunk, as long as two solves; a block has some forty.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTIAL = ".partial"  # ends the name of what is still being written
_BYTES = ({"name": "bytes", "configuration": {"endian": "little"}}, {"name": "bytes"})
_KEYS = {"name": "default", "configuration": {"separator": "/"}}


@dataclass(frozen=True)
class Chunks:
    """Where an array (scenario, ...) keeps its chunks: each holds whole scenarios.

    Parameters
    ----------
    folder : Path
        Of the array.
    shape : tuple of int
        Of a chunk.
    dtype : dtype
        Little-endian.
    fill : object
        What a chunk that was never written holds.
    """

    folder: Path
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fill: Any

    def write(self, number: int, values: NDArray[Any]) -> None:
        """Write a chunk, whole or not at all; of the last chunk, what lies beyond the array is filled."""
        if len(values) < self.shape[0]:
            whole = self.empty(self.shape[0])
            whole[: len(values)] = values
        else:
            whole = np.ascontiguousarray(values, dtype=self.dtype)
        path = self._path(number)
        partial = path.with_name(path.name + PARTIAL)
        try:
            try:
                partial.write_bytes(whole.tobytes())
            except FileNotFoundError:
                partial.parent.mkdir(parents=True, exist_ok=True)
                partial.write_bytes(whole.tobytes())
            os.replace(partial, path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def read(self, number: int, rows: int) -> NDArray[Any]:
        """Return the first rows of a chunk.

        Raises
        ------
        ValueError
            When the file has another length than it should.
        """
        try:
            content = self._path(number).read_bytes()
        except FileNotFoundError:
            return self.empty(rows)
        return np.frombuffer(content, dtype=self.dtype).reshape(self.shape)[:rows]

    def empty(self, rows: int) -> NDArray[Any]:
        """Return rows of which none was written."""
        return np.full((rows, *self.shape[1:]), self.fill, dtype=self.dtype)

    def _path(self, number: int) -> Path:
        return self.folder.joinpath("c", str(number), *("0" for _ in self.shape[1:]))


def chunks_of(folder: Path, array: Any) -> Chunks:
    """Return the chunks of a Zarr array that lies in a folder."""
    return Chunks(folder, array.chunks, array.dtype.newbyteorder("<"), array.fill_value)


def serializer() -> Any:
    """Return what makes Zarr keep numbers so, on every machine."""
    from zarr.codecs import BytesCodec

    return BytesCodec(endian="little")


def is_plain(array: Any) -> bool:
    """Tell whether a Zarr array keeps its numbers as `Chunks` does."""
    told = array.metadata.to_dict()
    return told.get("chunk_key_encoding") == _KEYS and len(told["codecs"]) == 1 and told["codecs"][0] in _BYTES

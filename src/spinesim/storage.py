"""Results on disk and as JSON: what is read back is what was written.

NetCDF-3 needs nothing but SciPy. It knows neither 64-bit integers nor lists of texts, so what the format
cannot say is noted in one extra attribute and restored on reading; other readers still find plain numbers
and texts.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from spinesim.errors import InputError, quoted
from spinesim.files import write_atomically
from spinesim.reading import read_bytes, shown

LARGEST_RESULT = 500_000_000  # bytes
_NOTES = "spinesim_types"
_LISTS = {"citations": ", ", "torn": "; "}  # attributes of several, and what stands between them
_NETCDF4_MAGIC = b"\x89HDF"


def save(result: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a result as NetCDF, whole or not at all.

    Parameters
    ----------
    result : xarray.Dataset
        As `spinesim.simulate` returns it.
    path : path-like
        Such as ``standing.nc``.

    Raises
    ------
    OutputError
        When it cannot be written.
    InputError
        When it is no Dataset.

    Notes
    -----
    `load` gives back the same, to the last bit and attribute.
    """
    if not isinstance(result, xr.Dataset):
        raise InputError(f"{quoted(result)} is no result: spinesim.simulate returns one")
    packed = _packed(result)
    write_atomically(path, lambda temporary: packed.to_netcdf(temporary, engine="scipy"))


def load(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a result that `save` wrote.

    Raises
    ------
    InputError
        When there is no such file, or it is something else.
    """
    name = os.fsdecode(path)
    content = read_bytes(name, LARGEST_RESULT)
    if content.startswith(_NETCDF4_MAGIC):
        raise InputError(f"cannot read {shown(name)}: it is NetCDF-4, spinesim writes and reads NetCDF-3")
    try:
        packed = xr.load_dataset(io.BytesIO(content), engine="scipy")
        notes = json.loads(packed.attrs[_NOTES])
        return _unpacked(packed, notes)
    except Exception as error:  # a damaged header makes the reader fail in many ways
        raise InputError(f"cannot read {shown(name)}: it is not a result that spinesim saved") from error


def result_as_json(result: xr.Dataset) -> dict[str, Any]:
    """Return a result as plain dicts and lists: scenario, status, coords and variables.

    Numbers that are not finite become None, so that the text is JSON for every reader.
    """
    return {
        "scenario": result.attrs.get("scenario_name"),
        "status": result.attrs.get("status"),
        "status_message": result.attrs.get("status_message"),
        "attributes": {name: _listed(str(name), value) for name, value in result.attrs.items()},
        "coords": {str(name): _plain(values.values) for name, values in result.coords.items()},
        "variables": {str(name): _variable_as_json(values) for name, values in result.data_vars.items()},
    }


def _variable_as_json(values: xr.DataArray) -> dict[str, Any]:
    return {
        "dims": list(values.dims),
        "unit": values.attrs.get("units"),
        "long_name": values.attrs.get("long_name"),
        "sign_convention": values.attrs.get("sign_convention"),
        "values": _plain(values.values),
    }


def _listed(name: str, value: Any) -> Any:
    """Return an attribute as JSON; NetCDF wants one text where it stands for several."""
    between = _LISTS.get(name)
    return (
        _plain(value) if between is None or not isinstance(value, str) else [one for one in value.split(between) if one]
    )


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _packed(result: xr.Dataset) -> xr.Dataset:
    """Return a copy that NetCDF-3 can hold, with notes on what it could not say."""
    notes = {
        "dtypes": {str(name): values.dtype.str for name, values in result.variables.items()},
        "attributes": {str(name): _odd(values.attrs) for name, values in result.variables.items()},
        "dataset": _odd(result.attrs),
    }
    packed = result.copy()
    for name in result.variables:
        packed[name].attrs = _simple(result[name].attrs)
        packed[name].encoding = {}
    packed.attrs = {**_simple(result.attrs), _NOTES: json.dumps(notes, default=_as_list)}
    return packed


def _odd(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the attributes that NetCDF-3 does not give back as they were."""
    return {str(name): value for name, value in attributes.items() if not isinstance(value, str) or not value}


def _simple(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _simple_value(value) for name, value in attributes.items()}


def _simple_value(value: Any) -> Any:
    """Return the nearest that NetCDF-3 can hold: a text, a number or an array of numbers."""
    array = np.asarray(value)
    if array.dtype.kind in "if" and array.size:
        return array.astype("i4" if array.dtype.kind == "i" else "f8")
    if array.dtype.kind == "U" and array.size:
        return ", ".join(array.ravel().tolist())
    return json.dumps(value, default=_as_list)


def _as_list(value: Any) -> Any:
    return np.asarray(value).tolist()


def _unpacked(packed: xr.Dataset, notes: Mapping[str, Any]) -> xr.Dataset:
    result = packed.copy()
    for name, dtype in notes["dtypes"].items():
        if packed[name].dtype != np.dtype(dtype):
            result[name] = (packed[name].dims, packed[name].values.astype(dtype), packed[name].attrs)
        result[name].attrs.update(notes["attributes"][name])
        result[name].encoding = {}
    result.attrs.update(notes["dataset"])
    del result.attrs[_NOTES]
    result.encoding = {}
    return result

"""Named arrays with dimensions, labels and attributes: all that a Dataset is, without xarray, which takes as long to
load as a whole run. Tables of text are printed from this; `dataset` makes what programs get.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

Entry = tuple[Any, Any, dict[str, Any]]  # dimensions, values, attributes


@dataclass
class Labelled:
    """Arrays by name, and the labels of their dimensions; both as `xarray.Dataset` takes them."""

    data: dict[str, Entry]
    coords: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    attrs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, result: xr.Dataset | Labelled) -> Labelled:
        """Return the arrays of a Dataset."""
        if isinstance(result, Labelled):
            return result
        data: dict[str, Entry] = {str(k): (v.dims, v.values, v.attrs) for k, v in result.data_vars.items()}
        return cls(data, {str(k): (v.dims, v.values, v.attrs) for k, v in result.coords.items()}, result.attrs)

    def dataset(self) -> xr.Dataset:
        """Return the same as a Dataset."""
        import xarray as xr

        return xr.Dataset(self.data, coords=self.coords, attrs=self.attrs)

    def dims(self, name: str) -> tuple[str, ...]:
        """Return the dimensions of an array."""
        dims = self.data[name][0]
        return (dims,) if isinstance(dims, str) else tuple(dims)

    def labels(self, dim: str) -> list[str]:
        """Return the labels along a dimension, as texts."""
        return [str(label) for label in self.coords[dim][1]]

    def at(self, name: str, **labels: str) -> NDArray[Any]:
        """Return an array, at labels of some of its dimensions."""
        dims, values = self.dims(name), np.asarray(self.data[name][1])
        return values[tuple(self.labels(dim).index(labels[dim]) if dim in labels else slice(None) for dim in dims)]

    def number(self, name: str, **labels: str) -> float:
        """Return one number."""
        return float(self.at(name, **labels))

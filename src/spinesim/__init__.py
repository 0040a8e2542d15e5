"""spinesim: loads on the lumbar spine, from a scenario to every disc, facet, ligament and muscle."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spinesim._version import __version__

if TYPE_CHECKING:
    from spinesim.capacity import largest_load
    from spinesim.comparison import compare_results as compare_results
    from spinesim.errors import InputError, NotYetError, OutputError, PostureError, SpinesimError
    from spinesim.files import list_models, list_scenarios
    from spinesim.scenario import Scenario
    from spinesim.simulation import compare, list_faults, load_model, load_scenario, simulate
    from spinesim.storage import load, save
    from spinesim.sweeps.run import open_sweep, sweep

_HOMES = {
    "InputError": "errors",
    "NotYetError": "errors",
    "OutputError": "errors",
    "PostureError": "errors",
    "Scenario": "scenario",
    "SpinesimError": "errors",
    "compare": "simulation",
    "largest_load": "capacity",
    "list_faults": "simulation",
    "list_models": "files",
    "list_scenarios": "files",
    "load": "storage",
    "load_model": "simulation",
    "load_scenario": "simulation",
    "open_sweep": "sweeps.run",
    "save": "storage",
    "simulate": "simulation",
    "sweep": "sweeps.run",
}
__all__ = [
    "InputError",
    "NotYetError",
    "OutputError",
    "PostureError",
    "Scenario",
    "SpinesimError",
    "__version__",
    "compare",
    "largest_load",
    "list_faults",
    "list_models",
    "list_scenarios",
    "load",
    "load_model",
    "load_scenario",
    "open_sweep",
    "save",
    "simulate",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its room when it is first asked for, so that importing spinesim stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'spinesim' has no attribute {name!r}")
    return getattr(import_module(f"spinesim.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

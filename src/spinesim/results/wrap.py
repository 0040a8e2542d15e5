"""One Dataset of everything, with names, units, signs, status, sources and the scenario itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from spinesim._version import __version__
from spinesim.assembly import Assembly
from spinesim.assembly.faults import fault_sources
from spinesim.assembly.task import hands_on_loads
from spinesim.files import scenario_text
from spinesim.kernels.observe import Sight, make_sight, observe
from spinesim.kernels.stability_tables import Margin
from spinesim.kernels.tables import State, Work
from spinesim.results.geometry import geometry_values
from spinesim.results.labelled import Labelled
from spinesim.results.levels import level_values, ligament_values
from spinesim.results.muscles import hip_values, muscle_values, whole_body_values
from spinesim.results.outcome import OUTCOMES, buckling_mode, stability_note, status_message
from spinesim.results.setting import Setting, setting_of
from spinesim.variables import dimensions, variables

if TYPE_CHECKING:
    import xarray as xr

CITED_ALWAYS = ("CrowninshieldBrand1981", "Zajac1989")
SECONDS_PER_YEAR = 365.25 * 86400.0


def wrap(assembly: Assembly, state: State, work: Work, status: int, stability: Margin) -> xr.Dataset:
    """Return the result of a solve as a Dataset; see `labelled`."""
    return labelled(assembly, state, work, status, stability).dataset()


def labelled(assembly: Assembly, state: State, work: Work, status: int, stability: Margin) -> Labelled:
    """Return the result of a solve.

    Parameters
    ----------
    assembly : Assembly
        What was solved.
    state, work : State, Work
        The kernel's arrays after the solve.
    status : int
        See `spinesim.kernels.status`.
    stability : Margin
        What the tangent says.
    """
    sight = make_sight(1, assembly.person)
    observe(assembly.person, assembly.task, state, work, hands_on_loads(assembly.scenario), status, 0, sight)
    seen = observed_values(setting_of([assembly]), sight)
    values: dict[str, Any] = {
        **{name: value[0] for name, value in seen.items()},
        **geometry_values(assembly, work),
        "stability_eigenvalue": stability.eigenvalue,
        "critical_muscle_stiffness": stability.critical,
        "buckling_mode": buckling_mode(stability),
    }
    coords = {name: list(d.labels) for name, d in dimensions().items() if d.labels is not None}
    coords["fascicle"] = [fascicle.name for fascicle in assembly.fascicles]
    coords["load"] = [load.name for load in assembly.scenario.loads]
    data: dict[str, Any] = {}
    for name, variable in variables().items():
        array = np.asarray(values[name])
        array = array + 0.0 if array.dtype.kind == "f" else array  # a negative zero is none
        data[name] = (variable.dims, array, variable.attributes)
    data["status"][2].update({"flag_values": list(range(len(OUTCOMES))), "flag_meanings": " ".join(OUTCOMES)})
    labels: dict[str, Any] = {k: (k, np.array(v, dtype=str)) for k, v in coords.items()}
    result = Labelled(data, labels, _attributes(assembly, state, work, status, stability))
    bulging = dict.fromkeys(change.level for change in assembly.scenario.discs if change.bulge is not None)
    if bulging:
        result.attrs["bulge_note"] = "; ".join(_bulge_note(result, level) for level in bulging)
    return result


def _bulge_note(result: Labelled, level: str) -> str:
    """Return how far a disc that is said to bulge comes out on either side."""
    rim = {side: result.number("disc_bulge_posterolateral", level=level, side=side) for side in ("left", "right")}
    sides = ", ".join(f"{side} {far:.1f} mm" for side, far in rim.items())
    return f"{level} towards canal and root {sides}, what is stated among it"


def observed_values(setting: Setting, sight: Sight, wanted: Collection[str] | None = None) -> dict[str, Any]:
    """Return by name the variables that `kernels.observe` sees enough for: (scenario, ...), dims as in variables.yaml.

    All of them, or at least those wanted.
    """
    found: dict[str, Any] = {}
    for names, values in _PARTS.items():
        if wanted is None or any(name.startswith(names) for name in wanted):
            found |= values(setting, sight)
    return found


# What names the variables of each part begin with.
_PARTS: dict[tuple[str, ...], Callable[[Setting, Sight], dict[str, Any]]] = {
    ("joint", "disc", "intradiscal", "facet", "segment", "tolerance", "reserve"): level_values,
    ("ligament",): ligament_values,
    ("muscle", "group", "fibre"): muscle_values,
    ("hip",): hip_values,
    ("intra_abdominal", "co_contraction", "pelvis", "lumbar", "status", "iterations"): whole_body_values,
}


def _attributes(assembly: Assembly, state: State, work: Work, status: int, stability: Margin) -> dict[str, Any]:
    subject, model = assembly.subject, assembly.model
    return {
        "title": assembly.scenario.name,
        "scenario_name": assembly.scenario.name,
        "scenario": scenario_text(assembly.scenario.written),
        "model": model.name,
        "model_digest": model.digest,
        "spinesim_version": __version__,
        "status": OUTCOMES[status],
        "status_message": status_message(assembly, state, work, status, stability),
        "stability_note": stability_note(assembly, stability),
        "citations": ", ".join(sorted({*model.sources, *fault_sources(model, assembly.scenario), *CITED_ALWAYS})),
        "subject_sex": subject.sex,
        "subject_height_m": subject.height,
        "subject_mass_kg": subject.mass,
        "subject_age_yr": subject.age / SECONDS_PER_YEAR,
        "balance_residual": float(state.info[1]),
        "note": "an estimate of loads for research and teaching; it does not diagnose or prescribe",
    }

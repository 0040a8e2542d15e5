"""The scenarios of a case file: whole ones, changed ones and shipped ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spinesim.errors import InputError, NotYetError, Problem, did_you_mean, quoted
from spinesim.files import Document, find_file, read_yaml
from spinesim.scenario import Scenario
from spinesim.scenario.changes import apply_changes

MOST_LIKE = 20


@dataclass(frozen=True)
class Situation:
    """A named scenario of a case.

    Parameters
    ----------
    name : str
        Name in the file.
    scenario : Scenario or None
        None when the engine does not solve it yet.
    refusal : str
        Why there is none.
    largest : str or None
        Name of a load: the result is taken at the largest that is held.
    """

    name: str
    scenario: Scenario | None
    refusal: str = ""
    largest: str | None = None

    @property
    def key(self) -> str:
        """Equal for scenarios that differ in their names only."""
        if self.scenario is None:
            return f"refused: {self.refusal}"
        data = {key: value for key, value in self.scenario.to_dict().items() if key not in ("name", "description")}
        return json.dumps([self.largest, data], sort_keys=True)


class SituationReader:
    """Resolves the scenarios of one document; `problems` holds what is wrong."""

    def __init__(self, document: Document, raw: Mapping[str, Any], title: str) -> None:
        self.document, self.raw, self.title = document, raw, title
        self.problems: list[Problem] = []
        self.data: dict[str, dict[str, Any]] = {}

    def read(self) -> dict[str, Situation]:
        """Return the scenarios that could be read, by name."""
        for name in self.raw:
            found = self._resolved(name, ())
            if found is not None:
                self.data[name] = {"format": 1, "name": f"{self.title}, {name}", **found}
        pairs = [(name, self._checked(name, data)) for name, data in self.data.items()]
        return {name: situation for name, situation in pairs if situation is not None}

    def _note(self, message: str, name: str, *path: str) -> None:
        problem = self.document.problem(message, ("scenarios", name, *path))
        if problem not in self.problems:
            self.problems.append(problem)

    def _resolved(self, name: str, above: tuple[str, ...]) -> dict[str, Any] | None:
        """Return the plain data of a scenario after its changes."""
        entry = self.raw[name]
        if not isinstance(entry, Mapping):
            return self._note(f"must be a mapping of keys to values, not {quoted(entry)}", name)
        if "like" not in entry and "shipped" not in entry:
            return {key: value for key, value in entry.items() if key != "largest"}
        unknown = [key for key in entry if key not in ("like", "shipped", "change", "largest")]
        for key in unknown:
            self._note(f"unknown key '{key}' (beside like or shipped only change and largest may stand)", name, key)
        base = self._shipped(name, entry["shipped"]) if "shipped" in entry else self._like(name, entry["like"], above)
        return None if base is None or unknown else self._changed(name, base, entry.get("change", {}))

    def _like(self, name: str, other: object, above: tuple[str, ...]) -> dict[str, Any] | None:
        if not isinstance(other, str) or other not in self.raw:
            return self._note(f"there is no scenario {quoted(other)}{did_you_mean(other, self.raw)}", name, "like")
        if other == name or other in above or len(above) > MOST_LIKE:
            return self._note("is like itself", name, "like")
        return self._resolved(other, (*above, name))

    def _shipped(self, name: str, other: object) -> dict[str, Any] | None:
        try:
            if not isinstance(other, str):
                raise InputError(f"{quoted(other)} is not the name of a shipped scenario")
            data = read_yaml(find_file(other, "scenarios")).data
        except InputError as error:
            return self._note(str(error), name, "shipped")
        return {key: value for key, value in data.items() if key not in ("name", "description")}

    def _changed(self, name: str, base: Mapping[str, Any], changes: object) -> dict[str, Any] | None:
        if not isinstance(changes, Mapping):
            return self._note("must be a mapping of dotted keys to values", name, "change")
        try:
            return apply_changes(base, dict.fromkeys(changes, ""), changes)[0]
        except InputError as error:
            for problem in error.problems:
                self._note(f"{problem.message} (key {problem.path})", name, "change")
            return None

    def _checked(self, name: str, data: Mapping[str, Any]) -> Situation | None:
        """Return the situation; what is wrong in its meaning is noted at its place in the case file."""
        try:
            scenario = Scenario.from_dict(data)
        except NotYetError as error:
            return Situation(name, None, "; ".join(problem.message for problem in error.problems))
        except InputError as error:
            self.problems += list(self._placed(name, error))
            return None
        return Situation(name, scenario, largest=self._largest(name, scenario))

    def _largest(self, name: str, scenario: Scenario) -> str | None:
        """Return the load that grows until it is not held, when the entry names one."""
        entry = self.raw[name]
        wanted, loads = entry.get("largest"), [load.name for load in scenario.loads]
        if wanted is not None and wanted not in loads:
            return self._note(f"there is no load {quoted(wanted)}{did_you_mean(wanted, loads)}", name, "largest")
        return wanted

    def _placed(self, name: str, error: InputError) -> Iterator[Problem]:
        for problem in error.problems:
            # A shipped or changed scenario has its keys elsewhere: the nearest known key is the scenario's own.
            yield self.document.problem(problem.message, f"scenarios.{name}.{problem.path}")

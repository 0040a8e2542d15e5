"""Changing one value of a scenario by its dotted key."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from spinesim.errors import InputError, Problem, did_you_mean, dotted_path, either, quoted

# The keys by which people call an item of a list, the first that it has.
_NAMING_KEYS = ("name", "group", "fascicle", "ligament", "level", "side")
_MOST_KEYS = 40
_TWICE = "is changed twice: leave one of them out"


def apply_changes(
    data: Mapping[str, Any], sources: Mapping[str, str], changes: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a changed copy of plain data.

    Parameters
    ----------
    data : mapping
        Dicts, lists, texts and numbers.
    sources : mapping of str to str
        For each dotted key, the text that problems name as its source.
    changes : mapping
        Dotted keys to new values: ``{"loads.kettlebell.mass": "15 kg"}``. An item of a list is found by its
        name, group, fascicle, ligament or level, or by its index.

    Returns
    -------
    changed : dict
    places : dict of str to str
        For each dotted key of `changes`, the dotted path where its value now stands.

    Raises
    ------
    InputError
        When keys lead nowhere.
    """
    changed = copy.deepcopy(dict(data))
    places: dict[str, str] = {}
    problems: list[Problem] = []
    for key, value in changes.items():
        try:
            place = dotted_path(_set(changed, key, value))
            other = next((name for name, found in places.items() if found == place), None)
            if other is not None:
                problems += [Problem(_TWICE, name, sources[name]) for name in (other, key)]
            places[key] = place
        except InputError as error:
            problems += [Problem(problem.message, key, sources[key]) for problem in error.problems]
    if problems:
        raise InputError(problems)
    return changed, places


def _set(data: dict[str, Any], key: str, value: object) -> list[str | int]:
    parts = key.split(".") if isinstance(key, str) else []
    if not parts or not all(parts) or len(parts) > _MOST_KEYS:
        raise InputError(f"{quoted(key)} is not a dotted key such as loads.kettlebell.mass")
    place: Any = data
    path: list[str | int] = []
    for part in parts[:-1]:
        path.append(_own_key(place, part, path))
        place = _inner(place, path)
    path.append(_own_key(place, parts[-1], path))
    place[path[-1]] = value
    return path


def _inner(place: Any, path: list[str | int]) -> Any:
    """Return the dict or list one key down, made when the file left it out."""
    if isinstance(place, dict) and place.get(path[-1]) is None:
        place[path[-1]] = {}
    inner = place[path[-1]]
    if not isinstance(inner, (dict, list)):
        raise InputError(f"{dotted_path(path)} is a single value and has no keys")
    return inner


def _own_key(place: dict[str, Any] | list[Any], part: str, path: list[str | int]) -> str | int:
    """Return the key of a dict, or the index of the item of a list that the part names."""
    if isinstance(place, dict):
        return part
    named = [index for index, item in enumerate(place) if part in _names(item)]
    if not named and part.isascii() and part.isdigit() and int(part[:9]) < len(place):
        return int(part[:9])
    if len(named) == 1:
        return named[0]
    raise InputError(_no_item(place, part, dotted_path(path), named))


def _no_item(items: list[Any], part: str, where: str, named: list[int]) -> str:
    if named:
        indices = either([str(index) for index in named])
        return f"{len(named)} items of {where} are called {quoted(part)}, use the index {indices}"
    names = [name for item in items for name in _names(item)]
    known = did_you_mean(part, names) or (f" (it has {either(names)})" if names else " (it has none)")
    return f"{where} has no item {quoted(part)}{known}"


def _names(item: object) -> list[str]:
    if not isinstance(item, Mapping):
        return []
    return [item[key] for key in _NAMING_KEYS if isinstance(item.get(key), str)][:1]

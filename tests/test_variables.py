"""The vocabulary of results is complete, says its units and has no doubles."""

import yaml

from spinesim.units import UNIT_TEXTS
from spinesim.variables import dimensions, variables


def test_dims_are_declared_dimensions() -> None:
    for variable in variables().values():
        assert set(variable.dims) <= set(dimensions()), variable.name
        assert len(set(variable.dims)) == len(variable.dims), variable.name


def test_units_are_those_of_the_door() -> None:
    known = {text for texts in UNIT_TEXTS.values() for text in texts} | {"1"}
    for variable in variables().values():
        assert variable.unit.replace(" ", "*") in known, variable.name


def test_every_dimension_is_used_and_its_labels_differ() -> None:
    used = {dim for variable in variables().values() for dim in variable.dims}
    assert used == set(dimensions())
    for dimension in dimensions().values():
        labels = dimension.labels or ()
        assert len(set(labels)) == len(labels), dimension.name


def test_words_are_there_and_not_shared() -> None:
    long_names = [variable.long_name for variable in variables().values()]
    assert len(set(long_names)) == len(long_names)
    for variable in variables().values():
        assert variable.attributes.keys() == {"units", "long_name", "sign_convention"}
        assert all(variable.attributes.values()), variable.name
        assert variable.group in {"headline", "detail", "geometry", "solver"}


def test_no_key_stands_twice_in_the_file() -> None:
    """YAML keeps the last of two equal keys in silence, so look at the nodes."""
    from importlib.resources import files

    text = files("spinesim").joinpath("variables.yaml").read_text(encoding="utf-8")
    assert not _doubles(yaml.compose(text, Loader=yaml.CSafeLoader))


def _doubles(node: yaml.Node | None) -> list[str]:
    if not isinstance(node, yaml.MappingNode):
        return []
    keys = [key.value for key, _ in node.value]
    found = sorted({key for key in keys if keys.count(key) > 1})
    return found + [double for _, value in node.value for double in _doubles(value)]

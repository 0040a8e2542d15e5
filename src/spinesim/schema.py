"""Frozen pydantic models whose errors name the key, the wish and the near miss."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, NoReturn, TypeVar, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from spinesim.errors import (
    InputError,
    NotYetError,
    Origin,
    Problem,
    did_you_mean,
    dotted_path,
    either,
    in_order,
    quoted,
)

MOST_PROBLEMS = 1000
_MUST_BE = {
    **dict.fromkeys(
        ["model_type", "model_attributes_type", "dict_type", "union_tag_not_found"],
        "a mapping of keys to values",
    ),
    **dict.fromkeys(["tuple_type", "list_type"], "a list"),
    "string_type": "text",
    "bool_type": "true or false",
}
M = TypeVar("M", bound=BaseModel)


class Frozen(BaseModel):
    """Parent of every object read from a file: no unknown keys, no changes after it is made."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


def not_yet(sentence: str) -> BeforeValidator:
    """Return a validator for a field that the engine does not solve yet: anything but None is refused."""

    def refuse(value: object) -> None:
        if value is not None:
            raise PydanticCustomError("not_yet", "{sentence}", {"sentence": sentence})

    return BeforeValidator(refuse)


def _whole_number(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise InputError(f"must be a whole number, not {quoted(value)}")


def printable(text: str) -> str:
    """Return the text, or refuse control characters: they would reach the reader's terminal."""
    if text.isprintable():
        return text
    raise InputError(f"{quoted(text)} holds control characters")


def _printable_lines(text: str) -> str:
    printable("".join(text.split("\n")))
    return text


WHOLE_NUMBER = BeforeValidator(_whole_number)
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(printable)]
Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_printable_lines)]


def tag_by_kind(value: Any) -> str | None:
    """Return the tag of a union member, in brackets so that no key of a file is ever taken for it."""
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return None if kind is None else f"<{kind}>"


def validate(model: type[M], data: object, origin: Origin) -> M:
    """Return the model made from plain data.

    Parameters
    ----------
    model : type
        The pydantic model.
    data : object
        Plain dicts, lists, texts and numbers.
    origin : Origin
        Where the data was written.

    Raises
    ------
    NotYetError
        When every problem is a part that the engine does not solve yet.
    InputError
        With every problem in the data at once.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        _raise(error.errors(include_url=False), model, origin)


def _raise(details: Sequence[ErrorDetails], model: type[BaseModel], origin: Origin) -> NoReturn:
    problems: dict[Problem, None] = {}
    for detail in details[:MOST_PROBLEMS]:
        path = dotted_path(_path_in(detail))
        problems[origin.problem(_sentence(detail, model), path)] = None
    kind = NotYetError if all(detail["type"] == "not_yet" for detail in details) else InputError
    raise kind(sorted(problems, key=in_order)) from None


def _path_in(detail: ErrorDetails) -> list[str | int]:
    """Return pydantic's location without the tags of unions, which are not in the data."""
    path = [part for part in detail["loc"] if not str(part).startswith("<")]
    wrong_kind = detail["type"].startswith("union_tag") and isinstance(detail["input"], Mapping)
    return [*path, "kind"] if wrong_kind else path


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Return what is wrong in one plain sentence."""
    location = detail["loc"]
    match detail["type"]:
        case "value_error":
            return str(detail.get("ctx", {})["error"])
        case "extra_forbidden":
            return f"unknown key '{location[-1]}'" + _hint(location[-1], list(_keys(model, location[:-1])))
        case "missing":
            return "needs a value here" if isinstance(location[-1], int) else f"needs the key '{location[-1]}'"
        case "literal_error" | "union_tag_invalid":
            return _unknown_value(detail)
    return _wrong_kind(detail)


def _unknown_value(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    value = str(context["tag"]).strip("<>") if "tag" in context else detail["input"]
    options = _options(context.get("expected") or context["expected_tags"])
    return f"unknown value {quoted(value)}" + _hint(value, options)


def _wrong_kind(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "union_tag_not_found" and isinstance(detail["input"], Mapping):
        return "needs the key 'kind'"
    if kind in _MUST_BE:
        found = "nothing" if detail["input"] is None else quoted(detail["input"])
        return f"must be {_MUST_BE[kind]}, not {found}"
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "too_long":
        return f"has {context['actual_length']} items, the most is {context['max_length']}"
    if kind == "too_short":
        return f"has {context['actual_length']} items, the least is {context['min_length']}"
    return _lower_first(detail["msg"])


def _hint(word: object, options: Sequence[str]) -> str:
    """Return the near miss, or what may be written."""
    return did_you_mean(word, options) or f" (use {either(options)})"


def _options(expected: str) -> list[str]:
    """Return the names in pydantic's ``'a', 'b' or 'c'``."""
    return [part.strip(" '<>") for part in expected.replace(" or ", ", ").split(",")]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _keys(model: type[BaseModel], location: Iterable[str | int]) -> Iterator[str]:
    """Yield the keys that may be written at a place of the model."""
    found: list[object] = [model]
    for part in location:
        found = [inner for outer in found for inner in _step(outer, part)]
    for outer in found:
        for inner in _models(outer):
            yield from (field.alias or name for name, field in inner.model_fields.items())


def _step(annotation: object, part: str | int) -> list[object]:
    """Return what lies one part of a location below an annotation."""
    if isinstance(part, int):
        return [annotation]
    inside: list[object] = [
        field.annotation
        for model in _models(annotation)
        for name, field in model.model_fields.items()
        if part in (name, field.alias)
    ]
    tagged: list[object] = [model for model in _models(annotation) if part in _tags(model)]
    return inside or tagged or [annotation]


def _tags(model: type[BaseModel]) -> tuple[object, ...]:
    kind = model.model_fields.get("kind")
    return tuple(f"<{option}>" for option in typing.get_args(kind.annotation)) if kind else ()


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the pydantic models inside an annotation, through unions, tuples and Annotated."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif typing.get_origin(annotation) in (Annotated, tuple, Union, types.UnionType, list):
        for inner in typing.get_args(annotation):
            yield from _models(inner)

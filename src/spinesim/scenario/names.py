"""The names that scenario files use."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator

from spinesim.errors import InputError, either, quoted

LEVELS = ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")

LevelName = Literal["T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]
Side = Literal["left", "right", "both"]
LoadedBody = Literal["pelvis", "L5", "L4", "L3", "L2", "L1", "thorax"]
LigamentName = Literal["ALL", "PLL", "LF", "ISL", "SSL", "ITL", "CL", "ILL", "TLF"]


def _squeezed(level: str) -> str:
    """Return ``L45`` for ``L4-L5``, ``l4/5`` or ``L4 L5``: the letters and digits that tell levels apart."""
    return re.sub(r"(?<=[0-9])[TLS]", "", re.sub(r"[^A-Z0-9]", "", level.upper()))


_BY_SQUEEZED = {_squeezed(level): level for level in LEVELS}


def check_level(value: object) -> object:
    """Refuse an unknown level, with the one that was probably meant."""
    if value in LEVELS:
        return value
    meant = _BY_SQUEEZED.get(_squeezed(value[:20])) if isinstance(value, str) else None
    hint = f", did you mean '{meant}'?" if meant else f" (use {either(LEVELS)})"
    raise InputError(f"unknown level {quoted(value)}{hint}")


def _check_level_or_all(value: object) -> object:
    return value if value == "all" else check_level(value)


Level = Annotated[LevelName, BeforeValidator(check_level)]
LevelOrAll = Annotated[LevelName | Literal["all"], BeforeValidator(_check_level_or_all)]

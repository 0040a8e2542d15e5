"""The kinds of rows, read once from validation/kinds.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from spinesim.errors import InputError
from spinesim.files import data_dir, read_yaml


@dataclass(frozen=True)
class Kind:
    """A kind of rows.

    Parameters
    ----------
    key, title, sentence : str
        Its name in case files, in tables, and what it is.
    """

    key: str
    title: str
    sentence: str


@cache
def load_kinds() -> Mapping[str, Kind]:
    """All kinds by key, in the order of kinds.yaml.

    Raises
    ------
    InputError
        When the file is not a mapping of keys to title and sentence.
    """
    document = read_yaml(data_dir("validation") / "kinds.yaml")
    try:
        kinds = {key: Kind(key, str(entry["title"]), str(entry["sentence"])) for key, entry in document.data.items()}
    except (AttributeError, KeyError, TypeError):
        raise InputError(document.problem("each kind needs a title and a sentence")) from None
    return MappingProxyType(kinds)

"""The one bibliography: what a run owes, as BibTeX."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from spinesim.errors import InputError, Problem, did_you_mean

# An entry runs from its "@kind{Key," at the start of a line to the first "}" at the start of a line.
_ENTRY = re.compile(r"^@\w+\{([^,\s]+),\n.*?^\}$", re.MULTILINE | re.DOTALL)


@cache
def load_bibliography() -> Mapping[str, str]:
    """All BibTeX entries by key, in the order of references.bib."""
    text = files("spinesim").joinpath("references.bib").read_text(encoding="utf-8")
    return MappingProxyType({entry[1]: entry[0] for entry in _ENTRY.finditer(text)})


def bibtex(keys: Iterable[str]) -> str:
    """BibTeX text of the given sources, each once, in the order given.

    Parameters
    ----------
    keys : iterable of str
        Citation keys, such as a result's ``citations`` attribute holds.

    Raises
    ------
    InputError
        When a key is not in the bibliography; all unknown keys are named.
    """
    entries = load_bibliography()
    wanted = dict.fromkeys(keys)
    unknown = [key for key in wanted if key not in entries]
    if unknown:
        raise InputError(Problem(f"unknown source '{key}'{did_you_mean(key, entries)}") for key in unknown)
    return "\n\n".join(entries[key] for key in wanted)

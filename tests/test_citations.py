"""Every number's source is in the bibliography, and the bibliography can be read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from spinesim import citations
from spinesim.citations import bibtex, load_bibliography
from spinesim.errors import InputError

ROOT = Path(__file__).parents[1]

# "modelled" marks a choice of ours, said beside the number; "per kind" points at the keys of another table.
NOT_A_STUDY = {"modelled", "calibrated", "per kind"}

KEY = re.compile(r"[A-Z][A-Za-z]+(19|20)\d\d[a-z]*")


def test_every_entry_is_found_and_balanced() -> None:
    text = Path(citations.__file__).with_name("references.bib").read_text(encoding="utf-8")
    assert len(load_bibliography()) == len(re.findall(r"^@", text, re.MULTILINE))
    for key, entry in load_bibliography().items():
        assert entry.count("{") == entry.count("}"), key


@pytest.mark.parametrize("key", load_bibliography())
def test_entry_says_who_what_and_when(key: str) -> None:
    fields = dict(re.findall(r"(\w+)\s*=\s*\{(.*?)\},?[ \n]", load_bibliography()[key]))
    assert {"author", "title", "year"} <= fields.keys()
    year = re.search(r"\d{4}", key)
    assert year is None or fields["year"] == year[0]


def test_bibtex_gives_each_once_in_the_order_asked() -> None:
    entries = load_bibliography()
    assert bibtex(["Wilke1999", "Bruno2015", "Wilke1999"]) == f"{entries['Wilke1999']}\n\n{entries['Bruno2015']}"
    assert bibtex([]) == ""


def test_unknown_keys_are_all_named() -> None:
    with pytest.raises(InputError) as raised:
        bibtex(["Wilke1998", "Bruno2015", "Nobody1900"])
    assert "did you mean 'Wilke1999'?" in str(raised.value)
    assert len(raised.value.problems) == 2


@pytest.mark.parametrize("file", sorted((ROOT / "models").rglob("*.yaml")), ids=lambda path: path.stem)
def test_sources_of_the_models_are_in_the_bibliography(file: Path) -> None:
    keys = set(_sources(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)))
    assert keys - NOT_A_STUDY <= load_bibliography().keys()


@pytest.mark.parametrize("file", sorted((ROOT / "src").rglob("*.py")), ids=lambda path: path.stem)
def test_keys_written_in_the_package_are_in_the_bibliography(file: Path) -> None:
    texts = (node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant))
    keys = {text for text in texts if isinstance(text, str) and KEY.fullmatch(text)}
    assert keys <= load_bibliography().keys()


def _sources(node: Any) -> Iterator[str]:
    """Yield every text under a key that is, or ends with, source or sources."""
    if isinstance(node, dict):
        for key, value in node.items():
            is_source = str(key).removesuffix("s").endswith("source")
            yield from _texts(value) if is_source else _sources(value)
    elif isinstance(node, list):
        for item in node:
            yield from _sources(item)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _texts(item)

"""Model files: what is missing or wrong is named with its file, line and key."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from spinesim.citations import load_bibliography
from spinesim.errors import InputError
from spinesim.files import data_dir
from spinesim.model import Model
from spinesim.model.reader import read_model
from spinesim.simulation import load_model

SHIPPED = data_dir("models") / "lumbar_male"
WRONG = yaml.safe_load((Path(__file__).parent / "wrong.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped model that a test may spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def spoil(folder: Path, file: str, pattern: str, new: str) -> int:
    """Replace the first match of a pattern in a file and return the number of its line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    match = re.search(pattern, text)
    assert match is not None
    path.write_text(text[: match.start()] + match.expand(new) + text[match.end() :], encoding="utf-8")
    return text[: match.start()].count("\n") + 1


def complaint(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_model(folder / "model.yaml")
    return str(caught.value)


def test_the_shipped_model_reads() -> None:
    model = read_model(SHIPPED / "model.yaml")
    assert isinstance(model, Model)
    assert model.name == "lumbar_male"
    assert len(model.levels) == len(model.discs) == len(model.facets) == 6
    assert 2 * len(model.fascicles) + 2 >= 280
    assert "modelled" not in model.sources and len(model.sources) > 20


def test_a_copy_is_the_same_model(folder: Path) -> None:
    assert read_model(folder / "model.yaml") == load_model()


def test_the_digest_tells_any_change(folder: Path) -> None:
    spoil(folder, "recruitment.yaml", "1 N.m", "2 N*m")
    assert read_model(folder / "model.yaml").digest != load_model().digest


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["about"])
def test_what_is_wrong_is_named_with_file_line_and_key(case: dict[str, Any], folder: Path) -> None:
    line = spoil(folder, case["file"], case["old"], case["new"])
    text = complaint(folder)
    assert all(word in text for word in case["words"]), text
    assert re.search(rf"{case['file']}:{line if case.get('at') is None else ''}", text), text
    assert re.search(rf"{case['file']}:\d+:", text), text


@pytest.mark.parametrize("file", sorted(path.name for path in SHIPPED.glob("*.yaml")))
def test_a_key_that_nothing_reads_is_named(file: str, folder: Path) -> None:
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write("\nmass_of_wings: {value: 3 kg, source: modelled}\n")
    line = (folder / file).read_text(encoding="utf-8").rstrip().count("\n") + 1
    text = complaint(folder)
    assert "unknown key 'mass_of_wings'" in text and f"{file}:{line}:" in text


def test_all_unread_keys_of_a_part_are_named_with_near_misses(folder: Path) -> None:
    for _ in range(2):
        spoil(folder, "muscles.yaml", "pennation: 0,", "pennation: 0.0, penation: 10,")
    text = complaint(folder)
    assert text.count("unknown key 'penation', did you mean 'pennation'?") == 2


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "facets.yaml").unlink()
    assert "facets.yaml" in complaint(folder)


@pytest.mark.parametrize("source", [7, None, b"lumbar_male", ["lumbar_male"]])
def test_what_names_no_model_is_refused(source: Any) -> None:
    with pytest.raises(InputError, match="is not the name or the path of a model"):
        load_model(source)


def test_every_source_is_in_the_bibliography() -> None:
    assert set(load_model().sources) <= set(load_bibliography())

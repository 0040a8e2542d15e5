"""The table of a specimen: what went wrong first, the largest loads, the whole course."""

from __future__ import annotations

import io
from typing import Any

from specimens import LUMBAR, result
from spinesim.cli import main
from spinesim.summary import print_summary


def printed(levels: list[str], **fields: Any) -> list[str]:
    memory = io.StringIO()
    print_summary(result(levels, **fields), memory)
    return memory.getvalue().splitlines()


def test_a_cycle_is_shown_at_its_two_largest_loads() -> None:
    lines = printed(["L4-L5"], moment={"flexion": "7.5 N*m", "steps": 4, "course": "cycle"}, follower_load="200 N")
    assert lines[0] == "Specimen"
    assert "step 4 of 16: flexion moment 7.50 N m, follower load 200 N" in lines
    assert "step 12 of 16: flexion moment -7.50 N m, follower load 200 N" in lines
    rows = [line.split() for line in lines if line.startswith("L4-L5")]
    assert len(rows) == 3
    flexed, extended, course = ([float(word) for word in row[1:] if word != "-"] for row in rows)
    assert flexed[0] > 0.0 > extended[0]
    assert abs(flexed[0] - extended[0] - course[0]) < 0.011
    assert not any(line.startswith("whole") for line in lines)


def test_what_went_wrong_stands_first() -> None:
    lines = printed(LUMBAR, compression={"force": "200 N", "steps": 10})
    assert lines[0].startswith("unstable: the specimen buckles at")
    assert any(line.startswith("whole") for line in lines)
    torn = printed(["L4-L5"], moment={"flexion": "60 N*m", "steps": 4})
    assert "is past its failure strain at" in torn[0]
    lost = printed(LUMBAR, compression="2000 N")
    assert lost[0].startswith("unstable")
    assert "No step was found." in lost
    one = printed(["L4-L5"], compression="500 N")
    assert "step 0 of 0: superior force -500 N" in one


def test_the_command_runs_checks_and_compares_specimens(capsys: Any, tmp_path: Any) -> None:
    saved = str(tmp_path / "s.nc")
    assert main(["run", "specimen_l4_l5_flexion", "--set", "specimen.moment.steps=2", "--out", saved]) == 0
    assert "flexion moment 7.50 N m" in capsys.readouterr().out
    assert main(["run", "specimen_l1_s1_buckling", "--set", "specimen.compression.steps=5"]) == 1
    assert main(["check", "specimen_l1_s1_flexion"]) == 0
    assert main(["compare", saved, saved]) == 0
    assert "No difference." in capsys.readouterr().out
    assert main(["run", "standing", "--set", "specimen.levels=[L5-S1, L4-L5]"]) == 2
    assert "levels must run from cranial to caudal" in capsys.readouterr().err

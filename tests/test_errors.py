"""Errors say what is wrong, and where."""

import copy
import pickle

import pytest

from spinesim.errors import (
    InputError,
    NotYetError,
    Origin,
    OutputError,
    PostureError,
    Problem,
    SpinesimError,
    did_you_mean,
    either,
    quoted,
)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("is wrong"), "is wrong"),
        (Problem("is wrong", "loads.0.mass"), "is wrong @ loads.0.mass"),
        (Problem("is wrong", "", "a.yaml"), "a.yaml: is wrong"),
        (Problem("is wrong", "a", "a.yaml", 3, 7), "a.yaml:3:7: is wrong @ a"),
    ],
)
def test_problem_leaves_out_what_is_unknown(problem: Problem, text: str):
    assert str(problem) == text


def test_every_error_is_a_spinesim_error():
    for kind in (InputError, OutputError, PostureError, NotYetError):
        assert issubclass(kind, SpinesimError)
    for kind in (PostureError, NotYetError):
        assert issubclass(kind, InputError)


def test_input_error_shows_twenty_problems_and_counts_the_rest():
    error = InputError(Problem(f"wrong {number}") for number in range(25))
    lines = str(error).splitlines()
    assert len(error.problems) == 25
    assert lines[0] == "wrong 0"
    assert lines[19] == "wrong 19"
    assert lines[20:] == ["... and 5 more"]


def test_input_error_survives_pickling_and_copying():
    error = InputError([Problem("is wrong", "a", "a.yaml", 3, 7), Problem("too")])
    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(twin) is InputError
        assert twin.problems == error.problems
        assert str(twin) == str(error)


def test_origin_names_the_nearest_known_key():
    origin = Origin("a.yaml", {"": (1, 1), "loads": (4, 1), "loads.0": (5, 3)}, {"loads.0.mass": "--set x"})
    assert str(origin.problem("m", "loads.0.reach")) == "a.yaml:5:3: m @ loads.0.reach"
    assert str(origin.problem("m", "loads.1.reach")) == "a.yaml:4:1: m @ loads.1.reach"
    assert str(origin.problem("m", ("posture", "preset"))) == "a.yaml:1:1: m @ posture.preset"
    assert str(origin.problem("m", "loads.0.mass")) == "--set x: m @ loads.0.mass"


def test_did_you_mean_ignores_case_and_stays_silent_without_a_near_miss():
    assert did_you_mean("psaos", ["psoas", "iliacus"]) == ", did you mean 'psoas'?"
    assert did_you_mean("pll", ["PLL", "ALL"]) == ", did you mean 'PLL'?"
    assert did_you_mean("knee", ["psoas", "iliacus"]) == ""
    assert did_you_mean("x" * 1_000_000, ["psoas"]) == ""


def test_quoted_is_short_and_printable():
    assert quoted("a\x1b[31m") == r"'a\x1b[31m'"
    assert len(quoted("a" * 1000)) == 60
    assert quoted(10**5000) == "a huge number"


def test_either_reads_as_english():
    assert either(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"

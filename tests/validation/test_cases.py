"""Case files: what is wrong is named with file, line and key, all at once."""

import pytest

from case_files import FLEXED, case_data, row_data, write_case
from spinesim.errors import InputError
from spinesim.validation import read_case, read_suites


def _problems(tmp_path, data):
    with pytest.raises(InputError) as raised:
        read_case(write_case(tmp_path, data))
    return raised.value.problems


def test_a_good_file_is_read(tmp_path):
    case = read_case(write_case(tmp_path, case_data()), "in_vitro")
    assert case.entry.study == "Yamamoto1989"
    assert [row.entry.id for row in case.rows] == ["ROM-001"]
    assert case.rows[0].confidence == "read_in_source"
    assert not case.rows[0].entry.calibrated
    scenario = case.situations["bend"].scenario
    assert scenario is not None and scenario.name == "Yamamoto1989, bend" and scenario.specimen is not None


@pytest.mark.parametrize(
    ("row", "message", "key"),
    [
        ({"unit": "N*m"}, "does not fit the measure, which is disc_rotation in deg", "unit"),
        ({"unit": "degs"}, "'degs' is not a unit that spinesim knows", "unit"),
        ({"kind": "range_of_motin"}, "did you mean 'range_of_motion'", "kind"),
        ({"low": 7.0}, "needs low <= value <= high", ""),
        ({"low": 6.0, "value": 6.0}, "low below high", ""),
        ({"low": None, "high": None}, "needs low, high or both", ""),
        ({"value": None, "low": None}, "needs a value, or both low and high", ""),
        ({"value": "5"}, "valid number", "value"),
        ({"value": True}, "valid number", "value"),
        ({"calibrated": "yes"}, "true or false", "calibrated"),
        ({"confidence": "sure"}, "unknown value 'sure'", "confidence"),
        ({"accept": ["unstabel"]}, "did you mean 'unstable'", "accept.0"),
        ({"explaned": "x"}, "did you mean 'explained'", "explaned"),
        ({"quantity": "a\x07b"}, "", ""),
        ({"band": None}, "needs the key 'band'", "band"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, row, message, key):
    problems = _problems(tmp_path, case_data([row]))
    told = [problem for problem in problems if message in problem.message]
    assert told, problems
    if key:
        assert told[0].path == f"rows.0.{key}"
        assert told[0].line is not None and str(told[0].file).endswith("case.yaml")


def test_problems_of_all_parts_come_together(tmp_path):
    data = case_data(
        [{"kind": "nothing"}, {"id": "ROM-002", "measure": {"variable": "disc_rotaton", "scenario": "bend"}}],
        study="Yamamoto1988",
        scenarios={"bend": {"specimen": {**FLEXED["specimen"], "levels": ["L4-L6"]}}},
    )
    text = "\n".join(map(str, _problems(tmp_path, data)))
    for part in (
        "did you mean 'Yamamoto1989'",
        "unknown kind 'nothing'",
        "disc_rotaton",
        "scenarios.bend.specimen.levels.0",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("scenarios", "message"),
    [
        ({"bend": FLEXED, "cut": {"like": "bent"}}, "there is no scenario 'bent', did you mean 'bend'"),
        ({"bend": FLEXED, "cut": {"like": "cut"}}, "is like itself"),
        ({"bend": {"like": "cut"}, "cut": {"like": "bend"}}, "is like itself"),
        ({"bend": FLEXED, "cut": {"like": "bend", "chnge": {}}}, "unknown key 'chnge'"),
        ({"bend": FLEXED, "cut": {"like": "bend", "change": {"specimen.removed": ["SLL"]}}}, "unknown value 'SLL'"),
        ({"bend": FLEXED, "cut": {"like": "bend", "change": {"discs.x": 1}}}, "must be a list"),
        ({"bend": FLEXED, "stand": {"shipped": "standin"}}, "did you mean 'standing'"),
        ({"bend": FLEXED, "Cut": {"like": "bend"}}, "lower-case letters"),
        ({"bend": FLEXED, "cut": 3}, "must be a mapping"),
    ],
)
def test_wrong_scenarios_are_named(tmp_path, scenarios, message):
    row = row_data()
    row["measure"] = {**row["measure"], "scenario": "bend"}
    problems = _problems(tmp_path, {**case_data(), "scenarios": scenarios, "rows": [row]})
    assert any(message in problem.message for problem in problems), problems


def test_scenarios_are_changed_copies(tmp_path):
    scenarios = {
        "bend": FLEXED,
        "cut": {"like": "bend", "change": {"specimen.removed": ["SSL"]}},
        "more": {"like": "cut", "change": {"specimen.compression": "500 N"}},
        "stand": {"shipped": "standing", "change": {"subject.mass": "80 kg"}},
    }
    row = row_data()
    row["measure"] = {**row["measure"], "scenario": "more"}
    case = read_case(write_case(tmp_path, {**case_data(), "scenarios": scenarios, "rows": [row]}))
    more, stand = (case.situations[name].scenario for name in ("more", "stand"))
    assert more is not None and more.specimen is not None and stand is not None
    assert more.specimen.removed == ("SSL",)
    assert more.specimen.compression is not None and more.specimen.compression.force == 500.0
    assert stand.subject.mass == 80.0
    assert len({situation.key for situation in case.situations.values()}) == 4


def test_ids_are_used_once(tmp_path):
    problems = _problems(tmp_path, case_data([{}, {}]))
    assert "the id 'ROM-001' is there twice" in problems[0].message
    for name in ("a.yaml", "b.yaml"):
        write_case(tmp_path / "two", case_data(), name)
    write_case(tmp_path / "two", case_data([{"id": "OTHER"}]), "c.yaml", "in_vivo")
    with pytest.raises(InputError, match=r"the id 'ROM-001' is in in_vitro/a.yaml too"):
        read_suites(folder=tmp_path / "two")


def test_curves_name_rows_of_their_file(tmp_path):
    leaf = {"variable": "specimen_moment", "rotation": "flexion"}
    curve = {"title": "T", "x": leaf, "y": dict(leaf), "rows": ["ROM-002"]}
    problems = _problems(tmp_path, case_data(curves=[curve]))
    assert problems[0].message == "there is no row 'ROM-002' in this file, did you mean 'ROM-001'?"
    assert problems[0].path == "curves.0.rows.0"


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "format: 1\nrows: 3\nscenarios: []\ncurves: {x: 1}\n", "a: &b 1\n", "format: 1\nformat: 1\n"]
)
def test_files_that_are_no_cases_are_refused(tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as raised:
        read_case(path)
    assert all(problem.file == str(path) for problem in raised.value.problems)

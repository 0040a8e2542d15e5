"""Files: what is refused and how it is said, and writing whole or not at all."""

import contextlib
import json
import os
import resource
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim import files
from spinesim.errors import InputError, NotYetError, OutputError
from spinesim.files import parse_yaml, read_scenario, read_yaml, write_atomically, write_text_atomically
from spinesim.scenario import Scenario

KEYS = [
    *Scenario.model_fields,
    "kind",
    "mass",
    "level",
    "force",
    "at",
    "group",
    "strength",
    "lumbar_share",
    1,
]
GOOD = "format: 1\nname: Standing\n"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write content to a.yaml in an empty working folder and return the name."""
    monkeypatch.chdir(tmp_path)

    def write(content: str | bytes) -> str:
        Path("a.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
        return "a.yaml"

    return write


def _refusal(name: str) -> str:
    with pytest.raises(InputError) as caught:
        read_yaml(name)
    return str(caught.value)


# --- what YAML means ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0), ("-.5", -0.5), ("1.", 1.0), ("12", 12), ("-7", -7), ("017", 17), ("0o17", "0o17"),
        ("0x1F", "0x1F"), ("1_000", "1_000"), ("12:30", "12:30"), ("2026-01-31", "2026-01-31"), ("no", "no"),
        ("on", "on"), ("true", True), ("False", False), ("", None), ("~", None), ("null", None), ("'5'", "5"),
        ('"true"', "true"), ("20 kg", "20 kg"), ("[1, a]", [1, "a"]), ("{b: 1}", {"b": 1}),
        ("|\n  x\n", "x\n"), ("nan", "nan"), ("é", "é"),
    ],
)  # fmt: skip
def test_scalars_mean_what_yaml_1_2_says(written, text, value):
    read = read_yaml(written(f"a: {text}\n")).data["a"]
    assert read == value
    assert type(read) is type(value)


def test_every_key_and_item_has_its_line_and_column(written):
    document = read_yaml(written("a: 1\nb:\n  - {c: 2, d: 3}\n  - x\n"))
    assert document.data == {"a": 1, "b": [{"c": 2, "d": 3}, "x"]}
    assert document.file == "a.yaml"
    assert [document.mark(path) for path in ((), ("a",), ("b",), ("b", 0), ("b", 0, "d"), ("b", 1))] == [
        (1, 1), (1, 1), (2, 1), (3, 5), (3, 12), (4, 5)
    ]  # fmt: skip
    assert document.mark(("b", 0, "missing")) == (3, 5)


def test_a_byte_order_mark_and_windows_line_ends_are_read(written):
    assert read_yaml(written(b"\xef\xbb\xbfa: 1\r\nb: x\r\n")).data == {"a": 1, "b": "x"}


# --- hostile files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: &x [1]\nb: [*x, *x]\n", "a.yaml:1:4: anchors (&name) are not allowed @ a"),
        ("a: *x\n", "a.yaml:1:4: aliases (*name) are not allowed, write the value out @ a"),
        ("a:\n  <<: {b: 1}\n", "a.yaml:2:3: merge keys (<<) are not allowed, write the keys out @ a"),
        ("a: !!python/object/apply:os.system ['ls']\n", "a.yaml:1:4: tags ('tag:yaml.org,2002:python/object"),
        ("a: !!str 5\n", "a.yaml:1:4: tags ('tag:yaml.org,2002:str') are not allowed @ a"),
        ("a: !x {b: 1}\n", "a.yaml:1:4: tags ('!x') are not allowed @ a"),
        ("a: 1\n---\nb: 1\n", "a.yaml:2:1: a second document begins here (---), one file holds one"),
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3:1: the key 'a' is there twice"),
        ("a: .nan\n", "a.yaml:1:4: .nan is not allowed, numbers must be finite @ a"),
        ("a: [1, -.INF]\n", "a.yaml:1:8: -.INF is not allowed, numbers must be finite @ a.1"),
        ("a: 1e999\n", "a.yaml:1:4: 1e999 is too large, numbers must be finite @ a"),
        (f"a: {'9' * 100_000}\n", "a.yaml:1:4: a number of more than 40 characters @ a"),
        ("a:\n  b:\n\t- 1\n", "a.yaml:3:1: a tab, indent with spaces"),
        ("a: 1\nb: x\0y\n", "a.yaml:2:5: a control character, which is not text"),
        ("name: x\ntext: café\n".encode("latin-1"), "a.yaml:2:10: is not UTF-8 text, save the file as UTF-8"),
        ("a: 1\n".encode("utf-16"), "a.yaml:1:1: is not UTF-8 text, save the file as UTF-8"),
        ("a: [1\nb: 2\n", "a.yaml:2:2: is not YAML: did not find expected ',' or ']'"),
        ("? [a]\n: 1\n", "a.yaml:1:3: a key must be plain text"),
        ("[" * 100_000, "a.yaml:1:41: nested deeper than 40 levels"),
        ("{a: " * 100_000, "a.yaml:1:161: nested deeper than 40 levels"),
        ("- " * 100_000, "a.yaml:1:81: nested deeper than 40 levels"),
        ("? " * 100_000, "a.yaml:1:3: a key must be plain text"),
        ("[" + "1, " * 100_000, "a.yaml:1:59999: more than 20000 values"),
        ("".join(f"k{number}: 1\n" for number in range(150_000)), "a.yaml:10000:8: more than 20000 values"),
        ("a: " + "x" * 3_000_000, "cannot read a.yaml: it is larger than 2 MB"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_quickly_with_the_place(written, content, message):
    name = written(content)
    start = time.perf_counter()
    assert _refusal(name).startswith(message)
    assert time.perf_counter() - start < 3.0


@given(st.text(alphabet="ab:-[]{},&*!?|>'\"#%@<~.0123\n \t", max_size=200) | st.text(max_size=200))
def test_no_text_gives_anything_but_plain_values_or_an_input_error(text):
    with contextlib.suppress(InputError):
        data = parse_yaml(text, "a.yaml").data
        json.dumps(data, allow_nan=False)
        Scenario.from_dict(data)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("1 kg"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
))  # fmt: skip
def test_no_data_gives_anything_but_a_scenario_or_an_input_error(data):
    whole = {"format": 1, "name": "x", **data} if isinstance(data, dict) else data
    with contextlib.suppress(InputError):
        assert Scenario.from_dict(Scenario.from_dict(whole).to_dict()).name


def test_an_alias_bomb_costs_nothing(written):
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert "anchors (&name) are not allowed" in _refusal(written("\n".join(lines)))


def test_a_file_of_two_gigabytes_is_refused_without_reading_it(written):
    with open(written(GOOD), "r+b") as file:
        file.truncate(2 * 1024**3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert _refusal("a.yaml") == "cannot read a.yaml: it is larger than 2 MB"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_what_is_not_an_ordinary_file_is_refused(written):
    os.mkdir("folder.yaml")
    os.mkfifo("pipe.yaml")
    assert _refusal("folder.yaml") == "cannot read folder.yaml: it is a directory, not a file"
    assert _refusal("pipe.yaml") == "cannot read pipe.yaml: it is a pipe or a device, not an ordinary file"
    assert _refusal("/dev/zero") == "cannot read /dev/zero: it is a pipe or a device, not an ordinary file"
    assert _refusal("missing.yaml") == "cannot read missing.yaml: No such file or directory"
    assert "null byte" in _refusal("a\0.yaml")
    assert "File name too long" in _refusal("a" * 5000 + ".yaml")


# --- scenarios ---------------------------------------------------------------------------------------------


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(written):
    name = written(
        "format: 1\n"
        "name: x\n"
        "posture:\n"
        "  trunk_inclinatio: 30 deg\n"
        "loads:\n"
        "  - {kind: held, mass: -3 kg}\n"
        "  - kind: held\n"
        "    mass: 20 N\n"
        "    reach: 0.5\n"
        "    height: .nan\n"
        "    lateral: 1\n"
        "    lateral: 2\n"
        "motion:\n"
        "  - hold: 1 s\n"
    )
    with pytest.raises(InputError) as caught:
        read_scenario(name)
    assert type(caught.value) is InputError
    assert str(caught.value).splitlines() == [
        "a.yaml:4:3: unknown key 'trunk_inclinatio', did you mean 'trunk_inclination'? @ posture.trunk_inclinatio",
        "a.yaml:6:18: '-3 kg' is too small, the range is 0 kg to 500 kg @ loads.0.mass",
        "a.yaml:8:5: 'N' is not a unit of mass, it is a unit of force (use kg or g) @ loads.1.mass",
        'a.yaml:9:5: needs a unit, for example "0.5 m" @ loads.1.reach',
        "a.yaml:10:13: .nan is not allowed, numbers must be finite @ loads.1.height",
        'a.yaml:11:5: needs a unit, for example "2 cm" @ loads.1.lateral',
        "a.yaml:12:5: the key 'lateral' is there twice @ loads.1",
        "a.yaml:13:1: motion needs the quasi-dynamic engine, which is not there yet @ motion",
    ]


def test_nine_thousand_unknown_keys_are_told_briefly_and_soon(written):
    name = written(GOOD + "".join(f"k{number}: 1\n" for number in range(9000)))
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read_scenario(name)
    assert time.perf_counter() - start < 5.0
    assert len(str(caught.value).splitlines()) == 21


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a.yaml: the file is empty"),
        ("# nothing\n", "a.yaml: the file is empty"),
        ("- 1\n", "a.yaml:1:1: must be a mapping of keys to values, not [1]"),
        ("hello\n", "a.yaml:1:1: must be a mapping of keys to values, not 'hello'"),
        ("name: x\n", "a.yaml:1:1: needs the key 'format' @ format"),
        ("format: 2\nname: x\n", "a.yaml:1:1: unknown value 2 (use 1) @ format"),
        ('format: 1\nname: "\\e[31mred"\n', r"a.yaml:2:1: '\x1b[31mred' holds control characters @ name"),
    ],
)
def test_what_is_not_a_scenario_is_refused(written, content, message):
    with pytest.raises(InputError) as caught:
        read_scenario(written(content))
    assert str(caught.value) == message


def test_a_good_file_that_asks_for_later_parts_is_not_yet(written):
    with pytest.raises(NotYetError, match=r"a\.yaml:3:1: motion needs the quasi-dynamic engine"):
        read_scenario(written(GOOD + "motion: [{hold: 1 s}]\n"))


def test_scenarios_are_read_from_names_paths_dicts_and_scenarios(written, monkeypatch):
    name = written(GOOD)
    monkeypatch.setattr(files, "data_dir", lambda kind: Path.cwd())
    expected = read_scenario({"format": 1, "name": "Standing"})
    assert read_scenario("a") == read_scenario(name) == read_scenario(Path(name)) == expected
    assert read_scenario(expected) is expected


def test_an_unknown_name_is_answered_with_the_near_miss(written, monkeypatch):
    written(GOOD)
    Path("hold_20kg_far.yaml").write_text(GOOD)
    monkeypatch.setattr(files, "data_dir", lambda kind: Path.cwd())
    with pytest.raises(InputError) as caught:
        read_scenario("hold_20kg_fra")
    assert str(caught.value) == "there is no scenario called 'hold_20kg_fra', did you mean 'hold_20kg_far'?"
    with pytest.raises(InputError, match="'spinesim list' shows them"):
        read_scenario("zzz")
    with pytest.raises(InputError, match="is not a name, a path, a dict or a Scenario"):
        read_scenario(3)  # type: ignore[arg-type]


def test_lists_give_the_first_line_of_every_file_without_reading_the_rest(written, monkeypatch):
    written("name: description\nother: {description: no}\nlist: [description]\ndescription: yes,\n  it is\n")
    Path("folder").mkdir()
    Path("folder/model.yaml").write_text("description: a model\nrest: [")
    Path("b.yaml").write_text(GOOD)
    monkeypatch.setattr(files, "data_dir", lambda kind: Path.cwd())
    assert files.list_scenarios() == {"a": "yes, it is", "b": "", "folder": "a model"}


def test_later_checks_can_name_the_line(written):
    scenario = read_scenario(written(GOOD + "posture:\n  preset: standin\n"))
    problem = scenario.problem("unknown preset", "posture.preset")
    assert str(problem) == "a.yaml:4:3: unknown preset @ posture.preset"


def test_the_text_of_a_scenario_reads_back_to_the_same(written):
    load = {"kind": "held", "mass": "0.1 kg"}
    scenario = Scenario.from_dict({"format": 1, "name": "no", "description": "é: 'x'\n# y", "loads": [load]})
    assert read_scenario(written(files.scenario_text(scenario))) == scenario


# --- writing -----------------------------------------------------------------------------------------------


def test_files_are_written_whole_and_honour_the_umask(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    write_text_atomically(target, "né\n")
    assert target.read_text(encoding="utf-8") == "né\n"
    assert target.stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert os.listdir(tmp_path) == ["a.txt"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("error", [OSError("disk full"), RuntimeError("broken"), KeyboardInterrupt()])
def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise error

    with pytest.raises(OutputError if isinstance(error, OSError) else type(error)):
        write_atomically(target, fail)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_link_is_followed_and_kept(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_text_atomically(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("missing/a.nc", "No such file or directory"), ("folder", "it is not an ordinary file"),
     ("file/a.nc", "Not a directory"), ("a\0.nc", "null byte"), ("a" * 300, "File name too long"),
     ("/dev/null", "it is not an ordinary file"), ("/proc/a.nc", ""), ("", "it is not an ordinary file")],
)  # fmt: skip
def test_what_cannot_be_written_is_known_before_the_work(tmp_path, monkeypatch, path, reason):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").write_text("")
    with pytest.raises(OutputError, match="^cannot write ") as caught:
        files.check_writable(path)
    assert reason in str(caught.value)
    with pytest.raises(OutputError):
        write_text_atomically(path, "x")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


def test_a_folder_for_pictures_is_checked_and_not_yet_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    files.check_folder_writable("a/b")
    files.check_folder_writable(".")
    for path in ("file", "file/b", "a\0", "/proc/b"):
        with pytest.raises(OutputError, match="^cannot write "):
            files.check_folder_writable(path)
    assert os.listdir(tmp_path) == ["file"]


def test_the_shipped_folders_are_found():
    assert files.data_dir("scenarios").is_dir()
    assert files.data_dir("models").is_dir()

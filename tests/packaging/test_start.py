"""The two commands of the README: what start.py decides, and that the pins hold what it needs."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = ROOT / "packaging" / "start.py"


def load(name: str) -> ModuleType:
    """Import a file of packaging/, which is no package, under its own name."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


system_parts = load("system_parts")
start = load("start")


# The Python that runs it


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_a_fitting_python_is_not_refused(version):
    assert start.version_refusal(version, []) is None


@pytest.mark.parametrize(
    ("version", "age"), [((3, 8), "older"), ((3, 10), "older"), ((3, 15), "newer"), ((4, 0), "newer")]
)
def test_any_other_python_is_refused_in_one_sentence_that_says_what_to_do(version, age):
    refusal = start.version_refusal(version, [])
    assert f"This is Python {version[0]}.{version[1]}, {age} than" in refusal
    assert "install Python 3.11, 3.12, 3.13 or 3.14" in refusal
    assert "\n" not in refusal


def test_a_fitting_python_of_the_machine_is_named():
    assert "run  python3.12 packaging/start.py  instead" in start.version_refusal(
        (3, 10), iter(["python3.12", "python3.11"])
    )


def test_the_versions_are_those_of_the_project():
    asked = project()["requires-python"]
    assert asked == f">={start.OLDEST[0]}.{start.OLDEST[1]},<{start.NEWEST[0]}.{start.NEWEST[1] + 1}"


# What the system has to bring

POLICY = """\
libgl1:
  Installed: (none)
  Candidate: 1.6.0-1
  Version table:
     1.6.0-1 500
libglib2.0-0:
  Installed: (none)
  Candidate: (none)
  Version table:
libglib2.0-0t64:
  Installed: (none)
  Candidate: 2.80.0-6
"""


def test_apt_knows_what_has_a_candidate():
    assert system_parts.known_packages(POLICY) == {"libgl1", "libglib2.0-0t64"}
    assert system_parts.known_packages("") == set()


@pytest.mark.parametrize(
    ("known", "packages"),
    [
        ({"libgl1", "libglib2.0-0t64"}, ["libgl1", "libglib2.0-0t64"]),
        ({"libgl1", "libglib2.0-0"}, ["libgl1", "libglib2.0-0"]),
        (set(), ["libgl1", "libglib2.0-0"]),
    ],
)
def test_the_package_is_the_name_that_apt_knows(known, packages):
    missing = ["libglib-2.0.so.0", "libGL.so.1"]
    assert system_parts.chosen_packages(missing, system_parts.SCREENLESS, known) == packages


def test_the_line_to_type_is_whole():
    line = system_parts.apt_line(["libegl1", "libgl1"])
    assert line.startswith("sudo apt-get update && sudo apt-get install -y ")
    assert line.endswith(" --no-install-recommends libegl1 libgl1")


@pytest.mark.skipif(sys.platform != "linux", reason="libraries are looked for on Linux only")
def test_missing_libraries_and_programs_are_named_and_present_ones_are_not():
    parts = {
        "libc.so.6": ("libc6",),
        "libnowhere.so.9": ("libnowhere9",),
        "sh": ("dash",),
        "no-such-program-here": ("nothing",),
    }
    assert system_parts.missing_parts(parts) == ["libnowhere.so.9", "no-such-program-here"]
    assert system_parts.bring({"libc.so.6": ("libc6",)}, "The window") is None


@pytest.mark.parametrize(
    ("platform", "environment", "where"),
    [
        ("linux", {}, None),
        ("linux", {"DISPLAY": ""}, None),
        ("linux", {"SSH_CONNECTION": "a b c d"}, None),
        ("linux", {"SSH_CONNECTION": "a b c d", "DISPLAY": "localhost:10.0"}, "x11"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "x11"),
        ("win32", {}, "native"),
        ("darwin", {}, "native"),
        ("darwin", {"SSH_CONNECTION": "a b c d"}, None),
    ],
)
def test_where_a_window_can_open(platform, environment, where):
    assert start.screen(platform, environment) == where


def test_without_a_screen_the_job_runs_headless_and_a_sentence_says_so():
    assert "no display" in start.no_window(None)


# The stamp


def never() -> bool:
    """The environment's Python must not be started to learn this."""
    raise AssertionError("asked")


def stamp(**changed: str) -> dict[str, str]:
    """The stamp of a finished environment, with these values changed."""
    return {"python": "3.11 linux-x86_64", "root": "/home/ada/wizard", "pins": "1234", **changed}


def test_a_matching_stamp_means_nothing_to_do_and_starts_nothing():
    assert start.work_to_do(stamp(), stamp(), True, never) == "nothing"


def test_changed_pins_are_installed_over_a_sound_environment():
    assert start.work_to_do(stamp(pins="0"), stamp(), True, lambda: True) == "update"
    assert start.work_to_do(stamp(pins="0"), stamp(), True, lambda: False) == "rebuild"


@pytest.mark.parametrize("changed", [{"python": "3.12 linux-x86_64"}, {"root": "/home/ada/elsewhere"}])
def test_another_python_or_place_means_a_new_environment(changed):
    assert start.work_to_do(stamp(**changed), stamp(), True, never) == "rebuild"


def test_an_interrupted_set_up_is_begun_anew():
    assert start.work_to_do(start.UNFINISHED, stamp(), True, never) == "rebuild"


def test_no_stamp_and_a_lost_program_are_noticed():
    assert start.work_to_do(None, stamp(), False, lambda: False) == "rebuild"
    assert start.work_to_do(None, stamp(), True, lambda: True) == "update"
    assert start.work_to_do(stamp(), stamp(), False, lambda: True) == "update"


def test_the_stamp_follows_everything_it_is_made_of():
    made = start.wanted_stamp((3, 11), "linux-x86_64", Path("/a"), (b"pins", b"project"))
    others = (
        start.wanted_stamp((3, 12), "linux-x86_64", Path("/a"), (b"pins", b"project")),
        start.wanted_stamp((3, 11), "linux-aarch64", Path("/a"), (b"pins", b"project")),
        start.wanted_stamp((3, 11), "linux-x86_64", Path("/b"), (b"pins", b"project")),
        start.wanted_stamp((3, 11), "linux-x86_64", Path("/a"), (b"pin", b"sproject")),
    )
    assert made == start.wanted_stamp((3, 11), "linux-x86_64", Path("/a"), (b"pins", b"project"))
    assert made not in others


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_a_broken_stamp_counts_as_unfinished(tmp_path, text):
    path = tmp_path / "stamp.json"
    assert start.read_stamp(path) is None
    path.write_text(text)
    assert start.read_stamp(path) == start.UNFINISHED
    path.write_text(json.dumps(stamp()))
    assert start.read_stamp(path) == stamp()


# What we start


def test_what_would_slow_or_bend_the_children_is_taken_out_of_their_environment(monkeypatch):
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PIP_TARGET", "PIP_USER"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    environment = start.clean_environment()
    assert not {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PIP_TARGET"} & set(environment)
    assert environment["PIP_USER"] == "0"
    assert environment["HTTPS_PROXY"] == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("output", "word"),
    [
        (
            "Connection: Temporary failure in name resolution\nERROR: No matching distribution found",
            "HTTPS_PROXY",
        ),
        ("ProxyError('Cannot connect to proxy.')", "HTTPS_PROXY"),
        ("SSLError(SSLCertVerificationError(1, 'certificate verify failed'))", "PIP_CERT"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "not the one that was pinned",
        ),
        ("ERROR: No matching distribution found for pyside6-essentials==6.11.3", "glibc"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("something else", "lines above"),
    ],
)
def test_a_failing_pip_ends_with_one_sentence_of_advice(output, word):
    advice = start.pip_advice(output)
    assert word in advice
    assert "\n" not in advice


def test_of_a_failing_pip_the_errors_are_shown_and_not_its_warnings(capsys):
    program = "import sys; print('WARNING: noise'); print('ERROR: the fault'); sys.exit(1)"
    with pytest.raises(start.Stop):
        start.run_quietly([sys.executable, "-c", program], start.pip_advice)
    assert capsys.readouterr().out == "ERROR: the fault\n"


def test_a_failing_step_shows_its_last_lines_and_stops_with_the_advice(capsys):
    program = "import sys; print('\\n'.join(f'line {n}' for n in range(20))); sys.exit(3)"
    with pytest.raises(start.Stop, match=r"^told line 0"):
        start.run_quietly([sys.executable, "-c", program], lambda output: "told " + output)
    shown = capsys.readouterr().out.split("\n")
    assert shown[:2] == ["line 12", "line 13"]


@pytest.mark.parametrize(("program", "code"), [("raise SystemExit(3)", 3), ("pass", 0)])
def test_a_child_in_front_hands_its_exit_code_on(program, code):
    assert start.in_front([sys.executable, "-c", program], dict(os.environ)) == code


@pytest.mark.skipif(os.name == "nt", reason="signals end programs on POSIX")
def test_a_child_ended_by_a_signal_is_told_as_a_shell_does():
    assert start.in_front([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"], dict(os.environ)) == 143


def test_help_sets_nothing_up(tmp_path):
    done = subprocess.run([sys.executable, str(START), "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    assert "--test" in done.stdout


# The pins


def project() -> dict[str, object]:
    """The [project] table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins() -> dict[str, tuple[str, int]]:
    """Pinned package -> its version and how many hashes it has."""
    text = (ROOT / "packaging" / "requirements.txt").read_text("utf-8")
    blocks = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)(.*(?:\n[ ]+.*)*)", text, re.MULTILINE)
    return {plain(name): (version, rest.count("--hash=sha256:")) for name, version, rest in blocks}


def plain(name: str) -> str:
    """A package's name as packages are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_and_what_builds_the_program_is_pinned():
    asked = [*project()["dependencies"], *project()["optional-dependencies"]["dev"], "hatchling", "editables"]
    names = {plain(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in asked}
    assert names <= set(pins())
    assert len(names) > 15


def test_every_pin_has_hashes():
    assert {name for name, (_, hashes) in pins().items() if not hashes} == set()
    text = (ROOT / "packaging" / "requirements.txt").read_text("utf-8")
    starts = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert len(starts) == len(pins())


def test_the_pinned_qt_is_not_the_one_that_aborts():
    version = tuple(int(part) for part in pins()["pyside6-essentials"][0].split(".")[:2])
    assert (6, 8) <= version < (6, 12)


def test_the_pins_name_no_address_and_no_path():
    text = (ROOT / "packaging" / "requirements.txt").read_text("utf-8")
    found = re.findall(r"^.*(?:://|--index|--find-links|--trusted|file:| @ |\s/\w).*$", text, re.MULTILINE)
    assert found == []

"""The two commands of the README: what start.py decides, and the whole of it on a checkout of stand-ins."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import start

ROOT = Path(__file__).resolve().parents[2]
START = ROOT / "packaging" / "start.py"

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
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert asked == f">={start.OLDEST[0]}.{start.OLDEST[1]},<{start.NEWEST[0]}.{start.NEWEST[1] + 1}"


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
    assert "No display" in start.no_window(None)


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


def test_an_interrupted_setup_starts_again():
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
        ("something else", "errors above"),
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
def test_a_child_ended_by_a_signal_is_reported_as_a_shell_does():
    assert start.in_front([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"], dict(os.environ)) == 143


def test_help_sets_nothing_up(tmp_path):
    done = subprocess.run([sys.executable, str(START), "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    assert "--test" in done.stdout


# The whole of it, on a checkout whose tools are stand-ins

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A stamped checkout: every program in its .venv prints what it was asked; $FAIL_<name> is its exit code."""
    root = (tmp_path / "a checkout").resolve()
    (root / "packaging").mkdir(parents=True)
    for name in ("start.py", "system_parts.py", "translations.py", "guide.py", "requirements.txt"):
        shutil.copy(ROOT / "packaging" / name, root / "packaging")
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "identity-center-wizard", "ruff", "mypy", "lint-imports", "pytest"):
        stand_in(
            root / ".venv" / "bin" / name,
            f'echo "{name} $* $QT_QPA_PLATFORM"; exit ${{FAIL_{name.replace("-", "_")}:-0}}',
        )
    contents = [(root / "packaging" / "requirements.txt").read_bytes(), (root / "pyproject.toml").read_bytes()]
    made = start.wanted_stamp(sys.version_info[:2], sysconfig.get_platform(), root, contents)
    (root / ".venv" / "start-stamp.json").write_text(json.dumps(made))
    return root


def stand_in(path: Path, script: str) -> None:
    """Write a program of one line."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def begin(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run start.py from elsewhere, on a machine without a screen, apt or any other program."""
    command = [sys.executable, str(checkout / "packaging" / "start.py"), *arguments]
    nowhere = checkout.parent / "nowhere"
    nowhere.mkdir(exist_ok=True)
    return subprocess.run(
        command, cwd=nowhere, env={"PATH": str(nowhere), **environment}, capture_output=True, text=True
    )


@posix
def test_the_program_starts_headless_without_a_screen_and_its_exit_code_is_ours(checkout):
    done = begin(checkout, "--json", "two words", FAIL_identity_center_wizard="4")
    assert done.returncode == 4
    assert done.stdout.splitlines() == [
        "No display is available. The sample job runs without a window.",
        "identity-center-wizard try --headless --json two words ",
    ]


@posix
def test_headless_by_wish_is_not_explained(checkout):
    assert begin(checkout, "--headless").stdout == "identity-center-wizard try --headless \n"


@posix
def test_every_check_runs_and_pytest_prints_last(checkout):
    done = begin(checkout, "--test", "-k", "flow")
    assert done.returncode == 0, done.stdout
    ran = [line for line in done.stdout.splitlines() if line.endswith(" offscreen")]
    checks = ["ruff check", "ruff format --check", "mypy ", "lint-imports ", "pytest -k flow"]
    assert ran == [f"{check} offscreen" for check in checks]
    assert done.stdout.splitlines()[-1] == ran[-1]


@posix
@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        ((), "pytest -n 2 --dist loadfile --no-loadscope-reorder"),
        (("--fast",), "pytest -m fast -n 2 --dist loadfile --no-loadscope-reorder"),
        (("--fast", "tests/storage"), "pytest -m fast tests/storage"),
        (("--lint",), "lint-imports "),
    ],
)
def test_which_tests_run(checkout, arguments, ran):
    assert begin(checkout, "--test", *arguments).stdout.splitlines()[-1] == f"{ran} offscreen"


@posix
def test_lint_alone_fails_where_a_check_fails(checkout):
    assert begin(checkout, "--test", "--lint", FAIL_mypy="1").returncode == 1


@posix
@pytest.mark.parametrize("tool", ["ruff", "mypy", "lint-imports", "pytest"])
def test_one_failing_check_fails_the_whole_and_the_rest_still_runs(checkout, tool):
    done = begin(checkout, "--test", **{f"FAIL_{tool.replace('-', '_')}": "1"})
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "pytest -n 2 --dist loadfile --no-loadscope-reorder offscreen"
    assert (f"(failed before it: {tool}" in done.stdout) == (tool != "pytest")


@pytest.mark.skipif(sys.platform != "linux", reason="system parts are looked for on Linux only")
def test_what_some_tests_need_is_named_and_under_ci_its_absence_fails(checkout):
    sentence = "A test with a real keyring or a real screen needs "
    at_home, in_ci = begin(checkout, "--test"), begin(checkout, "--test", CI="true")
    assert at_home.returncode == 0
    assert at_home.stdout.startswith(sentence)
    assert "gnome-keyring-daemon" in at_home.stdout
    assert "Until then, those tests are skipped." in at_home.stdout
    assert in_ci.returncode == 1
    assert in_ci.stdout.startswith(sentence)
    assert "pytest" not in in_ci.stdout

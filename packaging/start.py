"""The two commands of the README: try the program from a checkout, or run every check on it.

    python3 packaging/start.py [ARGUMENTS...]           set up, then the wizard on a sample directory
    python3 packaging/start.py --test [ARGUMENTS...]    set up, then every check; ARGUMENTS go to pytest
    python3 packaging/start.py --test --fast [...]      set up, then lint, types, layers and the fast tests
    python3 packaging/start.py --test --lint            set up, then lint, types and layers, no tests

All set up the same .venv at the root of the checkout from packaging/requirements.txt, and skip that when
nothing changed. Only the standard library is used.
"""

# An old Python has to be able to read this file, to be told that it is old: nothing newer than 3.8 in the syntax.
from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # a Python in safe-path mode leaves it out

import guide
import translations
from system_parts import (
    SCREENLESS,
    TEST_PROGRAMS,
    WAYLAND,
    X11,
    Stop,
    apt_line,
    bring,
    install,
    may_install,
    refresh,
    say,
    x_server_answers,
)

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "packaging" / "requirements.txt"
VENV = ROOT / ".venv"
STAMP = VENV / "start-stamp.json"
OLDEST, NEWEST = (3, 11), (3, 14)

UNFINISHED = {"unfinished": "yes"}
"""The stamp while the set-up works: an interruption leaves it behind, and the next start rebuilds."""

NETWORK_SIGNS = (
    *("connection", "proxy", "ssl", "certificate", "timed out", "timeout"),
    *("name resolution", "getaddrinfo", "unreachable"),
)
"""What pip writes, in lower case, when the way to the index is the trouble."""


# ---- The Python that runs this


def version_refusal(version: tuple[int, int], others: Iterable[str]) -> str | None:
    """Why this Python cannot be used and what to do, or None; `others` are fitting Pythons of this machine."""
    if OLDEST <= version <= NEWEST:
        return None
    age = "older" if version < OLDEST else "newer"
    fault = f"This is Python {version[0]}.{version[1]}, {age} than the program knows"
    for other in others:
        return f"{fault}: run  {other} packaging/start.py  instead."
    return (
        f"{fault}: install Python 3.11, 3.12, 3.13 or 3.14 (from python.org or your system's packages) and use it."
    )


def other_pythons() -> Iterable[str]:
    """Commands on this machine that start a Python this program knows, newest first."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = f"python3.{minor}"
        probe = [command, "-c", "import ensurepip, venv"]
        if shutil.which(command) and subprocess.run(probe, capture_output=True).returncode == 0:
            yield command


def require_venv() -> None:
    """Stop unless this Python can make a virtual environment; Debian's missing package is installed if we may."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    package = f"python3.{sys.version_info[1]}-venv"
    if not (shutil.which("apt-get") and sys.executable.startswith("/usr/bin/")):
        raise Stop(
            "This Python comes without venv and ensurepip: install a complete one, for example from python.org."
        )
    if not may_install():
        raise Stop(f"Python's venv is missing: run  {apt_line([package])}  and start again.")
    refresh()
    install([package])


# ---- The virtual environment


def script(name: str) -> str:
    """The path of a program inside .venv."""
    return str(VENV / "Scripts" / (name + ".exe") if os.name == "nt" else VENV / "bin" / name)


def wanted_stamp(version: tuple[int, int], platform: str, root: Path, contents: Iterable[bytes]) -> dict[str, str]:
    """What a finished .venv is stamped with: its Python, its place (scripts hold it), a hash of what was asked."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(len(content).to_bytes(8, "big") + content)
    return {"python": f"{version[0]}.{version[1]} {platform}", "root": str(root), "pins": digest.hexdigest()}


def read_stamp(path: Path) -> dict[str, str] | None:
    """The stamp as written, an unfinished one if it cannot be read, None if there is none."""
    try:
        stamp = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return UNFINISHED
    return stamp if isinstance(stamp, dict) else UNFINISHED


def work_to_do(
    stamp: Mapping[str, str] | None, wanted: Mapping[str, str], whole: bool, sound: Callable[[], bool]
) -> str:
    """`nothing`, `update` (install over the existing environment) or `rebuild`.

    `whole`: the program's script is there. `sound` starts the environment's Python; asked only when it matters.
    """
    if stamp == wanted and whole:
        return "nothing"
    ours = stamp is None or all(stamp.get(key) == wanted[key] for key in ("python", "root"))
    return "update" if ours and sound() else "rebuild"


def sound_environment() -> bool:
    """Whether .venv has a Python of our version with a working pip."""
    check = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    try:
        return subprocess.run([script("python"), "-c", check], capture_output=True).returncode == 0
    except OSError:
        return False


def clean_environment() -> dict[str, str]:
    """The environment of everything we start, without what would bend its Python or its pip.

    PYTHONDONTWRITEBYTECODE would make every start compile again: the first window takes three times as long.
    """
    bent = {
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHOME",
        "PYTHONPATH",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_REQUIRE_HASHES",
    }
    kept = {name: value for name, value in os.environ.items() if name not in bent}
    return {**kept, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def pip_advice(output: str) -> str:
    """One sentence on why pip failed and what to do, from what it wrote."""
    told = output.lower()
    if "no space left" in told:
        return "The disk is full: the set-up needs about 1 GB; free some and start again."
    if "do not match the hashes" in told:
        return (
            "A downloaded file is not the one that was pinned, so it was not installed: what serves the packages "
            "here changes them; set PIP_INDEX_URL to an index that does not and start again."
        )
    # An index that cannot be reached ends in "no matching distribution" too, so the network is looked for first.
    if any(sign in told for sign in NETWORK_SIGNS):
        return (
            "The Python packages could not be downloaded. Check the network connection, set HTTPS_PROXY, PIP_CERT or "
            "PIP_INDEX_URL if your network requires them, and start again."
        )
    if "no matching distribution" in told:
        return (
            "A pinned package has no build for this system. Use Linux with glibc 2.34 or later, "
            "x64 Windows, or a Mac with Apple silicon, or set PIP_INDEX_URL to an index that has one."
        )
    return "pip could not install the Python packages. Fix the errors above and start again."


def run_quietly(command: list[str], advice: Callable[[str], str]) -> None:
    """Run a step of the set-up; when it fails its errors, or last lines, are shown and the advice ends it."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        output = done.stdout + done.stderr
        lines = output.strip().splitlines()
        say("\n".join(([line for line in lines if line.startswith("ERROR")] or lines)[-8:]))
        raise Stop(advice(output))


def set_up() -> None:
    """Make or mend .venv so that it matches the pins; at once when it does already."""
    contents = (PINS.read_bytes(), (ROOT / "pyproject.toml").read_bytes())
    wanted = wanted_stamp(sys.version_info[:2], sysconfig.get_platform(), ROOT, contents)
    whole = os.path.exists(script("identity-center-wizard")) and os.path.exists(script("python"))
    work = work_to_do(read_stamp(STAMP), wanted, whole, sound_environment)
    if work == "nothing":
        return
    begun = time.monotonic()
    if work == "rebuild":
        require_venv()
    say("Setting up .venv with about 70 Python packages. This takes about a minute, once.")
    if work == "rebuild":
        if VENV.exists():
            shutil.rmtree(VENV)
        VENV.mkdir()
    STAMP.write_text(json.dumps(UNFINISHED), "utf-8")
    fill(work)
    STAMP.write_text(json.dumps(wanted), "utf-8")
    say(f"Setup completed in {time.monotonic() - begun:.0f} s.")


def fill(work: str) -> None:
    """Install the pinned packages into .venv, then the program itself; create .venv first for a `rebuild`."""
    if work == "rebuild":
        base = getattr(sys, "_base_executable", None) or sys.executable
        failed = "Python could not create a virtual environment. Fix the errors above and start again."
        run_quietly([base, "-m", "venv", str(VENV)], lambda _: failed)
    pip = [script("python"), "-m", "pip", "install", "--quiet", "--no-input", "--progress-bar=off"]
    # The pins are the whole answer. Asked to resolve them once more, pip looks for the newest pydantic[email], which
    # has no hash here, and the set-up broke on the day a newer one was published.
    run_quietly([*pip, "--no-deps", "--require-hashes", "--only-binary=:all:", "-r", str(PINS)], pip_advice)
    run_quietly([*pip, "--no-build-isolation", "--no-deps", "--editable", str(ROOT)], pip_advice)
    # pip has compiled what it installed; the program's own files are compiled here, for the first window.
    broken = "A file of this checkout does not compile: see the lines above."
    run_quietly([script("python"), "-m", "compileall", "-q", str(ROOT / "wizard")], lambda _: broken)


# ---- The two commands


def screen(platform: str, environment: Mapping[str, str]) -> str | None:
    """Where a window can open: `x11`, `wayland`, `native` (Windows, macOS), or None where there is no screen."""
    if platform != "linux":
        return None if environment.get("SSH_CONNECTION") else "native"
    if environment.get("DISPLAY"):
        return "x11"
    return "wayland" if environment.get("WAYLAND_DISPLAY") else None


def no_window(where: str | None) -> str | None:
    """The sentence on why no window can open here, or None; what the window lacks is brought first."""
    if where is None:
        return "No display is available. The sample job runs without a window."
    parts = {**SCREENLESS, **{"x11": X11, "wayland": WAYLAND}.get(where, {})}
    lacking = bring(parts, "The window")
    if lacking:
        raise Stop(lacking)
    if where == "x11" and not x_server_answers():
        return f"The display {os.environ['DISPLAY']} does not respond. The sample job runs without a window."
    return None


def try_program(arguments: list[str]) -> int:
    """Open the wizard on the sample directory and the sandbox; without a screen do the same job headless."""
    if "--headless" not in arguments:
        reason = no_window(screen(sys.platform, os.environ))
        if reason:
            say(reason)
            arguments = ["--headless", *arguments]
    set_up()
    translations.compile_if_older(script("python"))
    guide.build_if_older(script("python"))
    command = [script("identity-center-wizard"), "try", *arguments]
    if os.name != "nt":  # the program takes this process over, and with it its signals
        os.execve(command[0], command, clean_environment())
    return in_front(command, clean_environment())


def in_front(command: list[str], environment: Mapping[str, str]) -> int:
    """Run this where the person sees it; Ctrl-C is for the child, which ends in its own way."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.run(command, cwd=ROOT, env=environment).returncode
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


def bring_for_tests() -> None:
    """Get what the suite needs from the system; what only some tests need is named, and must be there under CI."""
    lacking = bring(SCREENLESS, "Qt")
    if lacking:
        raise Stop(lacking)
    try:
        lacking = bring({**X11, **TEST_PROGRAMS}, "A test with a real keyring or a real screen")
    except Stop as stop:
        lacking = str(stop)
    if lacking and os.environ.get("CI", "").lower() in ("true", "1"):
        raise Stop(lacking)
    if lacking:
        say(f"{lacking} Until then, those tests are skipped.")


def pytest_arguments(arguments: list[str]) -> list[str]:
    """What pytest gets: two processes, each test file in one of them; a single process where arguments are given."""
    fast = arguments[:1] == ["--fast"]
    given = arguments[1:] if fast else arguments
    # In the order of collection: by default files with few tests come last, and among them are the longest tests.
    both = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    return [*(["-m", "fast"] if fast else []), *(given or both)]


def run_tests(arguments: list[str]) -> int:
    """Run every check, pytest last so that its closing line is the last one; 0 only if all passed."""
    only_lint = arguments[:1] == ["--lint"]
    if not only_lint:
        bring_for_tests()
    set_up()
    environment = {**clean_environment(), "QT_QPA_PLATFORM": "offscreen"}
    failed = []
    for check in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        say(f"== {check}")
        program, *options = check.split()
        if in_front([script(program), *options], environment):
            failed.append(check)
    if only_lint:
        return int(bool(failed))
    say("== pytest" + (f" (failed before it: {', '.join(failed)})" if failed else ""))
    return in_front([script("pytest"), *pytest_arguments(arguments)], environment) or int(bool(failed))


def main(arguments: list[str]) -> int:
    """Do what the command line asks; the exit code is the program's or the tests', 1 when the set-up failed."""
    if arguments[:1] in (["-h"], ["--help"]):
        say((__doc__ or "").strip())
        return 0
    try:
        refusal = version_refusal(sys.version_info[:2], other_pythons())
        if refusal:
            raise Stop(refusal)
        return run_tests(arguments[1:]) if arguments[:1] == ["--test"] else try_program(arguments)
    except Stop as stop:
        say(str(stop))
        return 1
    except OSError as error:
        say(f"Setup failed: {error}. Fix this and start again.")
        return 1
    except KeyboardInterrupt:
        say("Stopped. The next start continues from here.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

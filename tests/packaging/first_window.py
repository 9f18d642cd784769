"""Times the first window of the frozen program against the run from source, in pairs, seen from outside.

    python3 tests/packaging/first_window.py FROZEN SOURCE [RUNS]

FROZEN and SOURCE are the two programs. Needs xvfb and xdotool. Prints both medians, in milliseconds, and the median of
the ratios of the pairs. The window counts from the moment the X server shows it, with rail and footer; its first page
from the moment that it gives the window its title.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

_TITLES = ("Identity Center Wizard", "Set up provisioning")


def first_window_ms(program: str) -> tuple[float, float]:
    """From the start of the process to its visible window, and to the first page in it."""
    with tempfile.TemporaryDirectory() as home:
        around = {**os.environ, "IDENTITY_CENTER_WIZARD_HOME": home, "NO_AT_BRIDGE": "1"}
        around.pop("PYTHONDONTWRITEBYTECODE", None)
        begun = time.perf_counter()
        process = subprocess.Popen([program], env=around, stderr=subprocess.DEVNULL)
        try:
            window, page = (_ms_until_shown(program, title, begun) for title in _TITLES)
            return window, page
        finally:
            process.terminate()
            process.wait()


def _ms_until_shown(program: str, title: str, begun: float) -> float:
    while subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True).returncode:
        if time.perf_counter() - begun > 30:
            raise SystemExit(f"{program} showed no window named {title}")
        time.sleep(0.01)  # asking without a pause would take the program's processor
    return (time.perf_counter() - begun) * 1000


def main(frozen: str, source: str, runs: int) -> None:
    """One of each that is not counted, then pairs."""
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x860x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(writing,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            os.environ["DISPLAY"] = f":{told.readline().strip()}"
        pairs = [(first_window_ms(frozen), first_window_ms(source)) for _ in range(runs + 1)][1:]
    finally:
        screen.terminate()
        screen.wait()
    for name, shown in (("frozen", [a for a, _ in pairs]), ("source", [b for _, b in pairs])):
        times, pages = zip(*shown, strict=True)
        print(f"{name}: median {statistics.median(times):.0f} ms, {min(times):.0f} to {max(times):.0f}", end="; ")
        print(f"its first page {statistics.median(pages):.0f} ms, {min(pages):.0f} to {max(pages):.0f}")
    print(f"frozen / source, median of {runs} pairs: {statistics.median(a / b for (a, _), (b, _) in pairs):.2f}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 11)

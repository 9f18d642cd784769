"""A display of its own, and programs of a desktop on it, for tests that need real ones."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack

import pytest


def require(programs: Mapping[str, str]) -> None:
    """Skip the test where one of the programs is missing; `programs`: program -> its Debian package."""
    if sys.platform != "linux":
        pytest.skip("a desktop of X11 is Linux's")
    missing = sorted({package for program, package in programs.items() if shutil.which(program) is None})
    if missing:
        pytest.skip(f"not installed here: apt-get install {' '.join(missing)}")


def start_display(running: ExitStack) -> str:
    """Start Xvfb on a free display and return its number."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    running.callback(stop, process)
    os.close(writing)
    with os.fdopen(reading) as told:
        return told.readline().strip()


def start(running: ExitStack, command: list[str], env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a program that ends with the test."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running.callback(stop, process)
    return process


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a program."""
    process.terminate()
    process.wait(20)


def until(condition: Callable[[], object], what: str = "the session") -> None:
    """Wait for twenty seconds at most; fails the test then."""
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} did not come")

"""What every test may ask for, the markers, and the option that shifts the clock."""

import gc
import os
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, settings

from tests.clock import ShiftedClock
from tests.screens import use_screens
from wizard.messages.formats import PLAIN, use_style
from wizard.runtime import skip_unused_imports

# Laws are asked for truth, not for speed: a busy machine must not turn one red.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
os.environ["IDENTITY_CENTER_WIZARD_SYSTEM_LOG"] = "off"  # runs of tests are nothing for this computer's log
skip_unused_imports()  # as the program does: they would take a fifth of the time of tests that send requests
use_screens()  # a test that wants a real screen starts its own

CLOCK = pytest.StashKey[ShiftedClock]()
BEGUN = pytest.StashKey[Path]()
"""The test file that the shifted clock was last set for."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shift-clock",
        metavar="SHIFT",
        help="run the tests at another time: +400d, or a moment such as 2027-02-28T23:59:50",
    )


def pytest_configure(config: pytest.Config) -> None:
    if shift := config.getoption("--shift-clock"):
        config.stash[CLOCK] = ShiftedClock(shift)
        config.stash[CLOCK].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if clock := config.stash.get(CLOCK, None):
        clock.stop()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without the garbage collector, which would take a third of the time: all that is collected stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that is neither slow nor needs a desktop is fast."""
    for item in items:
        if not (item.get_closest_marker("slow") or item.get_closest_marker("desktop")):
            item.add_marker("fast")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Tests on a real desktop keep the true time: other programs of the desktop do too."""
    clock = item.config.stash.get(CLOCK, None)
    if clock and clock.follows_files and item.config.stash.get(BEGUN, None) != item.path:
        item.config.stash[BEGUN] = item.path
        clock.start()
    with clock.real_time() if clock and item.get_closest_marker("desktop") else nullcontext():
        return (yield)


@pytest.fixture(autouse=True)
def _plain_formats() -> Iterator[None]:
    """Plain digits and ISO dates again after a test that used those of the desktop."""
    yield
    use_style(PLAIN)


@pytest.fixture
def midday() -> Iterator[None]:
    """Noon of today, so that the date is the same at the end of the test as at its beginning."""
    noon = datetime.now().astimezone().replace(hour=12, minute=0)
    with time_machine.travel(noon, tick=True):
        yield


@pytest.fixture
def anyio_backend() -> str:
    """Our coroutines run on asyncio, as in the program."""
    return "asyncio"

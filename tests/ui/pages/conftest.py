"""What every test of a page may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.sandbox_process import SandboxHandle, running_sandbox
from tests.ui.pages.stand import context_at
from wizard.ui.page import PageContext


@pytest.fixture(autouse=True)
def themed(app: QApplication) -> None:
    """Every page has the theme: without it, controls have other sizes."""


@pytest.fixture
def context(app: QApplication, tmp_path: Path) -> Iterator[PageContext]:
    """A context over a HOME of the test's own."""
    with context_at(tmp_path / "home") as made:
        yield made


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    """An empty Identity Center of the test's own."""
    with running_sandbox() as made:
        yield made


@pytest.fixture
def slow_sandbox() -> Iterator[SandboxHandle]:
    """One that takes its time, so that a test can do something meanwhile."""
    with running_sandbox("--latency-ms", "150") as made:
        yield made

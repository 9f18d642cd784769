"""What every test of a page may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ui.pages.stand import desk_at

from wizard.ui.desk import Desk


@pytest.fixture
def desk(qapp: object, tmp_path: Path) -> Iterator[Desk]:
    """A desk over a HOME of the test's own."""
    with desk_at(tmp_path / "home") as made:
        yield made

"""The type of an export follows the chosen filter."""

from pathlib import Path

import pytest

from wizard.ui.pages.shared.export_file import path_of_type

TABLE, JSON = "Table (*.csv)", "JSON (*.json)"


@pytest.mark.parametrize(
    ("typed", "chosen", "written"),
    [
        ("log.csv", TABLE, "log.csv"),
        ("log.csv", JSON, "log.json"),
        ("log", TABLE, "log.csv"),
        ("log", JSON, "log.json"),
        ("log.2026.11", JSON, "log.2026.11.json"),
        ("log.json", TABLE, "log.json"),
        ("LOG.JSON", JSON, "LOG.JSON"),
        ("log", "", "log.csv"),
    ],
)
def test_the_ending_follows_the_chosen_type(typed: str, chosen: str, written: str) -> None:
    assert path_of_type(Path(typed), chosen) == Path(written)

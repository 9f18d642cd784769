"""docs/tutorial-coverage.md: no empty cell, and every page it names exists. test_pages.py checks the commands."""

import re

from tests.docs.test_pages import ROOT
from wizard.flow.steps.steps import STEPS

PAGE = (ROOT / "docs" / "tutorial-coverage.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")
][1:]


def test_every_statement_has_its_place_for_both_engines() -> None:
    assert len(ROWS) > 35
    assert [row for row in ROWS if len(row) != 3 or not all(row)] == []


def test_every_page_it_names_exists() -> None:
    labels = {step.label for step in STEPS}
    named = {name for row in ROWS for cell in row for name in re.findall(r"\*\*(.+?)\*\*", cell)}
    assert named - labels == set()
    assert labels - named == set(), "every page does something that the tutorial asks for"

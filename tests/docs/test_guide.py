"""The user guide: built into one file, every place that F1 opens and every link in it exists, every warning is in it."""

import re
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from wizard.flow.steps.steps import STEPS
from wizard.messages.row import Text
from wizard.messages.rows import sign_on
from wizard.messages.table import TABLE
from wizard.provisioning.plan import ASKED_CODES, CONCERN_CODES
from wizard.ui.guide import PLACES, GuidePart

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))

import guide as builder  # noqa: E402
import translations  # noqa: E402


@pytest.fixture(scope="module")
def text() -> str:
    return builder.guide()


def ids(text: str) -> set[str]:
    return set(re.findall(r' id="([^"]+)"', text))


def test_every_page_has_its_place(text: str) -> None:
    assert set(PLACES) == {step.id for step in STEPS}
    assert set(PLACES.values()) <= ids(text)


def test_every_link_leads_to_a_place_in_the_file(text: str) -> None:
    links = re.findall(r'(?:href|src)="([^"]+)"', text)
    inside = {link[1:] for link in links if link.startswith("#")}
    assert inside <= ids(text)
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in links), "one file, nothing is fetched"


def test_every_warning_and_every_remedy_is_in_it(text: str) -> None:
    warnings = text[text.index('id="warnings"') : text.index('id="accounts-to-accept"')]
    assert {code for code in CONCERN_CODES if f"<code>{code}</code>" not in warnings} == set()
    assert {code for code in ASKED_CODES if f"<code>{code}</code>" not in text} == set()
    with_advice = {code for code, row in TABLE.items() if not isinstance(row, Text) or row.advice}
    missing = {code for code in with_advice if f"<code>{code}</code>" not in text}
    assert missing <= {code for code in with_advice if not isinstance(TABLE[code], Text)}, "rows without an advice"
    assert len(missing) < len(with_advice) / 4


def test_every_warning_of_single_sign_on_is_in_it(text: str) -> None:
    warnings = text[text.index('id="warnings-of-single-sign-on"') : text.index('id="accounts-to-accept"')]
    accepted = {code for code, row in sign_on.ROWS.items() if isinstance(row, Text) and row.accept} | {
        "sign-on-host-unknown"
    }
    assert {code for code in accepted if f"<code>{code}</code>" not in warnings} == set()


def test_what_the_guide_calls_by_name_is_in_the_window() -> None:
    known = {
        re.sub(r"&(?=\w)", "", text)
        for message in translations.template()
        for text in ([message.id] if isinstance(message.id, str) else message.id)
    }
    named = {
        name.rstrip(".")
        for page in (ROOT / "docs" / "guide").glob("*.md")
        for name in re.findall(
            r"(?<![*\w])\*([^*\n]{2,60})\*(?!\*)", re.sub(r"`[^`]*`", "", page.read_text("utf-8"))
        )
    }
    assert sorted(name for name in named - known if not any(name in text for text in known)) == ["Many"]


def test_samples_leave_no_gap_and_no_mark_of_a_template() -> None:
    shown = [part for row in TABLE.values() for part in builder.shown(row)]
    assert [part for part in shown if part != part.strip() or "{{" in part] == []


def test_the_window_scrolls_to_a_place(text: str, qapp: QApplication) -> None:
    part = GuidePart()
    part.resize(700, 500)
    part.show()
    part.go_to(PLACES["monitor"])
    part.show_text(text)
    qapp.processEvents()
    at_monitor = part.verticalScrollBar().value()
    assert part.toPlainText().startswith("The pages")
    part.go_to(PLACES["aws"])
    assert 0 < part.verticalScrollBar().value() < at_monitor
    part.close()


def test_the_contents_show_which_part_belongs_to_which_chapter(text: str) -> None:
    contents = re.search(r"<nav.*?</nav>", text, re.DOTALL)
    assert contents
    assert '<li><a href="#the-pages">The pages</a><ul><li><a href="#plan">' in contents[0]

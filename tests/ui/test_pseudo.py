"""The pseudo-language finds untranslated and clipped texts."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from tests.ui import gallery, pseudo
from wizard.messages.translation import _, ngettext


def shown(*texts: str) -> QWidget:
    window = QWidget()
    column = QVBoxLayout(window)
    for text in texts:
        column.addWidget(QLabel(text))
    window.show()
    QApplication.processEvents()
    return window


def test_a_text_keeps_its_placeholders_and_marks_and_becomes_longer() -> None:
    with pseudo.pseudo_language():
        text = _("**Bold** and {name} of <b>{n:,}</b>")
        assert {"{name}", "{n:,}", "<b>", "</b>", "**"} <= set(pseudo._FIXED.findall(text))
        assert len(text) >= len("**Bold** and {name} of <b>{n:,}</b>") + 0.4 * len("Bold and of")
        assert ngettext("{n} person", "{n} people", 2).format(n=2).startswith(f"{pseudo.OPEN}2 ")
    assert _("People") == "People"


def test_texts_that_are_neither_translated_nor_data_are_found(app: QApplication) -> None:
    data = pseudo.Data()
    data.add({"people": ["Ann Example"]})
    with pseudo.pseudo_language():
        window = shown(
            _("Translated {name}").format(name="Anyone"), "Ann Example", "ann@example.com", "userName", "12"
        )
        assert pseudo.untranslated(window, data) == []
        window.layout().addWidget(QLabel(_("Half") + " and half"))
        window.layout().addWidget(QLabel("Not at all"))
        QApplication.processEvents()
        assert len(pseudo.untranslated(window, data)) == 2


@pytest.mark.parametrize("text", ["⟦ábç…", "…ábç⟧", "⟦áb…bç⟧"])
def test_an_elided_translation_is_translated(text: str) -> None:
    assert pseudo.Data().strangers(text) == []


def test_a_label_without_room_is_found(app: QApplication) -> None:
    window = shown("A text that needs more room than it gets")
    assert pseudo.cut(window) == []
    window.findChild(QLabel).setFixedWidth(40)
    QApplication.processEvents()
    assert len(pseudo.cut(window)) == 1


@pytest.mark.slow
def test_the_first_pages_are_translated_and_fit(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m tests.ui.pseudo` looks at every page, with its popups and dialogs."""
    monkeypatch.setenv("IDENTITY_CENTER_WIZARD_HOME", str(tmp_path))
    look = pseudo.Look()
    with pseudo.pseudo_language(), gallery.trial(tmp_path) as walker:
        for name in gallery.visit(walker):
            look.draw(walker, tmp_path, name, "light")
            if name == "aws":
                break
    assert {"plan: untranslated", "aws: untranslated"} <= set(look.counts)
    assert look.found == []

"""The language of the window: chosen in the menu, used from the next start on; Qt's own texts follow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from wizard.messages import translation
from wizard.storage.paths import private_folder
from wizard.ui import language
from wizard.ui.widgets.buttons import AppearanceButton
from wizard.ui.window_settings import WindowSettings


@pytest.fixture
def translated(app: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    """An application that is English again after the test, with catalogues of German and Hebrew."""
    before = QLocale(), app.layoutDirection(), translation._translations
    monkeypatch.setattr(
        language, "use_language", lambda code, _system: translation.use_translations(before[2], code or "en")
    )
    yield app
    QLocale.setDefault(before[0])
    app.setLayoutDirection(before[1])
    translation.use_translations(before[2], "en")


def test_texts_of_qt_and_formats_follow_the_language(translated: QApplication) -> None:
    before = translated.translate("QPlatformTheme", "Cancel")
    assert language.apply_language(translated, "de") == "de"
    try:
        assert translated.translate("QPlatformTheme", "Cancel") != before
        assert QLocale().language() == QLocale.Language.German
        assert translated.layoutDirection() == Qt.LayoutDirection.LeftToRight
    finally:
        for translator in translated.findChildren(language.QTranslator):
            translated.removeTranslator(translator)


def test_hebrew_is_laid_out_from_right_to_left(translated: QApplication) -> None:
    language.apply_language(translated, "he")
    assert translated.layoutDirection() == Qt.LayoutDirection.RightToLeft
    for translator in translated.findChildren(language.QTranslator):
        translated.removeTranslator(translator)


def test_the_menu_offers_the_languages_there_are(
    app: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.ui.widgets.buttons.available_languages", lambda: ("de", "en", "pt_BR"))
    button = AppearanceButton()
    qtbot.addWidget(button)
    menu = button.menu().findChild(QMenu, "languageMenu")
    menu.aboutToShow.emit()
    actions = {action.objectName(): action for action in menu.actions()}
    assert set(actions) == {"language.system", "language.de", "language.en", "language.pt_BR"}
    assert actions["language.system"].isChecked()
    with qtbot.waitSignal(button.language_chosen) as chosen:
        actions["language.pt_BR"].trigger()
    assert chosen.args == ["pt_BR"]
    menu.aboutToShow.emit()
    assert [action.objectName() for action in menu.actions() if action.isChecked()] == ["language.pt_BR"]


def test_the_language_is_remembered(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "home", private_folder)
    assert settings.language() == ""
    settings.save_language("pt_BR")
    assert WindowSettings(tmp_path / "home", private_folder).language() == "pt_BR"

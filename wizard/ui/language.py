"""The language of the window: our texts, Qt's own texts, the formats of dates, the direction of layouts."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from wizard.messages.translation import SOURCE_LANGUAGE, use_language
from wizard.ui.formats import use_desktop_formats

MATCH_SYSTEM = ""
"""The choice that follows the system."""


_NAMES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ja": "日本語",
    "pt_BR": "Português (Brasil)",
}
"""Qt names the territory too: "American English"."""


def apply_language(application: QApplication, choice: str) -> str:
    """Use a language, or `MATCH_SYSTEM`, for all texts of windows made from now on; returns its code."""
    system = QLocale.system()
    language = use_language(choice or None, system.uiLanguages())
    if QLocale(language).language() != system.language() and choice:
        QLocale.setDefault(QLocale(language))  # numbers and times too: they stand between words of this language
    use_desktop_formats()
    if language != SOURCE_LANGUAGE:
        _load_texts_of_qt(application, language)
        application.setLayoutDirection(QLocale(language).textDirection())
    return language


def name_of(language: str) -> str:
    """The name of a language in that language: "Deutsch", "Português (Brasil)"."""
    return _NAMES.get(language) or QLocale(language).nativeLanguageName()


def _load_texts_of_qt(application: QApplication, language: str) -> None:
    """Buttons of Qt's dialogs and context menus of fields; English where Qt has no translation."""
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(language), "qtbase", "_", folder):
        application.installTranslator(translator)

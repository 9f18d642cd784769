"""Draws every page in light and dark: `python -m tests.ui.gallery [FOLDER] [--page NAME]` writes PNGs of the real window.

Each page in three sizes, and each list and menu. The sample company goes into a sandbox once for each theme; with
--screenshots the README's pictures are renewed.
"""

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QCompleter,
    QDateEdit,
    QLineEdit,
    QPushButton,
    QWidget,
)

from tests.screens import use_screens
from tests.ui.audit import doubled_mnemonics
from tests.ui.walk import Walker
from wizard.app import make_services
from wizard.sandbox_process import SandboxProcess
from wizard.ui.about import AboutWindow
from wizard.ui.controller import Controller
from wizard.ui.language import apply_language
from wizard.ui.theme import current
from wizard.ui.theme import palette as palettes
from wizard.ui.theme.current import ThemeChoice, apply_theme
from wizard.ui.widgets.search_combo import SearchCombo

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"": (1120, 760), "-small": (1000, 640), "-wide": (1880, 1000)}
THEMES: dict[str, ThemeChoice] = {"light": "light", "dark": "dark"}
README_PICTURES = ("preview-light", "aws-dark", "attributes-light", "run-dark", "monitor-light")


@contextmanager
def trial(folder: Path) -> Iterator[Walker]:
    """The window as `try` opens it, with a HOME of its own."""
    os.environ["IDENTITY_CENTER_WIZARD_HOME"] = str(folder)
    sandbox_process = SandboxProcess()
    talk = Controller(lambda: make_services(sandbox_process), trial=True)
    talk.begin()
    talk.window.show()
    walker = Walker(talk)
    try:
        walker.until(lambda: talk.session.found.token_kept == "session", "the sandbox")
        yield walker
    finally:
        talk.close()
        talk.window.close()
        talk.window.deleteLater()
        sandbox_process.stop()


def draw(walker: Walker, folder: Path, name: str, theme: str) -> None:
    """One page in every size; prints the letters that Alt presses two things with, in the language in use."""
    for found in doubled_mnemonics(walker.window):
        print(f"{name}: {found}")
    for suffix, (width, height) in SIZES.items():
        walker.window.resize(width, height)
        walker.settle(350)
        walker.window.grab().save(str(folder / f"{name}-{theme}{suffix}.png"))
    walker.window.resize(*SIZES[""])
    walker.settle(100)


def popups(page: QWidget) -> Iterator[tuple[str, QWidget]]:
    """Open every list and menu of a page, one after the other: combo boxes, completers, menus, calendars."""
    for box in page.findChildren(QComboBox):
        if box.isVisible() and box.isEnabled() and box.count():
            box.showPopup()
            yield box.objectName(), box.view().window()
            box.hidePopup()
    for field in page.findChildren(QLineEdit):
        finder = field.completer() or field.findChild(QCompleter)
        if finder is None or not field.isVisible() or not field.isEnabled():
            continue
        if isinstance(field, SearchCombo):
            QTest.keyClick(field, Qt.Key.Key_F4)
        else:
            finder.setCompletionPrefix("")
            finder.complete()
        if finder.popup().isVisible():
            yield f"{field.objectName() or field.parent().objectName()}-found", finder.popup()
        finder.popup().hide()
    for button in page.findChildren(QPushButton):
        menu = button.menu()
        if menu is not None and button.isVisible():
            menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
            yield button.objectName(), menu
            menu.close()
    for day in page.findChildren(QDateEdit):
        if day.isVisible():
            yield f"{day.objectName()}-calendar", day.calendarWidget()


def draw_popups(walker: Walker, folder: Path, name: str, theme: str) -> None:
    """Each list and menu of a page."""
    for popup_name, popup in popups(walker.controller.page):
        QApplication.processEvents()
        plain = re.sub(r"[^\w.-]+", "-", popup_name)
        popup.grab().save(str(folder / f"{name}-popup-{plain}-{theme}.png"))


def draw_about(walker: Walker, folder: Path, theme: str) -> None:
    """Each part of help and about, which is a window of its own."""
    QTest.keyClick(walker.window, Qt.Key.Key_F1)
    about = walker.window.findChild(AboutWindow, "about")
    assert about is not None
    walker.until(about.program.copy.isEnabled, "the diagnostics")
    for part in ("guide", "help", "program", "parts"):
        about.switch.findChild(QAbstractButton, f"aboutPart.{part}").click()
        walker.settle(100)
        about.grab().save(str(folder / f"about-{part}-{theme}.png"))
    about.reject()


PAGES = ("plan", "aws", "directory", "scope", "attributes", "settings", "preview", "run", "monitor")
"""Every page in the order of the wizard; "plan" draws help and about as well."""


def visit(walker: Walker, only: str = "") -> Iterator[str]:
    """Go through the pages in their order; yields each when it is ready, or only the one that is asked for."""
    for name in PAGES:
        if name != PAGES[0]:
            walker.go_on(name)
        _make_ready(walker, name)
        if only in ("", name):
            yield name
        if only == name:
            return


def walk(walker: Walker, folder: Path, theme: str, only: str = "") -> None:
    """Every page once, in its order; with `only` as far as that page, which alone is drawn."""
    for name in visit(walker, only):
        draw(walker, folder, name, theme)
        draw_popups(walker, folder, name, theme)
        if name == "plan":
            draw_about(walker, folder, theme)


def _make_ready(walker: Walker, name: str) -> None:
    """Do on a page what has to be done before it shows what it is for."""
    found = walker.controller.session.found
    if name == "aws":
        walker.press("testConnection")
        walker.until(lambda: found.connection is not None, "the test")
    elif name == "preview":
        walker.until(lambda: found.plan is not None, "the plan")
    elif name == "run":
        walker.until(lambda: found.report is not None, "the run")
    else:
        walker.settle(600)


def in_both_themes(
    folder: Path,
    walked: Callable[[Walker, Path, str], None],
    pattern: str = "*.png",
    contrast: bool = False,
    language: str = "en",
    themes: Sequence[str] = tuple(THEMES),
) -> None:
    """Walk a trial of its own for each theme; prints the names of what was drawn."""
    use_screens()
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    folder.mkdir(parents=True, exist_ok=True)
    for theme in (*themes, "contrast") if contrast else themes:
        if theme == "contrast":
            ask_for_contrast()
        apply_language(application, language)
        apply_theme(application, THEMES.get(theme, "system"))
        with tempfile.TemporaryDirectory() as home, trial(Path(home)) as walker:
            walked(walker, folder, theme)
    print("\n".join(sorted(path.name for path in folder.glob(pattern))))


def ask_for_contrast() -> None:
    """Let the desktop ask for high contrast from now on: white on black, as on Windows."""
    palette = QPalette(QColor("#000000"))
    role = QPalette.ColorRole
    for each, colour in ((role.Base, "#000000"), (role.Highlight, "#1AEBFF"), (role.HighlightedText, "#000000")):
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(each, QColor("#FFFFFF"))
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor("#3FF23F"))
    current.high_contrast = lambda _system: palettes.high_contrast(palette)
    current.CurrentTheme.wants_contrast = lambda _self: True  # type: ignore[method-assign]


def options_parser(module: str, description: str) -> argparse.ArgumentParser:
    """What every gallery takes: the folder, the language and the themes."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.ui.{module}", description=description)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "gallery", metavar="FOLDER")
    parser.add_argument("--language", default="en", help="draw them in this language (en)")
    parser.add_argument(
        "--theme", dest="themes", action="append", choices=[*THEMES], help="draw them in this theme only"
    )
    return parser


def main(options: argparse.Namespace) -> None:
    """Both themes, high contrast where it is asked for, and the README's pictures."""
    folder, only = options.folder, options.page
    in_both_themes(
        folder,
        lambda walker, into, theme: walk(walker, into, theme, only),
        f"{only}*.png",
        options.contrast,
        options.language,
        options.themes or tuple(THEMES),
    )
    for name in README_PICTURES if options.screenshots else ():
        target = ROOT / "resources" / "screenshots" / f"{name}.png"
        target.parent.mkdir(exist_ok=True)
        save_small(QImage(str(folder / f"{name}.png")), target)


def save_small(picture: QImage, target: Path) -> None:
    """Save with 256 colours, the frequent ones that differ from each other: a third of the size, the same to the eye."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    colours = Counter(memoryview(plain.constBits()).cast("B").cast("I"))
    kept: list[tuple[int, int, int, int]] = []
    for colour, _count in colours.most_common():
        red, green, blue = colour >> 16 & 255, colour >> 8 & 255, colour & 255
        if all(abs(red - r) + abs(green - g) + abs(blue - b) > 9 for _one, r, g, b in kept):
            kept.append((colour, red, green, blue))
    flags = Qt.ImageConversionFlag.AvoidDither | Qt.ImageConversionFlag.ThresholdDither
    palette = [colour for colour, *_rgb in kept[:256]]
    plain.convertToFormat(QImage.Format.Format_Indexed8, palette, flags).save(str(target), b"PNG", 0)


if __name__ == "__main__":
    parser = options_parser("gallery", "Draw the pages as PNG files.")
    parser.add_argument("--page", choices=PAGES, default="", help="draw one page only")
    parser.add_argument("--screenshots", action="store_true", help="renew the README's pictures too")
    parser.add_argument("--contrast", action="store_true", help="draw them with high contrast too")
    main(parser.parse_args())

"""Every page on every screen: `python -m tests.ui.fit [--all] [--points N] [--page NAME]` prints what does not fit.

These are widgets that are clipped, wider than the window or out of reach.

Screens of 1366x768 to 3840x2160 at 100 to 200 % and fonts of 9 to 18 points: 60 combinations in which each pair of size,
scale and font occurs, or all 125 with --all. The window is built once for each font and takes one size after the other.
"""

import argparse
import gc
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from tests.screens import grid, use_screens
from tests.ui import gallery
from tests.ui.audit import clipped, who
from wizard.ui.main_window import Window
from wizard.ui.theme.current import current_theme
from wizard.ui.theme.fonts import metrics_of, px, use_font_of

POINTS = (9, 11, 12, 14, 18)
SIDEWAYS_BELOW = 560
"""A window narrower than this, in measures of the design, may scroll sideways."""
ENOUGH = 40
"""Pixels that change with a contrast of 3 or more when a control gets the focus; a check box' outline has about sixty."""


@contextmanager
def points(app: QApplication, size: int) -> Iterator[None]:
    """Give the program a desktop's font of this size; windows made before keep theirs."""

    def use(size: int) -> None:
        app.setFont(QFont("Sans Serif", size))
        use_font_of(app)
        current_theme().apply(app, current_theme().choice)

    use(size)
    try:
        yield
    finally:
        use(9)


def combinations(everything: bool = False) -> dict[int, list[str]]:
    """The screens for each font: all, or 60 in which every pair of size, scale and font occurs."""
    screens = grid()
    if everything:
        return dict.fromkeys(POINTS, screens)
    chosen: dict[int, list[str]] = {size: [] for size in POINTS}
    for (row, column), turn in product(product(range(5), range(5)), range(3)):
        if turn < 2 or column in (0, row):
            chosen[POINTS[(row + column + turn) % 5]].append(screens[5 * row + column])
    return chosen


def place(window: Window, name: str) -> None:
    """Give the window the size that it has at its start on this screen; it need not be there."""
    window._fit.open(next(screen for screen in QApplication.screens() if screen.name() == name))
    settle()


def settle() -> None:
    """Let layouts ask each other until none does."""
    for _turn in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def complaints(window: Window) -> list[str]:
    """What does not fit into the window."""
    hidden = [button for button in window.footer.buttons if button.isVisible() and not within(button, window)]
    small = clipped(window)
    if window.width() < px(SIDEWAYS_BELOW):
        small = [complaint for complaint in small if "pageScroll" not in complaint]
    return [*(f"{who(button)} is not in sight" for button in hidden), *small, *out_of_reach(window)]


def out_of_reach(window: Window) -> list[str]:
    """Tab stops that are not in sight when Tab has come to them."""
    found: list[str] = []
    for stop in tab_stops(window):
        seen = stop.visibleRegion().boundingRect()
        if isinstance(stop, QAbstractScrollArea):
            enough = seen.width() >= min(stop.width(), 40) and seen.height() >= min(stop.height(), 20)
        else:
            enough = seen.height() >= min(stop.height(), 8) and seen.width() >= min(stop.width(), 8)
        if not enough:
            found.append(f"{who(stop)} is out of reach")
    return found


def tab_stops(window: Window) -> Iterator[QWidget]:
    """Go through the window with Tab; yields each control when it has the focus."""
    window.activateWindow()
    window.setFocus()
    settle()
    first: QWidget | None = None
    for _turn in range(400):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now is first:
            return
        first = first or now
        yield now


def within(control: QWidget, window: QWidget) -> bool:
    corners = (control.rect().topLeft(), control.rect().bottomRight())
    return all(window.rect().contains(control.mapTo(window, corner)) for corner in corners)


# --- focus -----------------------------------------------------------------------------------------------------------


def unseen_stops(window: Window) -> list[str]:
    """Tab stops that look the same with and without the focus."""
    QTest.keyClick(
        window.windowHandle(), Qt.Key.Key_Shift
    )  # an earlier test may have used the mouse, which hides the ring
    found = []
    for stop in tab_stops(window):
        settle()
        area = stop.rect().adjusted(-8, -8, 8, 8)
        area = area.translated(stop.mapTo(window, QPoint(0, 0))).intersected(window.rect())
        with_focus = window.grab(area).toImage()
        window.setFocus()
        settle()
        without = window.grab(area).toImage()
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        if changed(with_focus, without) < ENOUGH:
            found.append(f"{who(stop)} does not show its focus")
    return found


def changed(one: QImage, other: QImage) -> int:
    """How many pixels differ with a contrast of at least 3; stops counting when there are enough."""
    count = 0
    for y in range(one.height()):
        for x in range(one.width()):
            before, after = one.pixel(x, y), other.pixel(x, y)
            if before != after and _contrast(before, after) >= 3:
                count += 1
                if count >= ENOUGH:
                    return count
    return count


def _contrast(one: int, other: int) -> float:
    dark, light = sorted((_brightness(one), _brightness(other)))
    return (light + 0.05) / (dark + 0.05)


def _brightness(colour: int) -> float:
    parts = [(colour >> shift & 255) / 255 for shift in (16, 8, 0)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- lists and tooltips ----------------------------------------------------------------------------------------------


def ground(popup: QWidget) -> str:
    """The colour of most pixels, as #RRGGBB."""
    image = popup.grab().toImage()
    counted = Counter(
        image.pixelColor(x, y).name().upper()
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    )
    return counted.most_common(1)[0][0]


def bad_tips(window: QWidget) -> list[str]:
    """Tooltips wider than 400, and tooltips and descriptions with markup."""
    found = []
    for widget in window.findChildren(QWidget):
        accessible = widget.accessibleName(), widget.accessibleDescription()
        if any(
            re.search(r"</?(b|i|p|br|a|span|div)\b[^>]*>|\*\*", text) for text in (widget.toolTip(), *accessible)
        ):
            found.append(f"{who(widget)} has markup in its tooltip, name or description")
        width = metrics_of("body").boundingRect(QRect(), 0, widget.toolTip()).width()
        if width > px(400) + 2:
            found.append(f"{who(widget)} has a tooltip of {width}")
    return found


# --- on demand -------------------------------------------------------------------------------------------------------


def main(everything: bool, only: str = "", only_points: int = 0) -> int:
    """Print each complaint with the screens and fonts where it was found; returns how many there are."""
    use_screens()
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    current_theme().apply(app, "light")
    gc.disable()  # see tests/ui/conftest.py
    found: dict[tuple[str, str], list[str]] = {}
    looked = 0
    for size, screens in combinations(everything).items():
        if only_points not in (0, size):
            continue
        with points(app, size), tempfile.TemporaryDirectory() as home, gallery.trial(Path(home)) as walker:
            for name in gallery.visit(walker, only):
                for screen in screens:
                    place(walker.window, screen)
                    looked += 1
                    for complaint in complaints(walker.window):
                        if (name, complaint.split(": ")[0]) not in found:
                            print(f"{name}: {complaint} on {screen} with {size} pt", flush=True)
                        found.setdefault((name, complaint.split(": ")[0]), []).append(f"{screen} {size} pt")
                place(walker.window, "ordinary")
    for (name, complaint), where in sorted(found.items()):
        print(f"{name}: {complaint}: {len(where)} times, such as {', '.join(where[:3])}")
    print(f"{looked} looks, {len(found)} complaints")
    return len(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.ui.fit", description="Look for what does not fit.")
    parser.add_argument("--all", action="store_true", help="all 125 combinations")
    parser.add_argument("--points", type=int, default=0, help="one font only")
    parser.add_argument("--page", choices=gallery.PAGES, default="", help="one page only")
    options = parser.parse_args()
    sys.exit(1 if main(options.all, options.page, options.points) else 0)

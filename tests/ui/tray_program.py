"""The program for `test_real_tray`: its window and icon on a real display; answers questions on standard input.

`python -m tests.ui.tray_program HOME [--background]`. A line `facts` is answered by a line of JSON, `close` closes the
window, `quit` chooses Quit in the icon's menu.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QToolTip

from wizard.app import make_services
from wizard.sandbox_process import SandboxProcess
from wizard.storage.paths import private_folder
from wizard.ui import tray
from wizard.ui.app import Start, open_window
from wizard.ui.controller import Controller
from wizard.ui.window_settings import WindowSettings


def facts(controller: Controller) -> dict[str, Any]:
    """What is on the screen."""
    background = controller.background
    found: dict[str, Any] = {
        "window": controller.window.isVisible(),
        "notice": controller.window.footer.sentence,
        "area": tray.has_tray(),
        "tray": background.tray is not None,
        "tip": QToolTip.text() if QToolTip.isVisible() else "",
        "shown": [one.metaObject().className() for one in QApplication.topLevelWidgets() if one.isVisible()],
    }
    if background.tray is not None:
        icon, menu = background.tray.icon, background.tray.menu
        place = icon.geometry()
        grabbed = QGuiApplication.primaryScreen().grabWindow(0, *place.getRect()).toImage()  # type: ignore[call-arg]
        colours = {
            grabbed.pixelColor(x, y).name() for x in range(grabbed.width()) for y in range(grabbed.height())
        }
        found |= {
            "place": place.getRect(),
            "colours": sorted(colours),
            "menu": [action.text() for action in menu.actions() if action.text()] if menu.isVisible() else [],
        }
    return found


def main() -> None:
    """Open the window; the questions are answered in its event loop."""
    home = sys.argv[1]
    sandbox = SandboxProcess()
    begin = Controller.begin
    kept: list[Any] = []

    def begin_and_answer(self: Controller) -> None:
        begin(self)

        def answer() -> None:
            for word in os.read(sys.stdin.fileno(), 4096).decode().split():
                match word:
                    case "facts":
                        print(json.dumps(facts(self)), flush=True)
                    case "close":
                        self.window.close()
                    case "quit":
                        assert self.background.tray is not None
                        self.background.tray.quit.trigger()

        notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        notifier.activated.connect(answer)
        kept.append(notifier)

    with patch.object(Controller, "begin", begin_and_answer), patch.object(tray, "_WAIT_AT_SIGN_IN", 4_000):
        code = open_window(
            Start(
                make_services=lambda: make_services(sandbox, home),
                trial=False,
                settings=WindowSettings(Path(home), private_folder),
                hidden="--background" in sys.argv,
            )
        )
    kept.clear()
    sys.exit(code)


if __name__ == "__main__":
    main()

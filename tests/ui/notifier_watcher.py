"""A strict stand-in for a panel that shows icons by the StatusNotifierItem specification: watcher and host on a D-Bus.

`python -m tests.ui.notifier_watcher`. It prints a line for each item that registers, and refuses what is none.
"""

import os
import re
import sys

from PySide6.QtCore import ClassInfo, Property, QCoreApplication, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection

WATCHER = "org.kde.StatusNotifierWatcher"
_SERVICE = re.compile(r":\d+\.\d+|[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)+")


@ClassInfo(**{"D-Bus Interface": WATCHER})
class Watcher(QObject):
    """Keeps the items that register."""

    StatusNotifierItemRegistered = Signal(str)
    StatusNotifierHostRegistered = Signal()

    @Slot(str)
    def RegisterStatusNotifierItem(self, service: str) -> None:
        print(service if _SERVICE.fullmatch(service) else f"refused {service}", flush=True)
        self.StatusNotifierItemRegistered.emit(service)

    @Slot(str)
    def RegisterStatusNotifierHost(self, _service: str) -> None:
        self.StatusNotifierHostRegistered.emit()

    IsStatusNotifierHostRegistered = Property(bool, lambda _self: True)
    ProtocolVersion = Property(int, lambda _self: 0)


def main() -> None:
    """Own both names until the process is ended."""
    application = QCoreApplication(sys.argv)
    bus, watcher = QDBusConnection.sessionBus(), Watcher()
    everything = QDBusConnection.RegisterOption.ExportAllContents
    if not bus.registerObject("/StatusNotifierWatcher", watcher, everything):
        sys.exit("the object was not registered")
    for name in (WATCHER, f"org.kde.StatusNotifierHost-{os.getpid()}"):
        if not bus.registerService(name):
            sys.exit(f"{name} is taken")
    application.exec()


if __name__ == "__main__":
    main()

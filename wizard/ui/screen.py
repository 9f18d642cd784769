"""Windows that fit their screen: neither the size nor the smallest size exceeds it, also after a change of screen."""

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QStyle, QWidget

from wizard.ui.theme.fonts import px


class ScreenFit(QObject):
    """Keeps a top-level window within the screen that it is on; measures are those of the design (see `fonts.px`)."""

    def __init__(self, window: QWidget, wanted: tuple[int, int], smallest: tuple[int, int]) -> None:
        super().__init__(window)
        self._window, self._wanted, self._smallest = window, wanted, smallest
        self._screen: QScreen | None = None
        self.open()

    def open(self) -> None:
        """Take the wanted size, as far as the screen has room."""
        self.apply()
        self._window.resize(QSize(px(self._wanted[0]), px(self._wanted[1])).boundedTo(self._room()))

    def watch(self) -> None:
        """Follow the screen from now on; called whenever the window is shown."""
        handle = self._window.windowHandle()
        if handle is not None and self._screen is None:
            handle.screenChanged.connect(self._follow)
        self._follow(self._window.screen())

    def apply(self) -> None:
        """Limit the smallest size, then the size."""
        room = self._room()
        self._window.setMinimumSize(QSize(px(self._smallest[0]), px(self._smallest[1])).boundedTo(room))
        if not self._window.isMaximized() and not self._window.isFullScreen():
            fitting = self._window.size().boundedTo(room)
            if fitting != self._window.size():
                self._window.resize(fitting)

    def _follow(self, screen: QScreen) -> None:
        if self._screen is not screen:
            if self._screen is not None:
                self._screen.availableGeometryChanged.disconnect(self.apply)
            self._screen = screen
            screen.availableGeometryChanged.connect(self.apply)
        self.apply()

    def _room(self) -> QSize:
        """Return the largest size: the free part of the screen without the window's frame."""
        space = (self._screen or self._window.screen()).availableGeometry().size()
        frame = self._window.frameGeometry().size() - self._window.size()
        if frame.isEmpty():  # not shown yet: nobody knows the frame
            bar = self._window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, self._window)
            frame = QSize(4, bar)
        return space - frame

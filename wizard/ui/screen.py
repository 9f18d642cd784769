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
        self._watched: set[str] = set()
        """Names of the screens whose changes are followed; a screen itself may be gone at any time."""
        self.open()

    def open(self, screen: QScreen | None = None) -> None:
        """Take the wanted size, as far as the screen has room; None = the screen of the window."""
        room = self._room(screen or self._window.screen())
        self._limit(room)
        self._window.resize(QSize(px(self._wanted[0]), px(self._wanted[1])).boundedTo(room))

    def watch(self) -> None:
        """Follow the screen from now on; called whenever the window is shown."""
        handle = self._window.windowHandle()
        if handle is not None and not self._watched:
            handle.screenChanged.connect(lambda _screen: self._follow())
        self._follow()

    def apply(self) -> None:
        """Limit the smallest size, then the size."""
        room = self._room(self._window.screen())
        self._limit(room)
        if not self._window.isMaximized() and not self._window.isFullScreen():
            fitting = self._window.size().boundedTo(room)
            if fitting != self._window.size():
                self._window.resize(fitting)

    def _limit(self, room: QSize) -> None:
        self._window.setMinimumSize(QSize(px(self._smallest[0]), px(self._smallest[1])).boundedTo(room))

    def _follow(self) -> None:
        screen = self._window.screen()
        if screen.name() not in self._watched:
            self._watched.add(screen.name())
            screen.availableGeometryChanged.connect(self._bring_back)
        self.apply()

    def _bring_back(self) -> None:
        """Move the window back to its screen, of which there may be less than before."""
        self.apply()
        space, frame = self._window.screen().availableGeometry(), self._window.frameGeometry()
        if not (self._window.isMaximized() or self._window.isFullScreen() or space.contains(frame)):
            left = max(space.left(), min(frame.left(), space.right() + 1 - frame.width()))
            top = max(space.top(), min(frame.top(), space.bottom() + 1 - frame.height()))
            self._window.move(left, top)

    def _room(self, screen: QScreen) -> QSize:
        """Return the largest size: the free part of the screen without the window's frame."""
        space = screen.availableGeometry().size()
        frame = self._window.frameGeometry().size() - self._window.size()
        if frame.isEmpty():  # not shown yet: nobody knows the frame
            bar = self._window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, self._window)
            frame = QSize(4, bar)
        return space - frame

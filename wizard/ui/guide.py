"""The user guide in the window: packaging/guide.py builds it, F1 opens it at the page's place."""

import re

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from wizard.assets import asset
from wizard.flow.steps.steps import StepId
from wizard.messages.translation import _
from wizard.ui.theme.fonts import px

PLACES: dict[StepId, str] = {
    "plan": "plan",
    "aws": "aws-iam-identity-center",
    "directory": "directory",
    "sign-on": "single-sign-on",
    "scope": "scope",
    "attributes": "attributes",
    "settings": "safety-settings",
    "preview": "preview",
    "run": "run",
    "monitor": "monitor",
}
"""Step -> id of its heading in the guide."""
_CHAPTER = re.compile(r"<section>(.*?)</section>", re.DOTALL)
_CONTENTS = re.compile(r"<nav.*?</nav>", re.DOTALL)


def read_guide() -> str:
    """The guide's HTML; "" in a checkout where it was not built."""
    try:
        return asset("guide", "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


class GuidePart(QTextBrowser):
    """The guide, a chapter at a time: all of it takes a second to lay out. Links within it are followed here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aboutGuide")
        self.setAccessibleName(_("User guide"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self.viewport().setAutoFillBackground(False)
        self._contents, self._chapters = "", [""]
        self._shown, self._place = -1, ""

    def show_text(self, text: str) -> None:
        """Take the guide's HTML, and show the place that was asked for."""
        found = _CONTENTS.search(text)
        self._contents = found[0] if found else ""
        missing = _("The guide was not built in this checkout. Run: python packaging/guide.py")
        self._chapters, self._shown = _CHAPTER.findall(text) or [missing], -1
        self.go_to(self._place)

    def go_to(self, place: str) -> None:
        """Show a heading by its id, "" = the beginning; also before the text is there."""
        self._place = place
        chapter = next((at for at, text in enumerate(self._chapters) if f' id="{place}"' in text), 0)
        if chapter != self._shown:
            self._shown = chapter
            self._lay_out(self._chapters[chapter] + self._contents)
        self.scrollToAnchor(place)

    def _lay_out(self, text: str) -> None:
        document = self.document()
        document.setDefaultStyleSheet(
            f"td, th {{ padding: {px(4)}px {px(8)}px; text-align: left; }} h1, h2 {{ margin-top: {px(16)}px; }}"
        )
        self.setHtml(text)
        document.setDocumentMargin(px(24))

    def _follow(self, link: QUrl) -> None:
        if link.hasFragment() and not link.scheme():
            self.go_to(link.fragment())
        else:
            QDesktopServices.openUrl(link)

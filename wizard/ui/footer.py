"""The footer: one sentence, a way round, Back and the primary button."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import TONE_ICONS, set_icon
from wizard.ui.widgets.buttons import Button, flat, primary, secondary
from wizard.ui.widgets.labels import Paragraph


class Footer(QWidget):
    """64 high, never scrolled away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self.setFixedHeight(px(63))
        self._icon = QLabel()
        self._sentence = Paragraph(ink="text2")
        self._sentence.setObjectName("footerSentence")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.way_round = flat("", "wayRound", size="normal")
        self.back = secondary("&Back", "back")
        self.primary = primary("&Continue", "next")
        self._row = QHBoxLayout(self)
        self._row.setSpacing(px(8))
        self._row.addWidget(self._icon)
        self._row.addWidget(self._sentence, 1)
        for button in (self.way_round, self.back, self.primary):
            self._row.addWidget(button)
        self.set_narrow(False)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All of them, from the left."""
        return (self.way_round, self.back, self.primary)

    @property
    def sentence(self) -> str:
        """What stands at the left."""
        return self._sentence.text()

    def show_sentence(self, sentence: str, tone: Tone | None, icon: str = "") -> None:
        """One sentence at the left, with its icon."""
        name = icon or (TONE_ICONS[tone] if tone else "")
        ink: Ink = tone if tone in ("warn", "bad", "ok") else "text2"
        set_icon(self._icon, name, ink)
        self._icon.setVisible(bool(name))
        self._sentence.setText(sentence)

    def show_buttons(self, primary_text: str, primary_on: bool, back: bool | None, way_round: str) -> None:
        """What the buttons say, and which of them are on or there at all."""
        self.primary.setVisible(bool(primary_text))
        self.primary.change_text(f"&{primary_text}")
        self.primary.setAccessibleName(primary_text)
        self.primary.setEnabled(primary_on)
        self.back.setVisible(back is not None)
        self.back.setEnabled(bool(back))
        self.way_round.setVisible(bool(way_round))
        self.way_round.change_text(way_round)

    def set_narrow(self, narrow: bool) -> None:
        """The content's own margins."""
        side = px(24 if narrow else 32)
        self._row.setContentsMargins(side, 0, side, 0)

"""A searchable choice: a field whose list shows the entries that contain the typed text."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QStyle, QStyleOptionFrame, QWidget

from wizard.messages.attribute_names import friendly_name
from wizard.messages.formats import comma_list
from wizard.messages.translation import _, ngettext
from wizard.ui.formats import in_order
from wizard.ui.theme.current import colour, current_theme, theme
from wizard.ui.theme.fonts import fitted, px, wrapped_tip
from wizard.ui.theme.icons import icon, pixmap
from wizard.ui.widgets.filter.value import OfferView
from wizard.ui.widgets.tables.row_delegate import paint_line
from wizard.ui.widgets.tables.rows_model import LOOK_ROLE, CellLook, Index, Tail

VISIBLE_ROWS = 12
MOST_LISTED = 500
"""Entries in the list at most; a longer result is counted in its last row."""
_NARROWEST_LIST = 280


class Choice(NamedTuple):
    """One entry."""

    value: str
    """What `chosen` carries."""
    name: str
    detail: str = ""
    """Shown after the name in a lighter ink, and searched as well: the raw name of an attribute, an address."""


class Choices:
    """Entries in the order of the list; they are prepared for searching when it is needed."""

    def __init__(self, choices: Iterable[Choice] = ()) -> None:
        self.all = tuple(choices)

    @cached_property
    def _texts(self) -> list[str]:
        return [f"{choice.name}\n{choice.detail}".casefold() for choice in self.all]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {choice.value: at for at, choice in enumerate(self.all)}

    def prepared(self) -> "Choices":
        """Prepare the search now, on a worker."""
        _ = self._texts, self._places
        return self

    def of(self, value: str) -> Choice | None:
        """Return the entry of a value, or None."""
        at = self._places.get(value)
        return None if at is None else self.all[at]

    def named(self, text: str) -> Choice | None:
        """Return the entry with exactly this detail or name, ignoring case, or None."""
        wanted = text.strip().casefold()
        exact = [at for at in self._containing(wanted) if wanted in self._texts[at].split("\n")]
        by_detail = [at for at in exact if self.all[at].detail.casefold() == wanted]
        found = [*by_detail, *exact]
        return self.all[found[0]] if found else None

    def matching(self, text: str) -> Sequence[int]:
        """Return the positions of the entries that contain a text, those that begin with it first."""
        wanted = text.strip().casefold()
        if not wanted:
            return range(len(self.all))
        found = self._containing(wanted)
        first = [at for at in found if self._texts[at].startswith(wanted) or f"\n{wanted}" in self._texts[at]]
        leading = set(first)
        return [*first, *(at for at in found if at not in leading)]

    def _containing(self, wanted: str) -> list[int]:
        return [at for at, text in enumerate(self._texts) if wanted in text]


def attribute_choices(names: Iterable[str]) -> Choices:
    """Return attributes as entries, each with its friendly and its raw name, sorted by the friendly one."""
    made = (Choice(name, friendly_name(name), name) for name in names)
    plain = (choice._replace(detail="") if choice.detail == choice.name else choice for choice in made)
    return Choices(in_order(sorted(plain, key=lambda choice: choice.value), lambda choice: choice.name))


class _ListModel(QAbstractListModel):
    """The entries that match, an entry for the typed text itself, and a count of those left out."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choices = Choices()
        self.places: Sequence[int] = ()
        self.typed = ""
        """Text that may be taken as it is; "" = none."""
        self.left_out = 0

    def show_matches(self, text: str, *, may_take_text: bool) -> None:
        """List what matches a text."""
        self.beginResetModel()
        found = self.choices.matching(text)
        self.places, self.left_out = found[:MOST_LISTED], max(0, len(found) - MOST_LISTED)
        self.typed = text.strip() if may_take_text and not self.choices.named(text) else ""
        self.endResetModel()

    def choice(self, row: int) -> Choice | None:
        """Return the entry of a row; None for the count."""
        if 0 <= row < len(self.places):
            return self.choices.all[self.places[row]]
        return Choice(self.typed, self.typed) if self.typed and row == len(self.places) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of entries and of the rows below them."""
        return 0 if parent.isValid() else len(self.places) + bool(self.typed) + bool(self.left_out)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Make the count unselectable."""
        return Qt.ItemFlag.NoItemFlags if self.choice(index.row()) is None else super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the texts of a row."""
        choice = self.choice(index.row())
        if choice is None:
            text, detail = (
                ngettext("{n:,} more. Type to search.", "{n:,} more. Type to search.", self.left_out).format(
                    n=self.left_out
                ),
                "",
            )
        else:
            text, detail = choice.name, choice.detail
            if index.row() >= len(self.places):
                text, detail = _("Use “{name}”").format(name=choice.name), ""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return text
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            whole = comma_list([text, detail]) if detail else text
            return whole if role == Qt.ItemDataRole.AccessibleTextRole else wrapped_tip(whole)
        if role == LOOK_ROLE:
            return CellLook(
                text, "text2" if choice is None else "text", tail=Tail(text=detail) if detail else None
            )
        return None


class SearchCombo(QLineEdit):
    """A field that shows the chosen entry, and a list of at most 12 visible rows to search in.

    Enter, Tab or a click takes an entry; Escape, or leaving with text that names no entry, restores the chosen one.
    """

    chosen = Signal(str)
    """The value of the entry that was taken; not emitted for the value that is already chosen."""

    def __init__(self, name: str, words: str, *, free: bool = False, parent: QWidget | None = None) -> None:
        """`words` is the accessible name; `free`: a text that is no entry may be taken as well."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setProperty("fit", "compact")
        self._free = free
        self._value = ""
        self._shown = Choice("", "")
        self._icon = ""
        self._edited = False
        self._select_on_release = False
        self._model = _ListModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(VISIBLE_ROWS)
        self._completer.setWrapAround(False)
        self._completer.setWidget(self)
        self.list = OfferView(f"{name}List", words)
        self._completer.setPopup(self.list)
        self.list.take_delegate()
        self._open = QAction(self)
        self._open.setText(_("Show all"))
        self._open.triggered.connect(self._toggle_list)
        self.addAction(self._open, QLineEdit.ActionPosition.TrailingPosition)
        self.installEventFilter(self)  # after the completer's own filter, so that it is asked first
        self._completer.activated[QModelIndex].connect(self._picked)  # type: ignore[index]
        self.textEdited.connect(self._search)
        current_theme().changed.connect(self._draw)
        self._draw()

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._value

    @property
    def is_edited(self) -> bool:
        """Whether a text is being typed that was not taken yet."""
        return self._edited

    def set_choices(self, choices: Choices) -> None:
        """Replace the entries; the chosen value stays."""
        if choices is self._model.choices:
            return
        self._model.choices = choices
        if self.list.isVisible():
            self._search(self.text())
        elif not self._edited:
            self.show_value(self._value)

    def show_value(self, value: str, other: Choice | None = None, icon: str = "") -> None:
        """Show a value, without a signal. `other` is shown for a value that is no entry, with an icon before it."""
        shown = other or self._model.choices.of(value) or _unknown(value)
        if self._edited and value == self._value:
            return  # keep the text that is being typed
        self._value, self._shown, self._icon = value, shown, icon
        self._restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle Enter, Escape and the keys that open the list."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if self._edited or self.list.isVisible():
                    self._take_suggestion()
                event.accept()  # Enter stays inside the field
            case Qt.Key.Key_Escape if self._edited or self.list.isVisible():
                self._restore()
                self.selectAll()
                event.accept()
            case Qt.Key.Key_Down | Qt.Key.Key_Up | Qt.Key.Key_F4 if not self.list.isVisible():
                self._show_all()
                event.accept()
            case _:
                super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Take the suggestion when Tab leaves the field."""
        if forward and self._edited:
            self._take_suggestion()
        self.list.hide()
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the text, so that typing replaces it."""
        super().focusInEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._select_on_release = event.reason() == Qt.FocusReason.MouseFocusReason
            self.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Settle when the focus leaves; the completer's filter hides this event while the list is open."""
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut and watched is self:
            own = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
            if event.reason() not in own:
                self._settle()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the list."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self._edited:
            self._show_all()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep the whole text selected after the click that entered the field."""
        super().mouseReleaseEvent(event)
        if self._select_on_release:
            self._select_on_release = False
            self.selectAll()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon, name and detail while the field is not being edited."""
        if self.hasFocus() or not (self._shown.detail or self._icon or self._is_cut()):
            super().paintEvent(event)
            return
        frame = QStyleOptionFrame()
        self.initStyleOption(frame)
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, frame, painter, self)
        self._paint_choice(painter)
        painter.end()

    def minimumSizeHint(self) -> QSize:
        """Return the width of a short name."""
        return QSize(px(96), super().minimumSizeHint().height())

    # --- the list ---

    def _search(self, text: str) -> None:
        self._edited = True
        self._list(text)

    def _show_all(self) -> None:
        self._list("")

    def _toggle_list(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_all()

    def _list(self, text: str) -> None:
        self._model.show_matches(text, may_take_text=self._free and bool(text.strip()))
        if not self._model.rowCount():
            self.list.hide()
            return
        width = max(self.width(), px(_NARROWEST_LIST))
        self._completer.complete(QRect(QPoint(0, 0), QSize(width, self.height() + px(2))))
        at = 0
        if not text:
            at = next((row for row in range(len(self._model.places)) if self._row_value(row) == self._value), -1)
        self.list.setCurrentIndex(self._completer.completionModel().index(at, 0))

    def _row_value(self, row: int) -> str:
        choice = self._model.choice(row)
        return choice.value if choice else ""

    def _picked(self, index: QModelIndex) -> None:
        choice = self._model.choice(index.row())
        if choice is not None:
            self._take(choice)

    def _settle(self) -> None:
        """Take a text that names an entry; restore the chosen one for any other."""
        named = self._model.choices.named(self.text()) if self._edited else None
        if named is not None:
            self._take(named)
        else:
            self._restore()
        self.setCursorPosition(0)

    def _take_suggestion(self) -> None:
        row = self.list.currentIndex().row() if self._edited or self.list.isVisible() else -1
        named = self._model.choices.named(self.text()) if self._edited and row <= 0 else None
        choice = named or self._model.choice(row)
        if choice is not None:
            self._take(choice)
        else:
            self._restore()
        self.selectAll()

    def _take(self, choice: Choice) -> None:
        self._edited = False
        changed = choice.value != self._value
        if changed:
            known = self._model.choices.of(choice.value)
            self._value, self._shown, self._icon = choice.value, known or choice, ""
        self._restore()
        if changed:
            self.chosen.emit(choice.value)

    def _restore(self) -> None:
        self._edited = False
        self.list.hide()
        if self.text() != self._shown.name:
            self.setText(self._shown.name)
            if self.hasFocus():
                self.selectAll()
            else:
                self.setCursorPosition(0)
        name, detail = self._shown.name, self._shown.detail
        self.setToolTip(wrapped_tip(comma_list([name, detail]) if detail else name if self._is_cut() else ""))
        self.setAccessibleDescription(detail)
        self.update()

    # --- painting ---

    def _room(self) -> QRect:
        frame = QStyleOptionFrame()
        self.initStyleOption(frame)
        room = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, frame, self)
        return room.adjusted(px(24), 0, -2, 0) if self.isRightToLeft() else room.adjusted(2, 0, -px(24), 0)

    def _begin_after(self, room: QRect, taken: int) -> None:
        """Take pixels from the side of `room` where a line begins."""
        if self.isRightToLeft():
            room.setRight(room.right() - taken)
        else:
            room.setLeft(room.left() + taken)

    def _is_cut(self) -> bool:
        return fitted(self.text(), "body", self._room().width())[0] != self.text()

    def _paint_choice(self, painter: QPainter) -> None:
        t, room = theme(), self._room()
        if self._icon:
            side = px(14)
            top = room.top() + (room.height() - side) // 2
            left = room.right() - side + 1 if self.isRightToLeft() else room.left()
            painter.drawPixmap(left, top, pixmap(self._icon, t.ink("text2"), side, self.devicePixelRatioF()))
            self._begin_after(room, side + px(8))
        painter.setPen(colour(t.text if self.isEnabled() else t.distext))
        taken = paint_line(painter, room, self._shown.name, "body")
        self._begin_after(room, taken + px(6))
        if room.width() > px(24):
            painter.setPen(colour(t.text3 if self.isEnabled() else t.distext))
            paint_line(painter, room, self._shown.detail, "body")

    def _draw(self) -> None:
        self._open.setIcon(icon("chevron-down", "text2", px(16)))


def _unknown(value: str) -> Choice:
    """Return the entry for a value that the list does not have."""
    name = friendly_name(value)
    return Choice(value, name, value if name != value else "")

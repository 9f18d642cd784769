"""The card with what AWS would refuse of everyone in scope: one row per rule, with the fixes it offers."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from wizard import messages
from wizard.flow.mapping.problems import Fix, ProblemGroup
from wizard.messages import Noun, counted
from wizard.messages.attribute_names import friendly_name
from wizard.ui.formats import grouped
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.icons import set_icon
from wizard.ui.widgets.buttons import flat, icon_button, small
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.labels import Paragraph

_ROWS = 2
_NAMED = 12
"""Names listed in a tool tip."""
_WORDS = {
    "required-attribute-missing": "is empty",
    "more-than-one-value": "has several values",
    "forbidden-character": "contains characters AWS refuses",
    "white-space": "contains spaces",
    "too-long": "is too long",
    "reserved-name": "is a name that AWS reserves",
    "not-a-value": "has a value that AWS does not accept",
    "duplicate-value": "is the same",
    "expression": "cannot be worked out",
}


class ProblemsCard(Card):
    """Two rows (one in a narrow window), and below them a button that unfolds the others."""

    asked = Signal(object)
    """The ProblemGroup whose people are to be shown."""
    fix_chosen = Signal(object)
    """The Fix to apply."""
    undo_asked = Signal()
    """Undo was clicked for the fix shown by `show_made`."""

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("mappingTroubles")
        self.setAccessibleName("What AWS would refuse")
        self._found: tuple[ProblemGroup, ...] = ()
        self._made: Fix | None = None
        self._all = False
        self._narrow = False
        self._rows: list[QWidget] = []
        self._inside = QVBoxLayout()
        self._inside.setSpacing(0)
        self.column.addLayout(self._inside)
        self.hide()

    def show_problems(self, found: Sequence[ProblemGroup]) -> None:
        """Show problems; the card is hidden without any."""
        if tuple(found) != self._found:
            self._found = tuple(found)
            self._draw()

    def show_made(self, fix: Fix | None) -> None:
        """Show what a fix changed, with Undo; None: hide it."""
        if fix is not self._made:
            self._made = fix
            self._draw()
            if fix is not None:
                self._undo.setFocus(Qt.FocusReason.OtherFocusReason)
                words = f"{_made_words(fix)} {before_and_after(fix, 1)}"
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def open_fix(self, kind: str, path: str) -> bool:
        """Focus the fix of the first problem with an attribute, unfolding the rows; False = there is none."""
        group = next((one for one in self._found if (one.kind, one.path) == (kind, path)), None)
        if group is None:
            return False
        if self._found.index(group) >= (1 if self._narrow else _ROWS):
            self._all = True
            self._draw()
        for name in (f"fixTrouble.{group.path}.{group.rule}", f"showTrouble.{group.path}.{group.rule}"):
            button = next((found for row in self._rows if (found := row.findChild(QWidget, name))), None)
            if isinstance(button, QWidget):
                button.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return False

    def set_narrow(self, narrow: bool) -> None:
        """Show only one row in a narrow window."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._draw()

    def _draw(self) -> None:
        focused = QApplication.focusWidget()
        name = focused.objectName() if focused is not None and self.isAncestorOf(focused) else ""
        for row in self._rows:
            self._inside.removeWidget(row)
            row.hide()
            row.deleteLater()
        few = 1 if self._narrow else _ROWS
        listed = self._found if self._all else self._found[:few]
        self._rows = []
        if self._made is not None:
            self._add(self._made_row(self._made))
        for number, group in enumerate(listed):
            if number or self._made is not None:
                self._add(line())
            self._add(self._row(group))
        if len(self._found) > few:
            self._add(line())
            self._add(self._fold_row(few))
        self.setVisible(bool(self._found) or self._made is not None)
        again = (
            next((found for row in self._rows if (found := row.findChild(QWidget, name))), None) if name else None
        )
        if isinstance(again, QWidget):  # keep the keyboard focus
            again.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, row: QWidget) -> None:
        self._rows.append(row)
        self._inside.addWidget(row)

    def _made_row(self, fix: Fix) -> QWidget:
        made = QWidget()
        made.setMinimumHeight(px(36))
        mark = QLabel()
        set_icon(mark, "check-circle", "ok")
        words = Paragraph(f"**{_made_words(fix)}** {before_and_after(fix, 1)}")
        words.setObjectName("fixMade")
        words.setToolTip(wrapped_tip(before_and_after(fix)))
        self._undo = flat("Undo", "undoFix", icon="undo")
        self._undo.setAccessibleDescription(before_and_after(fix))
        self._undo.clicked.connect(self.undo_asked)
        row = QHBoxLayout(made)
        row.setContentsMargins(px(12), px(2), px(8), px(2))
        row.setSpacing(px(8))
        row.addWidget(mark)
        row.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._undo)
        return made

    def _fold_row(self, few: int) -> QWidget:
        made = QWidget()
        more = len(self._found) - few
        fold = flat("Show fewer" if self._all else f"{grouped(more)} more", "moreTroubles", size="small")
        fold.change_icon("chevron-down" if self._all else "chevron-right")
        fold.clicked.connect(self._toggle)
        row = QHBoxLayout(made)
        row.setContentsMargins(px(4), px(2), px(8), px(2))
        row.addWidget(fold)
        row.addStretch(1)
        return made

    def _row(self, group: ProblemGroup) -> QWidget:
        made = QWidget()
        made.setMinimumHeight(px(36))
        mark = QLabel()
        set_icon(mark, "warning", "warn")
        what = what_is_wrong(group)
        words = Paragraph(f"**{what}** {'' if self._narrow else _why(group)}".strip())
        words.setToolTip(wrapped_tip(messages.text(group)))
        row = QHBoxLayout(made)
        row.setContentsMargins(px(12), px(2), px(8), px(2))
        row.setSpacing(px(8))
        row.addWidget(mark)
        row.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._show_button(group, what))
        for control in self._fix_buttons(group):
            row.addWidget(control)
        return made

    def _show_button(self, group: ProblemGroup, what: str) -> QWidget:
        show = flat("Show who", f"showTrouble.{group.path}.{group.rule}")
        show.setAccessibleName(f"Show who: {what}")
        named = "\n".join(group.labels[:_NAMED])
        rest = group.count - _NAMED
        show.setToolTip(wrapped_tip(f"{named}\nand {grouped(rest)} more" if rest > 0 else named))
        show.clicked.connect(lambda: self.asked.emit(group))
        return show

    def _fix_buttons(self, group: ProblemGroup) -> list[QWidget]:
        if not group.fixes:
            return []
        best = group.fixes[0]
        name = f"{group.path}.{group.rule}"
        button = small(messages.text(best), f"fixTrouble.{name}")
        button.setAccessibleName(f"{messages.text(best)} for {friendly_name(group.path)}")
        button.setAccessibleDescription(before_and_after(best))
        button.setToolTip(wrapped_tip(before_and_after(best)))
        button.clicked.connect(lambda: self.fix_chosen.emit(best))
        if len(group.fixes) == 1 or self._narrow:
            return [button]
        others = icon_button("chevron-down", f"Other fixes for {friendly_name(group.path)}", f"otherFixes.{name}")
        others.clicked.connect(lambda: self._offer(others, group.fixes))
        return [button, others]

    def _offer(self, button: QWidget, fixes: Sequence[Fix]) -> None:
        menu = QMenu(self)
        menu.setObjectName("otherFixesMenu")
        menu.setToolTipsVisible(True)
        for fix in fixes:
            action = menu.addAction(messages.text(fix))
            action.setToolTip(wrapped_tip(before_and_after(fix)))
            action.triggered.connect(lambda _on=False, fix=fix: self.fix_chosen.emit(fix))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _toggle(self) -> None:
        self._all = not self._all
        self._draw()


def _made_words(fix: Fix) -> str:
    return f"{friendly_name(fix.row.target)} changed."


def what_is_wrong(group: ProblemGroup) -> str:
    """Return a sentence: the attribute, what is wrong with it, and for how many."""
    noun = Noun.PERSON if group.kind == "user" else Noun.GROUP
    return f"{friendly_name(group.path)} {_WORDS.get(group.rule, 'is refused')} for {counted(group.count, noun)}."


def before_and_after(fix: Fix, most: int = 5) -> str:
    """Return one line per example of a fix: who, before, after; and how many it solves if not all."""
    lines = [f"{one.label}: {one.before or 'no value'} → {one.after or 'no value'}" for one in fix.examples[:most]]
    if fix.solves < fix.tried and most > 1:
        lines.append(f"Fixes {grouped(fix.solves)} of {grouped(fix.tried)}.")
    return "\n".join(lines)


def _why(group: ProblemGroup) -> str:
    noun = ("person", "people") if group.kind == "user" else ("group", "groups")
    whom = f"these {noun[1]}" if group.count > 1 else f"this {noun[0]}"
    if group.rule == "duplicate-value":
        return "It must be unique in AWS."
    if group.rule == "expression":
        return f"AWS gets none for {whom}."
    return f"AWS would refuse {whom}."

"""The card with the values of everyone in scope that AWS would reject: one row per rule, with its fixes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from wizard import messages
from wizard.flow.mapping.problems import Fix, ProblemGroup
from wizard.messages import Noun, counted
from wizard.messages.attribute_names import friendly_name
from wizard.messages.row import sentences
from wizard.messages.translation import N_, _, ngettext
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.icons import set_icon
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.buttons import flat, icon_button, small
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.labels import Paragraph

_ROWS = 2
_NAMED = 12
"""Names listed in a tool tip."""
_SENTENCES = {
    "required-attribute-missing": N_("{attribute} is empty for {objects}."),
    "more-than-one-value": N_("{attribute} has several values for {objects}."),
    "forbidden-character": N_("{attribute} has characters that AWS rejects for {objects}."),
    "white-space": N_("{attribute} contains spaces for {objects}."),
    "too-long": N_("{attribute} is too long for {objects}."),
    "reserved-name": N_("{attribute} is a name reserved by AWS for {objects}."),
    "not-a-value": N_("{attribute} has a value that AWS does not accept for {objects}."),
    "duplicate-value": N_("{attribute} is the same for {objects}."),
    "expression": N_("{attribute} has an expression without a result for {objects}."),
}
"""Rule -> sentence."""
_REJECTED = N_("{attribute} is rejected by AWS for {objects}.")


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
        self.setAccessibleName(_("Values that AWS would reject"))
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
                announce(self, _fixed(fix))

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
        words = Paragraph(_fixed(fix))
        words.setObjectName("fixMade")
        words.setToolTip(wrapped_tip(before_and_after(fix)))
        self._undo = flat(_("Undo"), "undoFix", icon="undo")
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
        text = _("Show fewer") if self._all else ngettext("{n:,} more", "{n:,} more", more).format(n=more)
        fold = flat(text, "moreTroubles", size="small")
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
        what = problem_sentence(group)
        words = Paragraph(sentences(f"**{what}**", "" if self._narrow else _why(group)))
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
        show = flat(_("Show affected"), f"showTrouble.{group.path}.{group.rule}")
        show.setAccessibleName(_("Show affected: {problem}").format(problem=what))
        lines = list(group.labels[:_NAMED])
        rest = group.count - _NAMED
        if rest > 0:
            lines.append(ngettext("and {n:,} more", "and {n:,} more", rest).format(n=rest))
        show.setToolTip(wrapped_tip("\n".join(lines)))
        show.clicked.connect(lambda: self.asked.emit(group))
        return show

    def _fix_buttons(self, group: ProblemGroup) -> list[QWidget]:
        if not group.fixes:
            return []
        best = group.fixes[0]
        name = f"{group.path}.{group.rule}"
        button = small(messages.text(best), f"fixTrouble.{name}")
        name_of_fix = _("{fix}: {attribute}").format(fix=messages.text(best), attribute=friendly_name(group.path))
        button.setAccessibleName(name_of_fix)
        button.setAccessibleDescription(before_and_after(best))
        button.setToolTip(wrapped_tip(before_and_after(best)))
        button.clicked.connect(lambda: self.fix_chosen.emit(best))
        if len(group.fixes) == 1 or self._narrow:
            return [button]
        title = _("Other fixes for {attribute}").format(attribute=friendly_name(group.path))
        others = icon_button("chevron-down", title, f"otherFixes.{name}")
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


def _fixed(fix: Fix) -> str:
    """Return what a fix changed, with the first example; the beginning is bold."""
    text = _("**{attribute} changed.** {example}")
    return text.format(attribute=friendly_name(fix.row.target), example=before_and_after(fix, 1))


def problem_sentence(group: ProblemGroup) -> str:
    """Return a sentence with the attribute, its problem, and the number of people or groups."""
    objects = counted(group.count, Noun.PERSON if group.kind == "user" else Noun.GROUP)
    sentence = _SENTENCES.get(group.rule, _REJECTED)
    return _(sentence).format(attribute=friendly_name(group.path), objects=objects)


def before_and_after(fix: Fix, most: int = 5) -> str:
    """Return one line per example of a fix: name, before, after; and the number it solves if not all."""
    line_of, none = _("{name}: {before} → {after}"), _("no value")
    lines = [
        line_of.format(name=one.label, before=one.before or none, after=one.after or none)
        for one in fix.examples[:most]
    ]
    if fix.solves < fix.tried and most > 1:
        lines.append(_("Fixes {n:,} of {total:,}.").format(n=fix.solves, total=fix.tried))
    return "\n".join(lines)


def _why(group: ProblemGroup) -> str:
    if group.rule == "duplicate-value":
        return _("It must be unique in AWS.")
    if group.rule == "expression":
        return _("No value is sent.")
    if group.kind == "user":
        return ngettext("This person cannot be provisioned.", "These people cannot be provisioned.", group.count)
    return ngettext("This group cannot be provisioned.", "These groups cannot be provisioned.", group.count)

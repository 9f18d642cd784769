"""Chooses a person or group by typing part of the name, or with Previous and Next."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLabel, QWidget

from wizard.directory import DirectoryGroup, DirectoryUser
from wizard.ui.theme.fonts import px
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import icon_button
from wizard.ui.widgets.fields import EnterStays

Person = DirectoryUser | DirectoryGroup


class PersonPicker(QWidget):
    """Label, combo box, Previous, Next, Next with a problem."""

    moved = Signal()
    """Another one was chosen."""
    problem_sought = Signal()
    """Next with a problem has chosen one."""

    def __init__(self, words: str = "&Values of") -> None:
        super().__init__()
        self._people: tuple[Person, ...] = ()
        self._names = QStringListModel(self)
        self.box = QComboBox()
        self.box.setObjectName("person")
        self.box.setAccessibleName(words.replace("&", ""))
        self.box.setProperty("fit", "compact")
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setFixedWidth(px(176))
        self.box.setModel(self._names)
        finder = QCompleter(self._names, self.box)
        finder.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        finder.setFilterMode(Qt.MatchFlag.MatchContains)
        finder.setMaxVisibleItems(10)
        self.box.setCompleter(finder)
        self.previous = icon_button("chevron-left", "Previous person", "previousPerson")
        self.next = icon_button("chevron-right", "Next person", "nextPerson")
        self.next_problem = icon_button("alert-circle", "Next one with a problem (F8)", "nextProblem")
        self._troubled: frozenset[str] = frozenset()
        self._enter = EnterStays(self)
        line = self.box.lineEdit()
        if line is not None:
            line.installEventFilter(self._enter)
            line.editingFinished.connect(self._settle)
            line.setAccessibleName(words.replace("&", ""))
        before = QLabel(words)
        before.setBuddy(self.box)
        set_ink(before, "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        for part in (before, self.box, self.previous, self.next, self.next_problem):
            row.addWidget(part)
        self.box.currentIndexChanged.connect(lambda _index: self._moved())
        self.previous.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.next_problem.clicked.connect(self.seek_problem)
        self.show_people(())

    @property
    def position(self) -> int:
        """Index of the chosen one; -1 = none."""
        return self.box.currentIndex()

    @property
    def count(self) -> int:
        """The number of choices."""
        return len(self._people)

    @property
    def person(self) -> Person | None:
        """The chosen one."""
        return self._people[self.position] if 0 <= self.position < len(self._people) else None

    def show_people(self, people: Sequence[Person], names: Sequence[str] = ()) -> None:
        """Offer these, labelled by `names`. The chosen one stays if it is among them. Emits nothing."""
        if people is self._people and self._people:
            return
        shown = self.person.id if self.person else None
        self._people = tuple(people)
        self.box.blockSignals(True)
        self._names.setStringList(list(names))
        first = 0 if self._people else -1
        at = next((at for at, person in enumerate(self._people) if person.id == shown), first)
        self.box.setCurrentIndex(at)
        if not self._people:
            self.box.clearEditText()
        self.box.blockSignals(False)
        self._show_start()
        self._enable()

    def choose(self, source_id: str) -> bool:
        """Choose this one; False = not among them."""
        at = next((at for at, person in enumerate(self._people) if person.id == source_id), -1)
        if at >= 0:
            self.box.setCurrentIndex(at)
        return at >= 0

    def step(self, by: int) -> None:
        """Choose the previous or next one."""
        at = self.position + by
        if 0 <= at < len(self._people):
            self.box.setCurrentIndex(at)

    def show_troubled(self, ids: Collection[str]) -> None:
        """Set who has a problem."""
        self._troubled = frozenset(ids)
        self._enable()

    def seek_problem(self) -> None:
        """Choose the next one with a problem, cyclically."""
        order = (*range(self.position + 1, self.count), *range(self.position + 1))
        at = next((at for at in order if self._people[at].id in self._troubled), -1)
        if at >= 0:
            self.box.setCurrentIndex(at)
            self.problem_sought.emit()

    def _settle(self) -> None:
        # Typed text chooses the first label that contains it; without a match the choice is restored.
        text = self.box.currentText().strip().casefold()
        person = self.person
        if person is not None and text != person.label.casefold():
            found = next((at for at, one in enumerate(self._people) if text and text in one.label.casefold()), -1)
            if found >= 0:
                self.box.setCurrentIndex(found)
            current = self.person
            self.box.setEditText(current.label if current else "")

    def _moved(self) -> None:
        self._show_start()
        self._enable()
        self.moved.emit()

    def _show_start(self) -> None:
        line = self.box.lineEdit()
        if line is not None:
            line.setCursorPosition(0)  # a long name shows its beginning

    def _enable(self) -> None:
        self.box.setEnabled(bool(self._people))
        self.previous.setEnabled(self.position > 0)
        self.next.setEnabled(0 <= self.position < len(self._people) - 1)
        self.next_problem.setEnabled(bool(self._people) and bool(self._troubled))

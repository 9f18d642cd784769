"""Chooses a person or group by typing part of the name, or with Previous and Next."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from wizard.directory import DirectoryGroup, DirectoryUser
from wizard.messages.translation import _
from wizard.ui.theme.fonts import px
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import icon_button
from wizard.ui.widgets.search_combo import Choice, Choices, SearchCombo

Person = DirectoryUser | DirectoryGroup


def person_choices(people: Sequence[Person]) -> Choices:
    """Return people or groups as entries: name, and the user name of a person."""
    return Choices(Choice(one.id, one.label, _detail(one)) for one in people)


def _detail(one: Person) -> str:
    name = one.text("userPrincipalName") if isinstance(one, DirectoryUser) else ""
    return "" if name == one.label else name


class PersonPicker(QWidget):
    """Label, searchable field, Previous, Next, Next with a problem."""

    moved = Signal()
    """Another one was chosen."""
    problem_sought = Signal()
    """Next with a problem has chosen one."""

    def __init__(self, words: str = "") -> None:
        """`words` is the label, "Values of" by default."""
        super().__init__()
        words = words or _("&Values of")
        self._people: tuple[Person, ...] = ()
        self._at = -1
        self.box = SearchCombo("person", words.replace("&", ""))
        self.box.setFixedWidth(px(176))
        self.previous = icon_button("chevron-left", _("Previous"), "previousPerson")
        self.next = icon_button("chevron-right", _("Next"), "nextPerson")
        self.next_problem = icon_button("alert-circle", _("Next with a problem (F8)"), "nextProblem")
        self._troubled: frozenset[str] = frozenset()
        before = self._label = QLabel(words)
        before.setBuddy(self.box)
        set_ink(before, "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        for part in (before, self.box, self.previous, self.next, self.next_problem):
            row.addWidget(part)
        self.box.chosen.connect(self.choose)
        self.previous.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.next_problem.clicked.connect(self.seek_problem)
        self.show_people(())

    @property
    def position(self) -> int:
        """Index of the chosen one; -1 = none."""
        return self._at

    @property
    def count(self) -> int:
        """The number of choices."""
        return len(self._people)

    @property
    def person(self) -> Person | None:
        """The chosen one."""
        return self._people[self._at] if 0 <= self._at < len(self._people) else None

    def show_people(self, people: Sequence[Person], choices: Choices | None = None) -> None:
        """Offer these; `choices` are their entries if they were made on a worker.

        The chosen one stays if it is among them. Emits nothing.
        """
        if people is self._people and self._people:
            return
        shown = self.person.id if self.person else None
        self._people = tuple(people)
        self.box.set_choices(choices or person_choices(self._people))
        first = 0 if self._people else -1
        self._at = next((at for at, person in enumerate(self._people) if person.id == shown), first)
        self._show()

    def choose(self, source_id: str) -> bool:
        """Choose this one; False = not among them."""
        at = next((at for at, person in enumerate(self._people) if person.id == source_id), -1)
        self._move(at)
        return at >= 0

    def step(self, by: int) -> None:
        """Choose the previous or next one."""
        self._move(self._at + by)

    def set_narrow(self, narrow: bool) -> None:
        """Use less width in a narrow window."""
        self._label.setVisible(not narrow)
        self.box.setFixedWidth(px(152 if narrow else 176))

    def show_troubled(self, ids: Collection[str]) -> None:
        """Set who has a problem."""
        self._troubled = frozenset(ids)
        self._enable()

    def seek_problem(self) -> None:
        """Choose the next one with a problem, cyclically."""
        order = (*range(self._at + 1, self.count), *range(self._at + 1))
        at = next((at for at in order if self._people[at].id in self._troubled), -1)
        if at >= 0:
            self._move(at)
            self.problem_sought.emit()

    def _move(self, at: int) -> None:
        if 0 <= at < len(self._people) and at != self._at:
            self._at = at
            self._show()
            self.moved.emit()

    def _show(self) -> None:
        person = self.person
        self.box.show_value(person.id if person else "")
        self._enable()

    def _enable(self) -> None:
        self.box.setEnabled(bool(self._people))
        self.previous.setEnabled(self._at > 0)
        self.next.setEnabled(0 <= self._at < len(self._people) - 1)
        self.next_problem.setEnabled(bool(self._people) and bool(self._troubled))

"""The base class of every page, and what pages share: `PageContext` and the `Shell` protocol."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from wizard.errors import WizardError
from wizard.flow.steps.fix import Fix
from wizard.flow.steps.navigator import Navigator
from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import StepId
from wizard.messages.translation import _
from wizard.provisioning.job import Job
from wizard.ui.reflow import reflow
from wizard.ui.tasks import TaskRunner
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import MessageAction, MessageCard
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import LineLabel, Paragraph
from wizard.ui.widgets.unknowns import UnknownsNote

WIDEST = 2400
"""Width of the column of a page with tables, in pixels at 100 %."""
READABLE = 1040
"""Width of the column of a form: longer lines are hard to read."""


class Shell(Protocol):
    """What a page may ask of the window."""

    def refresh(self) -> None:
        """Show step list, buttons and footer again."""
        ...

    def show_step(self) -> None:
        """Show the page of the navigator's current step."""
        ...

    def go_to(self, fix: Fix) -> None:
        """Show the step that fixes a failure, at the control to change. Back returns to this page."""
        ...

    def next(self) -> None:
        """Continue, as the primary button does: for a page that ended what Continue had started."""
        ...

    def confirm(self, title: str, text: str, verb: str, danger: bool = True) -> bool:
        """Ask before something that cannot be undone; True = the person chose the verb."""
        ...

    def ask_text(self, title: str, label: str, text: str, verb: str) -> str:
        """Ask for one line of text; "" = cancelled."""
        ...

    def save_job(self, then: Callable[[], None] | None = None) -> None:
        """Save unsaved edits now; calls `then` afterwards."""
        ...

    def may_leave_job(self) -> bool:
        """Ask whether a job that is for this session only may be lost; True for any other: it is saved."""
        ...

    def apply_edits(self) -> None:
        """Make the edited job the job, without running it."""
        ...

    def discard_edits(self) -> None:
        """Ask, then take back every edit since the last review."""
        ...

    def open_alerts(self) -> None:
        """Show the job's alerts and their channels."""
        ...

    def notify(self, sentence: str) -> None:
        """Show one sentence in the footer for a few seconds: "Saved to people.csv"."""
        ...


@dataclass(slots=True)
class PageContext:
    """Objects shared by all pages."""

    session: Session
    navigator: Navigator
    tasks: TaskRunner
    shell: Shell
    trial: bool = False
    """Started by `try`: the sample company and a sandbox."""
    views: dict[str, str] = field(default_factory=dict)
    """Page -> how it was shown last, such as "all"; remembered between two starts."""

    def open_step(self, step_id: StepId) -> None:
        """Go to a step if it may be visited."""
        if self.navigator.visit(step_id):
            self.shell.show_step()


class WizardPage(QWidget):
    """The page of one step: it shows the session and changes its draft.

    A page fills `body` in its `__init__`, and emits `answered` when an answer changed.
    """

    step_id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    """Marked with `N_`; `translated_title` is shown."""
    sentence: ClassVar[str] = ""
    """Shown under the title, hidden in a narrow window; marked with `N_`."""

    widest: ClassVar[int] = WIDEST
    """Width of the column, which is centred in a wider window; READABLE for a form."""

    never_first: tuple[QWidget, ...] = ()
    """Controls that do not get the focus when the page is shown: a second Enter would press them."""

    edges_changed = Signal()
    """The content begins or ends elsewhere."""

    answered = Signal()
    """An answer changed: step list, buttons and footer are shown again."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context
        self.job_id = ""
        """Of the job that was shown last; the window calls `forget` before it shows another."""
        self.setObjectName(f"{self.step_id}Page")
        self.setAccessibleName(self.translated_title)
        self._title = LineLabel("title", elide=True)
        self._title.setText(self.translated_title)
        self._title.setObjectName("pageTitle")
        self._sentence = Paragraph(_(self.sentence) if self.sentence else "", ink="text2")
        self._sentence.setObjectName("pageSentence")
        self._narrow = False
        self.edges = (0, 0)
        """Left and right margin of the content, in pixels."""
        self._has_columns = False
        """Whether some row is a column, because the page is narrow."""
        self._messages: dict[str, MessageCard] = {}
        self.actions_row = QHBoxLayout()
        """Secondary buttons to the right of the title."""
        self.actions_row.setSpacing(px(8))
        self.messages = QVBoxLayout()
        """Messages about the whole page, between heading and body."""
        self.messages.setSpacing(px(8))
        self.body = QVBoxLayout()
        """The page's content."""
        self.body.setSpacing(px(16))
        self.unknowns = UnknownsNote()
        """Open questions about AWS and Microsoft that matter here; below the content."""
        self._lay_out()

    @property
    def translated_title(self) -> str:
        """The title in the person's language."""
        return _(self.title) if self.title else ""

    @property
    def session(self) -> Session:
        """The draft job and the results of its checks."""
        return self.context.session

    @property
    def tasks(self) -> TaskRunner:
        """Runs background tasks."""
        return self.context.tasks

    @property
    def shell(self) -> Shell:
        """The window around the page."""
        return self.context.shell

    def answer(self, job: Job) -> None:
        """Take a changed draft."""
        self.session.answer(job)
        self.answered.emit()

    # --- called by the window ------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Called when the page is shown."""

    def forget(self) -> None:
        """Called before `enter` when another job is shown: drop what was said, searched, filtered or chosen in the last."""
        for cause in tuple(self._messages):
            self.clear_message(cause)
        for search in self.findChildren(SearchField):
            search.clear()

    def leave(self) -> None:
        """Called when another page is shown: cancels this page's reads and counts."""
        self.on_leave()
        self.tasks.cancel_reads_of(self.step_id)

    def on_leave(self) -> None:
        """Stop timers and take text that is still being edited: everything but tasks."""

    def show_fix(self, fix: Fix) -> None:
        """Show what puts a failure right: called after `enter` when a person came here by **Fix**."""

    def refresh(self) -> None:
        """Show the session as it is now."""

    def status(self) -> str:
        """Return the footer's sentence while nothing prevents continuing; "" = none."""
        return ""

    def skip_action(self) -> tuple[str, Callable[[], None]] | None:
        """Return text and action of a flat button before Back, such as "Skip the test"; None = no button."""
        return None

    def advance(self) -> bool:
        """Called when the primary button is pressed; True = go to the next step, False = the page handles it."""
        return True

    # --- what it shows -------------------------------------------------------------------------------------------

    def set_title(self, title: str) -> None:
        """Change the title."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def set_sentence(self, sentence: str) -> None:
        """Change the sentence under the title."""
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence) and not self._narrow)

    def set_narrow(self, narrow: bool) -> None:
        """Called when the window becomes narrow or wide: a narrow one has less margin and no sentence."""
        self._narrow = narrow
        self._set_margins()
        self._column.setSpacing(px(8 if narrow else 16))
        self._sentence.setVisible(bool(self._sentence.text()) and not narrow)

    @property
    def is_narrow(self) -> bool:
        """Whether the window is narrow."""
        return self._narrow

    def show_message(
        self, tone: Tone, title: str, text: str = "", actions: tuple[MessageAction, ...] = (), cause: str = "page"
    ) -> MessageCard:
        """Show a message between heading and body; a newer one of the same cause replaces the older one."""
        return self._add_message(MessageCard(tone, title, text, actions), cause)

    def show_error(
        self, error: WizardError, actions: tuple[MessageAction, ...] = (), cause: str = "page"
    ) -> MessageCard:
        """As `show_message`, for an error."""
        message = MessageCard()
        message.show_message("bad", error, actions)
        return self._add_message(message, cause)

    def clear_message(self, cause: str = "page") -> None:
        """Remove the message of a cause."""
        message = self._messages.pop(cause, None)
        if message is not None:
            self.messages.removeWidget(message)
            message.setObjectName("")  # deleted later: findChild must not find it instead of its successor
            message.hide()
            message.deleteLater()

    def ensure_visible(self, part: QWidget) -> None:
        """Scroll the page to a part of it."""
        self._scroll.ensureWidgetVisible(part)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column at a readable width."""
        super().resizeEvent(event)
        self._set_margins()

    def _add_message(self, message: MessageCard, cause: str) -> MessageCard:
        self.clear_message(cause)
        message.setObjectName(f"{cause}Message")
        self._messages[cause] = message
        self.messages.addWidget(message)
        message.announce()
        return message

    def _set_margins(self) -> None:
        side = px(24 if self._narrow else 32)
        bar = self._scroll.verticalScrollBar()
        # The scroll bar is inside the margin, so the column has the same width with and without it.
        taken = bar.sizeHint().width() if bar.maximum() > 0 else 0
        side = max(side, (self.width() - px(self.widest)) // 2)
        self._column.setContentsMargins(side, px(16 if self._narrow else 24), side - taken, px(16))
        if self.edges != (side, side):
            self.edges = (side, side)
            self.edges_changed.emit()
        self._reflow()

    def _reflow(self) -> None:
        """Turn rows into columns where the page is too narrow for them."""
        bar = self._scroll.verticalScrollBar()
        room = self.width() - (bar.sizeHint().width() if bar.maximum() > 0 else 0)
        if self._has_columns or self._column.totalMinimumSize().width() > room:
            self._has_columns = reflow(self._column, room)

    def _lay_out(self) -> None:
        heading = QVBoxLayout()
        heading.setSpacing(px(4))
        heading.addWidget(self._title)
        heading.addWidget(self._sentence)
        top = QHBoxLayout()
        top.setSpacing(px(16))
        top.addLayout(heading, 1)
        top.addLayout(self.actions_row)
        content = _Content()
        content.asked.connect(self._reflow)
        self._column = QVBoxLayout(content)
        self._column.addLayout(top)
        self._column.addLayout(self.messages)
        self._column.addLayout(self.body, 1)
        self._column.addWidget(self.unknowns)
        scroll = self._scroll = QScrollArea()
        scroll.setObjectName("pageScroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        scroll.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._set_margins())
        self.set_narrow(False)


class _Content(QWidget):
    """What scrolls in a page."""

    asked = Signal()
    """Something in it asked for another size."""

    def event(self, event: QEvent) -> bool:
        """Notice requests for another layout."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.asked.emit()
        return done

"""Step 5, Safety settings: people who leave, when a plan needs approval; advanced: pace of writing, stored results."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.scope.scope import ScopeCheck, divide
from wizard.flow.steps.settings import people_counted, threshold_effect
from wizard.messages import Noun, counted
from wizard.provisioning.job import POLICY_RANGES, LeaverAction, Policy
from wizard.ui.page import READABLE, PageContext, WizardPage
from wizard.ui.pages.shared.microsoft import Notifications
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import FLAT_PADDING, flat
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.choices import RadioGroup, RadioOption
from wizard.ui.widgets.fields import LabelledField, NumberField
from wizard.ui.widgets.labels import Paragraph, label

if TYPE_CHECKING:
    from wizard.flow.services import Services

_LEAVERS = (
    RadioOption(
        "disable",
        "Disable them",
        "They keep their account and assignments but cannot sign in. This can be undone.",
    ),
    RadioOption("delete", "Delete them"),
    RadioOption("leave", "Keep them", "They can sign in until you disable them in AWS."),
)
_GROUPS = (
    RadioOption("leave", "Keep it", "Its members keep the access that it gives."),
    RadioOption("delete", "Delete it", "Only a group that this job created. The access that it gives ends."),
)
_MATCHING = (
    "An account that this job did not create is taken over without asking you if this job provisions every group it is "
    "in. You are still asked about all other accounts, about groups, and about accounts of people who left."
)
_PACES = (
    ("", "Automatic (recommended)"),
    ("aws", "AWS's limits: 25 writes and 40 reads per second"),
    ("adaptive", "Adaptive: starts slowly, then as fast as the server allows"),
)
_ADVANCED = ("pacing", "membership_requests", "results_kept_days")
_HELP = (
    (
        "Who has left?",
        "Someone this job provisioned who is no longer in scope or no longer in the directory. Other accounts are "
        "not changed unless you accept them or have them matched automatically.",
    ),
    (
        "You review every change",
        "Preview shows each plan before it runs. A plan above your limit waits for your approval, scheduled ones too.",
    ),
    (
        "What AWS does",
        "Disabling ends access at once. Deleting also removes assignments to accounts and applications.",
    ),
)


class SettingsPage(WizardPage):
    """Edits the job's policy; shows the effect of the limits in numbers."""

    widest = READABLE
    step_id = "settings"
    title = "Safety settings"
    sentence = "What to do when people leave, and when to ask you first."

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._showing = False
        self._job_shown = ""
        self._leavers = RadioGroup("leavers", "When a person leaves the directory or the scope", _LEAVERS)
        self._after = _number("deleteAfterDays", "delete_after_days", "Days until they are deleted")
        self._after.setFixedWidth(px(112))
        self._after.setSuffix(" days")
        self._after_field = _narrow(
            LabelledField(
                "&Delete them after",
                self._after,
                "Counted from the day they left. Until then they are disabled and can come back. 0 deletes them at once.",
            )
        )
        self._groups = RadioGroup("groupsGone", "When a group is removed", _GROUPS)
        self._match = QCheckBox("&Match existing accounts automatically")
        self._match.setObjectName("matchExisting")
        self._match.setAccessibleName("Match existing accounts automatically")
        self._match.setAccessibleDescription(_MATCHING)
        self._count = _number("thresholdCount", "threshold_count", "People")
        self._percent = _number("thresholdPercent", "threshold_percent", "Share of all people")
        self._percent.setSuffix(" %")
        self._effect = Paragraph(ink="text2")
        self._effect.setObjectName("thresholdEffect")
        self._pace = QComboBox()
        self._pace.setObjectName("pacing")
        self._pace.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._requests = _number("membershipRequests", "membership_requests", "Requests")
        self._requests.setFixedWidth(px(112))
        self._days = _number("resultsKeptDays", "results_kept_days", "Days")
        self._days.setFixedWidth(px(112))
        self._days.setSuffix(" days")
        self._notifications = Notifications()
        self._more = flat("", "advancedSettings")
        self._fields = QWidget()
        """The advanced settings."""
        self._fill()
        self._connect()

    def set_narrow(self, narrow: bool) -> None:
        """Use less room between the columns in a narrow window."""
        super().set_narrow(narrow)
        for row in self.findChildren(
            QHBoxLayout, "settingsColumns"
        ):  # not there yet while the page is being built
            row.setSpacing(px(24 if narrow else 40))
        for card in self.findChildren(Card, "settingsHelp"):
            card.setFixedWidth(px(228 if narrow else 248))

    def enter(self) -> None:
        """Show the policy, and count the people that the limit is a percentage of."""
        if self._job_shown != self.session.draft.id:
            self._job_shown = self.session.draft.id
            self._show_advanced(_has_advanced(self.session.draft.policy))
        self.refresh()
        self._count_people()

    def _count_people(self) -> None:
        """Count who is in scope in the background, unless the Scope page has done it."""
        snapshot, scope = self.session.found.snapshot, self.session.draft.scope
        if snapshot is None or people_counted(self.session):
            return

        async def work(_services: "Services", _emit: Emit) -> ScopeCheck:
            from anyio import to_thread

            return (await to_thread.run_sync(divide, snapshot, scope, abandon_on_cancel=True)).check

        def done(check: ScopeCheck) -> None:
            if self.session.found.snapshot is snapshot:
                self.session.found.scope_check = check
                self._show_effect()

        # A filter that fails is shown on the Scope page.
        self.tasks.run(Slot.PEOPLE_COUNT, work, on_done=done, on_error=lambda _error: None)

    def refresh(self) -> None:
        """Show the policy; changes nothing."""
        policy = self.session.draft.policy
        self._showing = True
        self._leavers.choose(policy.leavers.value)
        self._after.setValue(policy.delete_after_days)
        self._after_field.setVisible(policy.leavers is LeaverAction.DELETE)
        self._groups.choose(policy.groups_gone)
        self._match.setChecked(policy.match_existing)
        self._count.setValue(policy.threshold_count)
        self._percent.setValue(policy.threshold_percent)
        self._pace.setCurrentIndex(self._pace.findData(policy.pacing))
        self._requests.setValue(policy.membership_requests)
        self._days.setValue(policy.results_kept_days)
        self._notifications.setVisible(self.session.draft.engine == "entra")
        self._notifications.show_policy(policy)
        self._showing = False
        self._show_effect()

    def _take(self, policy: Policy) -> None:
        if self._showing or policy == self.session.draft.policy:
            return
        self.answer(replace(self.session.draft, policy=policy))
        self._show_effect()

    def _chose_leavers(self, choice: str) -> None:
        self._take(replace(self.session.draft.policy, leavers=LeaverAction(choice)))
        self._after_field.setVisible(choice == LeaverAction.DELETE)

    def _show_effect(self) -> None:
        policy = self.session.draft.policy
        people = people_counted(self.session)
        self._effect.setText(threshold_effect(policy.threshold_count, policy.threshold_percent, people))
        days = policy.delete_after_days
        after = f"Disabled first, deleted after {counted(days, Noun.DAY)}" if days else "Deleted at once"
        self._leavers.rehint("delete", f"{after}, with their assignments. This cannot be undone.")

    def _connect(self) -> None:
        def policy() -> Policy:
            return self.session.draft.policy

        self._leavers.chosen.connect(self._chose_leavers)
        self._after.valueChanged.connect(lambda days: self._take(replace(policy(), delete_after_days=days)))
        self._groups.chosen.connect(lambda choice: self._take(replace(policy(), groups_gone=choice)))
        self._match.toggled.connect(lambda on: self._take(replace(policy(), match_existing=on)))
        self._count.valueChanged.connect(lambda number: self._take(replace(policy(), threshold_count=number)))
        self._percent.valueChanged.connect(lambda number: self._take(replace(policy(), threshold_percent=number)))
        self._pace.currentIndexChanged.connect(
            lambda _index: self._take(replace(policy(), pacing=self._pace.currentData()))
        )
        self._requests.valueChanged.connect(
            lambda number: self._take(replace(policy(), membership_requests=number))
        )
        self._notifications.changed.connect(
            lambda changed: self._take(
                replace(
                    policy(),
                    notification_address=changed.notification_address,
                    mail_on_failure=changed.mail_on_failure,
                )
            )
        )
        self._days.valueChanged.connect(lambda number: self._take(replace(policy(), results_kept_days=number)))

    def _fill(self) -> None:
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(24))
        column.addWidget(self._leavers)
        column.addWidget(self._after_field)
        column.addWidget(self._groups)
        column.addLayout(self._threshold())
        column.addWidget(self._notifications)
        column.addLayout(self._matching())
        column.addLayout(self._advanced())
        column.addStretch(1)
        row = QHBoxLayout()
        row.setObjectName("settingsColumns")
        row.setSpacing(px(40))
        row.addWidget(form, 1)
        row.addWidget(_help(), 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)

    def _matching(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(Paragraph("When a person already has an account in AWS", "section"))
        column.addSpacing(px(8))
        column.addWidget(self._match)
        words = Paragraph(_MATCHING, "small", "text2")
        words.setContentsMargins(px(24), 0, 0, 0)
        column.addWidget(words)
        return column

    def _advanced(self) -> QVBoxLayout:
        """A button that shows or hides what few need to change."""
        self._more.clicked.connect(lambda: self._show_advanced(self._fields.isHidden()))
        for choice, words in _PACES:
            self._pace.addItem(words, choice)
        fields = QVBoxLayout(self._fields)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(px(16))
        pace = "AWS limits how many requests it takes. The wizard stays below that and waits when AWS asks it to."
        requests = "A run that would need more to read the memberships reads a part of them, and all of them within a day."
        log = "How long the provisioning log stays on this computer."
        fields.addWidget(LabelledField("&Pace", self._pace, pace))
        fields.addWidget(_narrow(LabelledField("Re&quests for memberships", self._requests, requests)))
        fields.addWidget(_narrow(LabelledField("&Keep results for", self._days, log)))
        button = QHBoxLayout()
        button.setContentsMargins(-px(FLAT_PADDING), 0, 0, 0)  # align its icon with the text above
        button.addWidget(self._more)
        button.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(px(8))
        column.addLayout(button)
        column.addWidget(self._fields)
        self._show_advanced(False)
        return column

    def _show_advanced(self, shown: bool) -> None:
        self._fields.setVisible(shown)
        self._more.change_text("Hide advanced settings" if shown else "Advanced settings")
        self._more.change_icon("chevron-down" if shown else "chevron-right")

    def _threshold(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(px(8))
        column.addWidget(Paragraph("Ask before large changes", "section"))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        before, between = label("More &than"), label("people &and")
        for words, number in ((before, self._count), (between, self._percent)):
            words.setTextFormat(Qt.TextFormat.AutoText)
            words.setBuddy(number)
            row.addWidget(words)
            row.addWidget(number)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._effect)
        return column


def _has_advanced(policy: Policy) -> bool:
    """Return whether an advanced setting differs from its default."""
    return any(getattr(policy, name) != getattr(Policy(), name) for name in _ADVANCED)


def _number(name: str, setting: str, words: str) -> NumberField:
    made = NumberField(name, *POLICY_RANGES[setting])
    made.setAccessibleName(words)
    made.setGroupSeparatorShown(True)
    made.setFixedWidth(px(96))
    return made


def _narrow(field: LabelledField) -> LabelledField:
    """Let the control keep its own width while the hint takes that of the row."""
    layout = field.layout()
    if layout is not None:
        layout.setAlignment(field.control, Qt.AlignmentFlag.AlignLeft)
    return field


def _help() -> Card:
    card = Card()
    card.setObjectName("settingsHelp")
    card.setFixedWidth(px(248))
    for position, (title, text) in enumerate(_HELP):
        if position:
            card.column.addSpacing(px(8))
        card.column.addWidget(label(title, "section"))
        card.column.addWidget(Paragraph(text, ink="text2"))
    return card

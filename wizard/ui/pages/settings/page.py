"""Step 5, Safety settings: people who leave, when a plan needs approval; advanced: pace of writing, stored results."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from wizard.flow.scope.scope import ScopeCheck, divide
from wizard.flow.steps.settings import most_without_approval, people_counted
from wizard.messages.row import sentences
from wizard.messages.translation import N_, _, ngettext
from wizard.provisioning.job import POLICY_RANGES, LeaverAction, Policy
from wizard.ui.formats import grouped, percent
from wizard.ui.page import READABLE, PageContext, WizardPage
from wizard.ui.pages.shared.microsoft import Notifications
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import FLAT_PADDING, flat
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.choices import RadioGroup, RadioOption
from wizard.ui.widgets.fields import ChoiceField, LabelledField, NumberField
from wizard.ui.widgets.labels import Paragraph, indent, label

if TYPE_CHECKING:
    from wizard.flow.services import Services

_ADVANCED = ("pacing", "membership_requests", "results_kept_days")


def _leavers() -> tuple[RadioOption, ...]:
    return (
        RadioOption(
            "disable",
            _("Disable the account"),
            _("The person keeps all assignments but cannot sign in. You can undo this."),
        ),
        RadioOption("delete", _("Delete the account")),
        RadioOption(
            "leave",
            _("Keep the account"),
            _("The person can still sign in until you disable the account in AWS."),
        ),
    )


def _groups_gone() -> tuple[RadioOption, ...]:
    return (
        RadioOption("leave", _("Keep the group"), _("Its members keep the access it grants.")),
        RadioOption(
            "delete",
            _("Delete the group"),
            _("Only if this job created it. Its members lose the access it grants."),
        ),
    )


def _paces() -> tuple[tuple[str, str], ...]:
    return (
        ("", _("Automatic (recommended)")),
        ("aws", _("AWS limits: 25 writes and 40 reads per second")),
        ("adaptive", _("Adaptive: starts slowly and speeds up")),
    )


def _help_texts() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("Who counts as leaving?"),
            _(
                "People this job provisioned who are no longer in the directory or in scope. Accounts created by "
                "others stay unchanged unless you approve the match or turn on automatic matching."
            ),
        ),
        (
            _("You stay in control"),
            _("Preview shows every change before a run. A scheduled run above your limit waits for you."),
        ),
        (
            _("Disabled or deleted in AWS"),
            _("A disabled account can be enabled again. A deleted one loses its assignments permanently."),
        ),
    )


class SettingsPage(WizardPage):
    """Edits the job's policy; shows the effect of the limits in numbers."""

    widest = READABLE
    step_id = "settings"
    title = N_("Safety settings")
    sentence = N_("What to do when people leave, and when to ask you first.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._showing = False
        self._job_shown = ""
        self._leavers = RadioGroup("leavers", _("When a person leaves the directory or the scope"), _leavers())
        self._after = _number("deleteAfterDays", "delete_after_days", _("Days until deletion"), _days)
        self._after_field = _narrow(
            LabelledField(
                _("&Delete after"),
                self._after,
                _(
                    "Counted from the day the person left. Until then the account is disabled. 0 deletes it immediately."
                ),
            )
        )
        self._groups = RadioGroup(
            "groupsGone", _("When a group leaves the directory or the scope"), _groups_gone()
        )
        self._match = QCheckBox(_("&Match existing accounts automatically"))
        self._match.setObjectName("matchExisting")
        self._match.setAccessibleName(_("Match existing accounts automatically"))
        self._match.setAccessibleDescription(_matching_hint())
        self._count = _number("thresholdCount", "threshold_count", _("People"), _people)
        self._percent = _number("thresholdPercent", "threshold_percent", _("Share of all people"), percent)
        self._effect = Paragraph(ink="text2")
        self._effect.setObjectName("thresholdEffect")
        self._pace = ChoiceField("pacing")
        self._pace.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._requests = _number("membershipRequests", "membership_requests", _("Requests"))
        self._days = _number("resultsKeptDays", "results_kept_days", _("Days"), _days)
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
        self._effect.setText(_limit_in_words(policy.threshold_count, policy.threshold_percent, people))
        self._leavers.rehint("delete", _deletion_in_words(policy.delete_after_days))

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
        column.addWidget(Paragraph(_("When a person already has an account in AWS"), "section"))
        column.addSpacing(px(8))
        column.addWidget(self._match)
        words = Paragraph(_matching_hint(), "small", "text2")
        indent(words)
        column.addWidget(words)
        return column

    def _advanced(self) -> QVBoxLayout:
        """A button that shows or hides what few need to change."""
        self._more.clicked.connect(lambda: self._show_advanced(self._fields.isHidden()))
        for choice, words in _paces():
            self._pace.addItem(words, choice)
        fields = QVBoxLayout(self._fields)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(px(16))
        pace = _("Stays within AWS limits, and waits when AWS throttles requests.")
        requests = _(
            "If reading all memberships takes more requests, each run reads some of them. All are read within "
            "a day."
        )
        log = _("Older entries are deleted from this computer.")
        fields.addWidget(LabelledField(_("Request &rate"), self._pace, pace))
        fields.addWidget(_narrow(LabelledField(_("Membership re&quests per run"), self._requests, requests)))
        fields.addWidget(_narrow(LabelledField(_("&Keep the provisioning log for"), self._days, log)))
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
        self._more.change_text(_("Hide advanced settings") if shown else _("Advanced settings"))
        self._more.change_icon("chevron-down" if shown else "chevron-right")

    def _threshold(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(px(8))
        column.addWidget(Paragraph(_("Ask before large changes"), "section"))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        fields = {"{people}": self._count, "{share}": self._percent}
        words: QLabel | None = None
        # A translation may put the fields elsewhere.
        for part in re.split(r"(\{people\}|\{share\})", _("More &than {people} &and {share}")):
            if part in fields:
                if words is not None:
                    words.setBuddy(fields[part])
                row.addWidget(fields[part])
            elif part.strip():
                words = label(part.strip())
                words.setProperty("piece", True)  # of a sentence that is translated as a whole
                words.setTextFormat(Qt.TextFormat.AutoText)
                row.addWidget(words)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._effect)
        return column


def _has_advanced(policy: Policy) -> bool:
    """Return whether an advanced setting differs from its default."""
    return any(getattr(policy, name) != getattr(Policy(), name) for name in _ADVANCED)


def _number(name: str, setting: str, words: str, unit: Callable[[int], str] | None = None) -> NumberField:
    """A number with its unit, which depends on the number: `unit(2)` is "2 days"."""
    made = NumberField(name, *POLICY_RANGES[setting])
    made.setAccessibleName(words)
    made.setGroupSeparatorShown(True)
    made.setMinimumWidth(px(96))
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    if unit is not None:
        show = partial(_show_unit, made, unit)
        show(made.value())
        made.valueChanged.connect(show)
    return made


def _show_unit(field: NumberField, unit: Callable[[int], str], number: int) -> None:
    """Write the words of a number around it; some languages have one before it."""
    before, _number_itself, after = unit(number).partition(grouped(number))
    field.setPrefix(before)
    field.setSuffix(after)


def _days(number: int) -> str:
    return ngettext("{n:,} day", "{n:,} days", number).format(n=number)


def _people(number: int) -> str:
    return ngettext("{n:,} person", "{n:,} people", number).format(n=number)


def _matching_hint() -> str:
    return _(
        "Applies to accounts whose groups are all provisioned by this job. All other matches still need your approval."
    )


def _deletion_in_words(days: int) -> str:
    if not days:
        return _("Deleted immediately with all assignments. This cannot be undone.")
    return ngettext(
        "Disabled first, deleted after {n} day with all assignments. This cannot be undone.",
        "Disabled first, deleted after {n} days with all assignments. This cannot be undone.",
        days,
    ).format(n=grouped(days))


def _limit_in_words(count: int, limit: int, people: int) -> str:
    """Return what the limits mean: "A run that … more than 31 people needs your approval. 10% of 312 is 31."."""
    if not people:
        return _("A run that disables, deletes, enables, or renames more people than that needs your approval.")
    most = most_without_approval(count, limit, people)
    share = _("{share} of {people} is {number}.").format(
        share=percent(limit), people=grouped(people), number=grouped(people * limit // 100)
    )
    rule = ngettext(
        "A run that disables, deletes, enables, or renames more than {n} person needs your approval.",
        "A run that disables, deletes, enables, or renames more than {n} people needs your approval.",
        most,
    ).format(n=grouped(most))
    return sentences(rule, share)


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
    for position, (title, text) in enumerate(_help_texts()):
        if position:
            card.column.addSpacing(px(8))
        card.column.addWidget(Paragraph(title, "section"))
        card.column.addWidget(Paragraph(text, ink="text2"))
    return card

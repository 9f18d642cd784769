"""The Settings page: what it shows, what it answers, what it says in numbers."""

import re
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QRadioButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from wizard.directory import DirectorySnapshot, DirectoryUser
from wizard.provisioning.job import LeaverAction, Policy
from wizard.ui.page import PageContext
from wizard.ui.pages.settings.page import SettingsPage, _show_unit
from wizard.ui.widgets.fields import NumberField
from wizard.ui.widgets.labels import Paragraph


def page_on(context: PageContext, qtbot: QtBot) -> SettingsPage:
    page = SettingsPage(context)
    qtbot.addWidget(page)
    page.enter()
    return page


def people(count: int) -> DirectorySnapshot:
    return DirectorySnapshot(tuple(DirectoryUser(str(n), True, {"displayName": f"P{n}"}) for n in range(count)))


def test_it_shows_the_policy_of_the_job(context: PageContext, qtbot: QtBot) -> None:
    policy = Policy(
        LeaverAction.DELETE,
        "delete",
        7,
        20,
        notification_address="a@b.example",
        pacing="adaptive",
        results_kept_days=30,
    )
    context.session.draft = replace(context.session.draft, policy=policy)
    page = page_on(context, qtbot)
    assert page.findChild(QRadioButton, "leavers.delete").isChecked()
    assert page.findChild(QRadioButton, "groupsGone.delete").isChecked()
    assert page.findChild(QSpinBox, "thresholdCount").value() == 7
    assert page.findChild(QSpinBox, "thresholdPercent").value() == 20
    assert page.findChild(QComboBox, "pacing").currentData() == "adaptive"
    assert page.findChild(QSpinBox, "resultsKeptDays").value() == 30
    assert context.session.draft.policy == policy


def test_every_answer_reaches_the_draft(context: PageContext, qtbot: QtBot) -> None:
    page = page_on(context, qtbot)
    page.findChild(QRadioButton, "leavers.leave").click()
    page.findChild(QRadioButton, "groupsGone.delete").click()
    page.findChild(QSpinBox, "thresholdCount").setValue(3)
    page.findChild(QSpinBox, "thresholdPercent").setValue(25)
    pacing = page.findChild(QComboBox, "pacing")
    pacing.setCurrentIndex(pacing.findData("aws"))
    page.findChild(QSpinBox, "resultsKeptDays").setValue(14)
    expected = Policy(LeaverAction.LEAVE, "delete", 3, 25, pacing="aws", results_kept_days=14)
    assert context.session.draft.policy == expected


def test_the_days_until_deletion_are_asked_where_people_are_deleted(context: PageContext, qtbot: QtBot) -> None:
    page = page_on(context, qtbot)
    days = page.findChild(QSpinBox, "deleteAfterDays")
    assert days.value() == 30
    assert days.parentWidget().isHidden()
    page.findChild(QRadioButton, "leavers.delete").click()
    assert not days.parentWidget().isHidden()
    days.setValue(7)
    assert context.session.draft.policy == Policy(LeaverAction.DELETE, delete_after_days=7)
    page.findChild(QRadioButton, "leavers.disable").click()
    assert days.parentWidget().isHidden()


def test_existing_accounts_are_matched_automatically_where_it_is_ticked(
    context: PageContext, qtbot: QtBot
) -> None:
    page = page_on(context, qtbot)
    box = page.findChild(QCheckBox, "matchExisting")
    assert not box.isChecked(), "off by default"
    assert box.accessibleDescription()
    box.click()
    assert context.session.draft.policy == Policy(match_existing=True)
    assert page_on(context, qtbot).findChild(QCheckBox, "matchExisting").isChecked()
    box.click()
    assert context.session.draft.policy == Policy()


def test_an_answer_drops_the_plan_and_showing_it_does_not(context: PageContext, qtbot: QtBot) -> None:
    context.session.found.accepted = frozenset({"kept"})
    page = page_on(context, qtbot)
    page.refresh()
    assert context.session.found.accepted == frozenset({"kept"})
    page.findChild(QRadioButton, "leavers.delete").click()
    assert context.session.found.accepted == frozenset()


def numbers_in(sentence: str) -> list[str]:
    return re.findall(r"\d+", sentence)


def test_the_threshold_says_what_it_means(context: PageContext, qtbot: QtBot) -> None:
    context.session.found.snapshot = people(312)
    page = page_on(context, qtbot)
    effect = page.findChild(Paragraph, "thresholdEffect")
    qtbot.waitUntil(lambda: numbers_in(effect.text()) == ["31", "10", "312", "31"])  # counted on the worker
    page.findChild(QSpinBox, "thresholdPercent").setValue(5)
    assert numbers_in(effect.text()) == ["15", "5", "312", "15"]


def test_the_address_for_mail_stays_in_the_job_and_is_not_shown(context: PageContext, qtbot: QtBot) -> None:
    policy = Policy(notification_address="ops@tidewater.example")
    context.session.draft = replace(context.session.draft, policy=policy)
    page = page_on(context, qtbot)
    page.findChild(QRadioButton, "leavers.leave").click()
    assert context.session.draft.policy == replace(policy, leavers=LeaverAction.LEAVE)
    assert not [edit for edit in page.findChildren(QLineEdit) if "ops@" in edit.text() and edit.isVisibleTo(page)]


def test_advanced_settings_open_by_the_button_and_where_one_was_changed(
    context: PageContext, qtbot: QtBot
) -> None:
    page = page_on(context, qtbot)
    pace, button = page.findChild(QComboBox, "pacing"), page.findChild(QPushButton, "advancedSettings")
    assert not pace.isVisibleTo(page)
    button.click()
    assert pace.isVisibleTo(page)
    button.click()
    assert not pace.isVisibleTo(page)
    context.session.begin(replace(context.session.draft, id="another", policy=Policy(results_kept_days=9)))
    page.enter()
    assert pace.isVisibleTo(page)
    context.session.begin()
    page.enter()
    assert not pace.isVisibleTo(page)


def test_the_days_until_deletion_are_in_the_words_of_the_choice(context: PageContext, qtbot: QtBot) -> None:
    page = page_on(context, qtbot)
    delete = page.findChild(QRadioButton, "leavers.delete")
    assert numbers_in(delete.accessibleDescription()) == ["30"]
    delete.click()
    page.findChild(QSpinBox, "deleteAfterDays").setValue(1)
    assert numbers_in(delete.accessibleDescription()) == ["1"]


def test_every_control_has_a_name_for_people_and_scripts(context: PageContext, qtbot: QtBot) -> None:
    page = page_on(context, qtbot)
    for kind in (QRadioButton, QCheckBox, QSpinBox, QComboBox):
        for control in page.findChildren(kind):
            assert isinstance(control, QWidget)
            assert control.objectName(), control
            assert control.accessibleName(), control.objectName()


def test_the_words_of_a_number_may_begin_before_it(qtbot: QtBot) -> None:
    field = NumberField("people", 0, 100)
    qtbot.addWidget(field)
    _show_unit(field, lambda number: f"ユーザー {number} 人", 0)
    assert field.text() == "ユーザー 0 人"
    _show_unit(field, lambda number: f"{number} %", 0)
    assert field.text() == "0 %"

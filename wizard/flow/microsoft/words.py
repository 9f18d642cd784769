"""Names and values of Microsoft's configuration in words: for the review, its edits, and commands."""

import json
from typing import TYPE_CHECKING

from wizard import messages
from wizard.errors import Message
from wizard.flow.scope.filter_text import condition
from wizard.mapping.schema_json import filter_of_scope
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _, pgettext

if TYPE_CHECKING:
    from wizard.entra_provisioning.differences import Edit, Value
    from wizard.flow.microsoft.models import SetupChange

_NAMES = {
    "users.scope": Message("setup-filter-of-people"),
    "users.actions": Message("setup-actions-for-people"),
    "groups.scope": Message("setup-filter-of-groups"),
    "groups.actions": Message("setup-actions-for-groups"),
    "settings.address": Message("setup-address"),
    "settings.token": Message("setup-token"),
    "settings.everyone": Message("setup-everyone"),
    "settings.mail": Message("setup-mail"),
    "settings.threshold": Message("setup-threshold"),
    "settings.out-of-scope": Message("setup-out-of-scope"),
}
_VALUES = {"new": N_("New"), "refused": N_("Rejected"), "yes": N_("Yes"), "no": N_("No")}
"""What `setup_plan` has in place of settings that are no text."""
_IN_WORDS = ("settings.token", "settings.everyone", "settings.out-of-scope")


def edit_name(edit: "Edit") -> str:
    """Return what an edit is about: a setting, a filter, or the attribute as AWS writes it."""
    named = _NAMES.get(edit.key)
    return messages.title(named) if named is not None else edit.target


def value_words(key: str, value: "Value | None") -> str:
    """Return one side of an edit; "" = nothing flows."""
    if value is None:
        return ""
    text = value.text
    if key in _IN_WORDS and text in _VALUES:
        text = _(_VALUES[text])
    elif key.endswith((".scope", ".actions")) and text:
        text = _filter_words(text) if key.endswith(".scope") else _action_words(text)
    parts = [text] if text else []
    if value.default:
        parts.append(_("default {value}").format(value=value.default))
    if value.matching:
        parts.append(_("matching {n}").format(n=value.matching))
    if value.only_when_created:
        parts.append(_("only when created"))
    return comma_list(parts)


def _filter_words(text: str) -> str:
    """A scoping filter as Microsoft stores it, as its conditions."""
    found = filter_of_scope({"groups": json.loads(text)})
    conditions = [condition(clause) for group in found.groups for clause in group.clauses]
    conditions += found.unknown
    return comma_list(conditions) or _("No conditions")


def _action_words(text: str) -> str:
    """What Microsoft may do to people or groups: "Add, Delete, Update" as it writes it."""
    actions = json.loads(text)
    return comma_list(actions["flowTypes"]) if actions["enabled"] else pgettext("setting", "Off")


def before_words(change: "SetupChange") -> str:
    """Return the value at Microsoft before a change."""
    return value_words(change.key, change.old) if change.old is not None else change.before


def after_words(change: "SetupChange") -> str:
    """Return what a change leaves at Microsoft."""
    return value_words(change.key, change.new) if change.new is not None else change.after

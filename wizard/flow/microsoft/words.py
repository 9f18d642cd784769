"""Names and values of Microsoft's configuration in words: for the review, its edits, and commands."""

from typing import TYPE_CHECKING

from wizard import messages
from wizard.errors import Message
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _

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
    parts = [text] if text else []
    if value.default:
        parts.append(_("default {value}").format(value=value.default))
    if value.matching:
        parts.append(_("matching {n}").format(n=value.matching))
    if value.only_when_created:
        parts.append(_("only when created"))
    return comma_list(parts)


def before_words(change: "SetupChange") -> str:
    """Return the value at Microsoft before a change."""
    return value_words(change.key, change.old) if change.old is not None else change.before


def after_words(change: "SetupChange") -> str:
    """Return what a change leaves at Microsoft."""
    return value_words(change.key, change.new) if change.new is not None else change.after

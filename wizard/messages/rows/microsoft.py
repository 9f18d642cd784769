"""Messages of Microsoft's provisioning service: setup, state, log, forecast, and switching between the engines."""

from collections.abc import Sequence

from wizard.messages.counting import Noun, counted, listed
from wizard.messages.row import Nested, Rows, Text, sentences
from wizard.messages.translation import N_, _, ngettext

_MOST_NAMES = 5


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return _("{names} and {more} more").format(names=shown, more=more) if more > 0 else shown


def _differences(differences: Sequence[Nested]) -> Text:
    return Text(
        _("Microsoft's service does some things differently"),
        " ".join(str(each) for each in differences),
        _("I accept these differences"),
    )


def _edited(keys: Sequence[str]) -> Text:
    title = ngettext(
        "{count} setting was changed at Microsoft", "{count} settings were changed at Microsoft", len(keys)
    )
    advice = _("Decide for each: keep Microsoft's, or use this job's. Changed: {keys}.")
    return Text(
        title.format(count=len(keys)),
        advice.format(keys=_named(keys)),
        _("Use this job's settings for all of them"),
    )


def _defaults_once(targets: Sequence[str]) -> Text:
    return Text(
        _("Default values are written to new accounts only"),
        _("This concerns {targets}.").format(targets=_named(targets)),
    )


def _filter_attributes(attributes: Sequence[str]) -> Text:
    return Text(
        _("Its filters do not know {attributes}").format(attributes=listed(list(attributes))),
        _("Whoever such a clause is about is out of scope there. Change the filter."),
    )


def _duplicate_targets(targets: Sequence[str]) -> Text:
    return Text(
        _("Some attributes are mapped more than once"),
        _("Microsoft refuses that, or mixes the rows: {targets}. Keep one row of each.").format(
            targets=_named(targets)
        ),
    )


def _others_assigned(names: Sequence[str], count: int) -> Text:
    title = ngettext(
        "{count} person or group is assigned that this job does not choose",
        "{count} people and groups are assigned that this job does not choose",
        count,
    )
    advice = _(
        "Microsoft's service provisions everybody who is assigned: {names}. Remove the assignments, or go on."
    )
    shown = ", ".join(names)
    return Text(
        title.format(count=count), advice.format(names=shown), _("Provision those who are assigned as well")
    )


def _drops_settings(keys: Sequence[str]) -> Text:
    return Text(
        _("Saving removes settings that this program does not know"),
        _("Microsoft replaces all settings together: {keys}.").format(keys=_named(keys)),
    )


def _nothing_to_keep(key: str, keys: Sequence[str]) -> Text:
    return Text(
        _("--keep {key} names nothing that was changed at Microsoft").format(key=key),
        _("It may be one of: {keys}.").format(keys=", ".join(keys)) if keys else _("Nothing was changed there."),
    )


def _rows_blocked(targets: Sequence[str]) -> Text:
    title = ngettext("{count} row is held back", "{count} rows are held back", len(targets))
    advice = _(
        "Microsoft evaluates these expressions otherwise than this program, or cannot: {targets}. They stay as they are "
        "at Microsoft."
    )
    return Text(title.format(count=len(targets)), advice.format(targets=_named(targets)))


def _credentials_refused(answer: str, said: str | None) -> Text:
    titles = {
        "refused": N_("AWS refuses the access token when Microsoft sends it"),
        "unreachable": N_("Microsoft cannot reach the SCIM endpoint"),
    }
    advices = {
        "refused": N_("Check that the token is complete and not expired, and enter it again."),
        "unreachable": N_(
            "Check the address. If Identity Center allows some networks only, allow those of the service tag Microsoft "
            "Entra ID; prefer the IPv4 address of the endpoint."
        ),
    }
    title = titles.get(answer, N_("Microsoft's test of the connection to AWS failed"))
    advice = advices.get(answer, N_("Test the connection from here; if that works, look at the answer below."))
    return Text(_(title), sentences(_(advice), said))


def _cycle_failed(error: str) -> Text:
    code = f" ({error})" if error else ""
    return Text(
        _("The last cycle failed{code}").format(code=code),
        _("Microsoft tries again in about 40 minutes. Its log says why."),
    )


def _quarantine(reason: str, error: str) -> Text:
    codes = ", ".join(filter(None, (reason, error)))
    return Text(
        _("The provisioning job is in quarantine"),
        _(
            "Microsoft tries it rarely, and disables it after four weeks ({codes}). Fix the cause, then restart."
        ).format(codes=codes),
    )


def _row_failed(error: str, kind: str) -> Text:
    titles = {
        "DuplicateTargetEntries": N_("More than one account in AWS matches"),
        "DuplicateSourceEntries": N_("More than one person in Entra ID matches"),
        "EntryConflict": N_("AWS has another account with such a value"),
        "Conflict": N_("AWS has another account with such a value"),
        "TooManyRequests": N_("AWS limits the rate of requests"),
        "InsufficientRights": N_("AWS does not let Microsoft do this"),
        "Unauthorized": N_("AWS refuses the access token"),
        "MandatoryFieldsMissing": N_("A required value is missing"),
        "MissingValues": N_("A required value is missing"),
        "InvalidAnchor": N_("The account was deleted in AWS"),
        "UnprocessableEntity": N_("AWS refuses a value"),
        "Timeout": N_("AWS did not answer in time"),
        "InternalServerError": N_("AWS has a problem"),
    }
    title = _(titles.get(kind, N_("Microsoft could not provision this object")))
    anchor = _("Restart the provisioning job with a new first cycle.") if kind == "InvalidAnchor" else ""
    return Text(title, sentences(_("Microsoft tries again by itself ({error}).").format(error=error), anchor))


def _row_done(attributes: Sequence[str]) -> Text:
    return Text(", ".join(attributes) if attributes else _("Done by Microsoft's service"))


def _row_skipped(reason: str) -> Text:
    titles = {
        "NotEffectivelyEntitled": N_("Not assigned to the application, or disabled"),
        "RedundantExport": N_("Already the same in AWS"),
        "ImportSkipped": N_("A matching value is missing in Entra ID"),
        "EntrySynchronizationSkipped": N_("Out of scope, or nothing to do"),
    }
    return Text(_(titles.get(reason, N_("Skipped by Microsoft's service"))), f"({reason})" if reason else "")


def _on_demand_skipped(reason: str) -> Text:
    row = _row_skipped(reason)
    return Text(row.title, sentences(_("Nothing was provisioned."), row.advice))


def _first_cycle_failed(failed: int) -> Text:
    return Text(
        _("The first cycle ended with too many errors"),
        _("{count} failed. The job waits until you have fixed the causes; then restart it.").format(
            count=counted(failed, Noun.PERSON)
        ),
    )


def _some_failed(failed: int) -> Text:
    title = ngettext("{count} object failed", "{count} objects failed", failed)
    return Text(title.format(count=failed), _("Microsoft tries them again by itself. Its log names the causes."))


def _ignores_protected(count: int) -> Text:
    title = ngettext(
        "It does not know the protected account of this computer",
        "It does not know the {count} protected accounts of this computer",
        count,
    )
    return Text(title.format(count=count))


ROWS: Rows = {
    # Differences between the engines
    "engine-needs-entra-source": Text(
        N_("Microsoft's service provisions people of Entra ID only"),
        N_("This job reads another directory. Let this computer provision it."),
    ),
    "engine-not-in-this-cloud": Text(
        N_("Microsoft does not offer AWS IAM Identity Center in this cloud"),
        N_("Its gallery application is not in the US Government clouds. Let this computer provision."),
    ),
    "engine-matches-without-asking": Text(N_("It takes over matching accounts in AWS without asking.")),
    "engine-ignores-protected": _ignores_protected,
    "engine-counts-only": Text(
        N_("It stops for more than {limit} deletions, whatever the share; {percent} % are not counted.")
    ),
    "engine-deletes-later": Text(
        N_(
            "It disables people who leave; it deletes them only when they are deleted in Entra ID, not after {days} days."
        )
    ),
    "engine-groups-stay": Text(N_("It may leave groups that are no longer in scope.")),
    "engine-guards-deletions-only": Text(
        N_("It stops for deletions and disablings only: not for renames, lost memberships or emptied values.")
    ),
    "engine-ignores-changes-in-aws": Text(N_("It does not notice what others change in AWS.")),
    "engine-deletes-with-directory": Text(
        N_("It deletes an account when its person is deleted for good in Entra ID.")
    ),
    "engine-keeps-memberships": Text(N_("It leaves a disabled person in their groups in AWS.")),
    "engine-keeps-emptied": Text(N_("It leaves a value in AWS that is emptied in Entra ID.")),
    "engine-defaults-once": _defaults_once,
    "engine-no-nested-groups": Text(N_("It provisions direct members of groups only.")),
    "engine-always-people": Text(N_("It always provisions people; they cannot be left out.")),
    "engine-everyone-after-start": Text(
        N_("It provisions everybody in scope once it is started, not only the first few.")
    ),
    "engine-filter-attributes": _filter_attributes,
    "engine-differences": _differences,
    # Setup
    "setup-add-application": Text(N_("Add the application “{name}”")),
    "setup-add-role": Text(N_("Add the role User to the application")),
    "setup-add-owner": Text(N_("Make the application that signs in an owner")),
    "setup-owner-unknown": Text(
        N_("The application {client} has no service principal in this tenant"),
        N_("Without it nobody can be provisioned on demand. Add it in Entra ID under Enterprise applications."),
    ),
    "setup-save-credentials": Text(N_("Save the SCIM endpoint, the access token and the settings")),
    "setup-address": Text(N_("SCIM endpoint")),
    "setup-token": Text(N_("Access token")),
    "setup-everyone": Text(N_("Provision everybody in the tenant")),
    "setup-mail": Text(N_("Notification email")),
    "setup-threshold": Text(N_("Deletions in one cycle that are held")),
    "setup-out-of-scope": Text(N_("Leave people who are out of scope as they are")),
    "setup-create-job": Text(N_("Create the provisioning job")),
    "setup-save-mappings": Text(N_("Save mappings and filters")),
    "setup-row": Text(N_("{target}")),
    "setup-row-removed": Text(N_("{target}: removed")),
    "setup-filter-of-people": Text(N_("Scoping filter of people")),
    "setup-filter-of-groups": Text(N_("Scoping filter of groups")),
    "setup-actions-for-people": Text(N_("Allowed actions for people")),
    "setup-actions-for-groups": Text(N_("Allowed actions for groups")),
    "setup-assign": Text(N_("Assign {name}")),
    "setup-provision-first": Text(N_("Provision {name} first")),
    "setup-start": Text(N_("Start provisioning")),
    "setup-begins-first-cycle": Text(
        N_("Saving the mappings begins a new first cycle"),
        N_("Everybody is evaluated again; those newly out of scope are disabled unless the settings leave them."),
    ),
    "setup-drops-settings": _drops_settings,
    "setup-dual-stack-address": Text(
        N_("It is not known whether Microsoft's service reaches this address"),
        N_("It is a dual-stack address. If Microsoft's test fails, use the one that ends in amazonaws.com."),
    ),
    "setup-rows-blocked": _rows_blocked,
    "setup-duplicate-targets": _duplicate_targets,
    "setup-several-jobs": Text(
        N_("The application has {count} provisioning jobs"),
        N_("Only the first one is set up here. Delete the others in Entra ID, or they provision beside it."),
        N_("Set up the first one"),
    ),
    "setup-other-application": Text(
        N_("“{application}” provisions to the same address"),
        N_("Two jobs of Microsoft's service would undo each other's changes. Pause the other one first."),
        N_("Set up this one beside it"),
    ),
    "edited-at-microsoft": _edited,
    "setup-others-assigned": _others_assigned,
    "setup-no-person-to-try": Text(
        N_("Expressions were not compared with Microsoft's"),
        N_("Nobody could be read to try them with. They are compared when the setup is carried out."),
    ),
    "setup-expressions-unchecked": Text(
        N_("Expressions were not compared with Microsoft's"),
        N_("The permission Synchronization.ReadWrite.All is missing."),
    ),
    "setup-outdated": Text(
        N_("The configuration changed since this review"),
        N_("Somebody changed it at Microsoft, or the job changed. Nothing was changed now; review it again."),
    ),
    "nothing-to-keep": _nothing_to_keep,
    "nothing-to-take-over": Text(
        N_("“{application}” has no provisioning job"), N_("Set it up, or choose another application.")
    ),
    "waiting-for-new-role": Text(N_("Waiting for Entra ID to show the new role")),
    "waiting-for-saved-credentials": Text(N_("Waiting for Entra ID to show the saved settings")),
    "waiting-for-new-job": Text(N_("Waiting for Entra ID to show the new provisioning job")),
    "waiting-for-assignment": Text(N_("Waiting for Entra ID to honour the new assignment")),
    "provisioning-job-maybe-created": Text(
        N_("Microsoft did not say whether it created the provisioning job"),
        N_("Set it up again in a few minutes: a job that exists then is used."),
    ),
    "microsoft-cannot-use-credentials": _credentials_refused,
    "pilot-failed": Text(
        N_("Not started: somebody who was provisioned first failed"),
        N_("Look at the steps, fix the cause, and carry out the setup again; or start it all the same."),
        N_("Start although somebody failed"),
    ),
    "entra-start-unknown": Text(
        N_("Microsoft did not say whether it started"),
        N_("The job is not running yet. Look at its state in a minute before you start it again."),
    ),
    "entra-restart-unknown": Text(
        N_("Microsoft did not say whether it restarted"), N_("Look at its state before you try again.")
    ),
    "engine-without-application": Text(
        N_("No enterprise application is chosen for this job"),
        N_("Choose one on the page Directory, or set it up."),
    ),
    "own-engine-provisions-this-job": Text(
        N_("This computer provisions “{job}”"),
        N_("Two engines must not write to the same address. Switch it first with `engine JOB entra`."),
    ),
    "entra-cycle-still-runs": Text(
        N_("Microsoft's last cycle has not ended"), N_("Switch back once it has; its state shows that.")
    ),
    # Forecast
    "forecast-without-application": Text(
        N_("No forecast yet"),
        N_("There is no application whose assignments could be read. Carry out the setup first."),
    ),
    "forecast-leavers-unknown": Text(
        N_("Accounts that only Microsoft's service knows are not counted as leaving."),
    ),
    "forecast-matching": Text(
        N_("Microsoft may fail to match accounts whose names hold special characters, and creates them again.")
    ),
    "forecast-case-only": Text(N_("Changes of upper and lower case alone may not be sent by Microsoft.")),
    "forecast-late": Text(N_("Changes in Entra ID after this reading are provisioned too.")),
    "forecast-nested": Text(N_("Members of nested groups are not provisioned by Microsoft.")),
    # State
    "entra-not-set-up": Text(
        N_("Microsoft's service is not set up"), N_("There is no provisioning job for this application yet.")
    ),
    "entra-without-credentials": Text(
        N_("Microsoft's service has no credentials"), N_("Carry out the setup again to save them.")
    ),
    "entra-not-started": Text(N_("Set up, not started"), N_("Nothing is provisioned until you start it.")),
    "entra-first-cycle": Text(
        N_("The first cycle is running"),
        N_("Microsoft evaluates everybody. Depending on their number it takes hours."),
    ),
    "entra-running": Text(N_("Running"), N_("A cycle begins about every 40 minutes.")),
    "entra-some-failed": _some_failed,
    "entra-cycle-failed": _cycle_failed,
    "entra-paused": Text(N_("Paused"), N_("Nothing is provisioned until you start it again.")),
    "entra-first-cycle-failed": _first_cycle_failed,
    "entra-deletions-held": Text(
        N_("Deletions are held back"),
        N_(
            "More people or groups would lose their accounts than the settings allow. Look at them, then allow them."
        ),
    ),
    "entra-credentials-refused": Text(
        N_("AWS refuses Microsoft's service"),
        N_("The access token or the SCIM endpoint does not work any more ({error}). Replace the token."),
    ),
    "entra-too-many-failures": Text(
        N_("Too many objects fail"),
        N_("Microsoft tries the job rarely ({reason}). Fix the causes in the log, then restart."),
    ),
    "entra-quarantine": _quarantine,
    "entra-other-state": Text(
        N_("Microsoft says: {code}"), N_("This state is not documented. Look at it in the portal.")
    ),
    # On demand
    "on-demand-done": Text(N_("Provisioned by Microsoft's service")),
    "on-demand-nothing-to-do": Text(N_("Already the same in AWS")),
    "on-demand-skipped": _on_demand_skipped,
    "on-demand-failed": Text(
        N_("Microsoft could not provision this object"), N_("The steps say where it failed ({error}).")
    ),
    "on-demand-some-members": Text(
        N_("{most} of {count} members are provisioned at once"), N_("The next cycle provisions the others.")
    ),
    "on-demand-unknown": Text(
        N_("Microsoft did not say what it did"),
        N_("Its log shows it in a few minutes. You can provision it again."),
    ),
    "not-in-directory": Text(N_("{id} is not in the directory"), N_("Name the id of a person or group in scope.")),
    # Log
    "entra-row-held": Text(N_("The deletion is held back")),
    "entra-row-failed": _row_failed,
    "entra-row-skipped": _row_skipped,
    "entra-row-done": _row_done,
    # Held deletions and the token
    "no-deletions-held": Text(N_("No deletions are held back"), N_("Look at the state again.")),
    "other-deletions-held": Text(
        N_("{held} deletions are held back now, not {number}"), N_("Look at them again, then allow them.")
    ),
    "token-not-sent": Text(N_("The new token was not sent to Microsoft"), N_("The old one stays in use there.")),
    "microsoft-reaches-aws": Text(N_("Microsoft reaches AWS")),
    "reached-from-both": Text(N_("AWS can be reached from here and from Microsoft")),
    "reached-from-here-only": Text(
        N_("AWS can be reached from here, not from Microsoft"),
        N_(
            "Identity Center may allow some networks only. Allow those of the service tag Microsoft Entra ID, or let this "
            "computer provision."
        ),
    ),
    "reached-from-microsoft-only": Text(
        N_("AWS can be reached from Microsoft, not from here"),
        N_("That is enough for Microsoft's service; forecasts and checks from here do not work."),
    ),
    "reached-from-nowhere": Text(
        N_("AWS can be reached neither from here nor from Microsoft"),
        N_("Check the SCIM endpoint and the access token."),
    ),
    "tested-here-only": Text(N_("Tested from here only"), N_("Microsoft could not be asked: {why}")),
    "tested-here-without-application": Text(
        N_("Tested from here"), N_("Microsoft tests it once an application is chosen.")
    ),
}

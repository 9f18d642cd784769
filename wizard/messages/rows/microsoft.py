"""Messages of Microsoft's provisioning service: setup, state, log, forecast, and switching between the engines."""

from collections.abc import Sequence

from wizard.messages.attribute_names import friendly_name
from wizard.messages.counting import Noun, counted, listed
from wizard.messages.formats import comma_list, listed_with_more
from wizard.messages.row import Nested, Rows, Text, sentences
from wizard.messages.translation import N_, _, ngettext

_MOST_NAMES = 5


def _named(names: Sequence[str]) -> str:
    return listed_with_more(names[:_MOST_NAMES], len(names) - _MOST_NAMES)


def _differences(differences: Sequence[Nested]) -> Text:
    return Text(
        _("Microsoft's service works differently in some ways"),
        sentences(*(str(each) for each in differences)),
        _("I accept these differences"),
    )


def _edited(keys: Sequence[str]) -> Text:
    title = ngettext(
        "{count} setting was changed in Entra ID", "{count} settings were changed in Entra ID", len(keys)
    )
    advice = _("Keep each value of Entra ID, or replace it with the one of this job. Changed: {keys}.")
    return Text(
        title.format(count=len(keys)),
        advice.format(keys=_named(keys)),
        _("Replace them all with the settings of this job"),
    )


def _defaults_once(targets: Sequence[str]) -> Text:
    return Text(
        _("It writes default values to new accounts only"),
        _("Attributes: {targets}.").format(targets=_named(targets)),
    )


def _filter_attributes(attributes: Sequence[str]) -> Text:
    return Text(
        _("Its scoping filters do not support {attributes}").format(attributes=listed(attributes)),
        _("People are out of scope if a clause uses them. Change the scoping filter."),
    )


def _duplicate_targets(targets: Sequence[str]) -> Text:
    return Text(
        _("Some attributes are mapped more than once"),
        _("Entra ID rejects or mixes these rows: {targets}. Keep one row for each attribute.").format(
            targets=_named(targets)
        ),
    )


def _others_assigned(names: Sequence[str], count: int) -> Text:
    title = ngettext(
        "{count:,} person or group outside this job is assigned to the application",
        "{count:,} people and groups outside this job are assigned to the application",
        count,
    )
    advice = _(
        "Microsoft's service provisions everyone who is assigned: {names}. Remove their assignments, or continue."
    )
    shown = comma_list(names)
    return Text(title.format(count=count), advice.format(names=shown), _("Provision them too"))


def _drops_settings(keys: Sequence[str]) -> Text:
    return Text(
        _("Saving removes settings that this program does not support"),
        _("Entra ID replaces all settings together: {keys}.").format(keys=_named(keys)),
    )


def _nothing_to_keep(key: str, keys: Sequence[str]) -> Text:
    return Text(
        _("--keep {key} does not name a changed setting").format(key=key),
        _("Changed settings: {keys}.").format(keys=comma_list(keys))
        if keys
        else _("No setting was changed in Entra ID."),
    )


def _rows_blocked(targets: Sequence[str]) -> Text:
    title = ngettext(
        "{count} attribute mapping is not saved", "{count} attribute mappings are not saved", len(targets)
    )
    advice = _(
        "Entra ID evaluates these expressions differently, or does not support them: {targets}. "
        "Their current mappings in Entra ID do not change."
    )
    return Text(title.format(count=len(targets)), advice.format(targets=_named(targets)))


def _credentials_refused(answer: str, said: str | None) -> Text:
    titles = {
        "refused": N_("AWS rejects the access token sent by Microsoft"),
        "unreachable": N_("Microsoft cannot reach the SCIM endpoint"),
    }
    advices = {
        "refused": N_("Check that the token is complete and has not expired, then enter it again."),
        "unreachable": N_(
            "Check the SCIM endpoint. If Identity Center allows only certain networks, add those of the "
            "service tag AzureActiveDirectory, and prefer the IPv4 endpoint."
        ),
    }
    title = titles.get(answer, N_("Microsoft could not connect to AWS"))
    advice = advices.get(
        answer, N_("Test the connection from this computer. If it works, see the response from Microsoft.")
    )
    return Text(_(title), sentences(_(advice), said))


def _cycle_failed(error: str) -> Text:
    title = _("The last cycle failed ({error})").format(error=error) if error else _("The last cycle failed")
    return Text(title, _("Microsoft tries again in about 40 minutes. See the provisioning logs for the cause."))


def _quarantine(reason: str, error: str) -> Text:
    codes = [code for code in (reason, error) if code]
    advice = (
        _(
            "Microsoft runs it less and less often and disables it after four weeks ({codes}). Fix the "
            "cause, then restart provisioning."
        )
        if codes
        else _(
            "Microsoft runs it less and less often and disables it after four weeks. Fix the cause, then restart "
            "provisioning."
        )
    )
    return Text(_("This job is in quarantine"), advice.format(codes=comma_list(codes)))


def _deletions_held(held: int = 0) -> Text:
    title = _("Deletions are waiting for your approval")
    if held:
        title = ngettext(
            "{n:,} person or group would lose access", "{n:,} people and groups would lose access", held
        ).format(n=held)
    return Text(
        title,
        _(
            "More people or groups would be deleted than the settings allow. Review them, then allow the "
            "deletions."
        ),
    )


def _cycle_overdue(hours: int) -> Text:
    title = ngettext("No cycle for {n:,} hour", "No cycle for {n:,} hours", hours)
    if hours >= 48:
        hours //= 24
        title = ngettext("No cycle for {n:,} day", "No cycle for {n:,} days", hours)
    return Text(
        title.format(n=hours),
        _(
            "Cycles start about every 40 minutes. Check Microsoft's service health; if no cycle follows, restart "
            "provisioning."
        ),
    )


def _row_failed(error: str, kind: str) -> Text:
    titles = {
        "DuplicateTargetEntries": N_("More than one account in AWS matches"),
        "DuplicateSourceEntries": N_("More than one person in Entra ID matches"),
        "EntryConflict": N_("Another account in AWS has this value"),
        "Conflict": N_("Another account in AWS has this value"),
        "TooManyRequests": N_("AWS limits the request rate"),
        "InsufficientRights": N_("AWS does not allow this"),
        "Unauthorized": N_("AWS rejects the access token"),
        "MandatoryFieldsMissing": N_("A required value is missing"),
        "MissingValues": N_("A required value is missing"),
        "InvalidAnchor": N_("The account was deleted in AWS"),
        "UnprocessableEntity": N_("AWS rejected a value"),
        "Timeout": N_("AWS did not respond in time"),
        "InternalServerError": N_("AWS reported a server error"),
    }
    title = _(titles.get(kind, N_("Microsoft could not provision this object")))
    anchor = _("Restart provisioning with a new initial cycle.") if kind == "InvalidAnchor" else ""
    return Text(title, sentences(_("Microsoft tries again automatically ({error}).").format(error=error), anchor))


def _row_done(attributes: Sequence[str]) -> Text:
    names = list(dict.fromkeys(friendly_name(attribute) for attribute in attributes))
    return Text(comma_list(names) if names else _("Provisioned by Microsoft's service"))


def _row_skipped(reason: str) -> Text:
    titles = {
        "NotEffectivelyEntitled": N_("Not assigned to the application, or disabled"),
        "RedundantExport": N_("Already up to date in AWS"),
        "ImportSkipped": N_("The matching attribute has no value in Entra ID"),
        "EntrySynchronizationSkipped": N_("Out of scope, or nothing to change"),
    }
    title = _(titles[reason]) if reason in titles else _("Skipped by Microsoft's service")
    return Text(title, f"({reason})" if reason else "")


def _on_demand_skipped(reason: str) -> Text:
    row = _row_skipped(reason)
    return Text(row.title, sentences(_("Nothing was provisioned."), row.advice))


def _first_cycle_failed(failed: int) -> Text:
    return Text(
        _("The initial cycle ended with too many errors"),
        _("{count} failed. Fix the causes, then restart provisioning.").format(count=counted(failed, Noun.PERSON)),
    )


def _some_failed(failed: int) -> Text:
    title = ngettext("{count:,} object failed", "{count:,} objects failed", failed)
    return Text(
        title.format(count=failed),
        _("Microsoft tries again automatically. See the provisioning logs for the causes."),
    )


def _reading_log(count: int) -> Text:
    title = ngettext(
        "Reading Microsoft's log, {count:,} entry", "Reading Microsoft's log, {count:,} entries", count
    )
    return Text(title.format(count=count))


def _ignores_protected(count: int) -> Text:
    title = ngettext(
        "It can change the protected account of this computer",
        "It can change the {count} protected accounts of this computer",
        count,
    )
    return Text(title.format(count=count))


ROWS: Rows = {
    # Differences between the engines
    "engine-needs-entra-source": Text(
        N_("Microsoft's service can provision people from Entra ID only"),
        N_("This job reads another directory. Provision it from this computer."),
    ),
    "engine-not-in-this-cloud": Text(
        N_("Microsoft does not offer AWS IAM Identity Center in this cloud"),
        N_("The gallery application is not available in the US Government clouds. Provision from this computer."),
    ),
    "engine-matches-without-asking": Text(N_("It takes over matching accounts in AWS without asking.")),
    "engine-ignores-protected": _ignores_protected,
    "engine-counts-only": Text(
        N_("It stops at more than {limit:,} deletions and ignores the limit of {percent}%.")
    ),
    "engine-deletes-later": Text(
        N_(
            "It disables people who leave, and deletes them only when they are deleted in Entra ID, not "
            "after {days} days."
        )
    ),
    "engine-groups-stay": Text(N_("It may keep groups that are no longer in scope.")),
    "engine-guards-deletions-only": Text(
        N_(
            "It stops only for deletions and disabled accounts, not for renames, removed members, or "
            "cleared values."
        )
    ),
    "engine-ignores-changes-in-aws": Text(N_("It does not detect changes made in AWS.")),
    "engine-deletes-with-directory": Text(
        N_("It deletes the account of a person who is permanently deleted in Entra ID.")
    ),
    "engine-keeps-memberships": Text(N_("It keeps disabled people in their groups in AWS.")),
    "engine-keeps-emptied": Text(N_("It keeps a value in AWS when the value is cleared in Entra ID.")),
    "engine-defaults-once": _defaults_once,
    "engine-no-nested-groups": Text(N_("It provisions only direct members of groups.")),
    "engine-always-people": Text(N_("It always provisions people. Groups alone are not possible.")),
    "engine-everyone-after-start": Text(
        N_("It provisions everyone in scope once it is started, not only the first few.")
    ),
    "engine-filter-attributes": _filter_attributes,
    "engine-differences": _differences,
    # Setup
    "setup-add-application": Text(N_("Add the application “{name}”")),
    "setup-add-role": Text(N_("Add the app role “User” to the application")),
    "setup-add-owner": Text(N_("Add the signed-in application as an owner")),
    "setup-owner-unknown": Text(
        N_("The application {client} has no service principal in this tenant"),
        N_("Without it, provision on demand is not available. Add it in Entra ID under Enterprise applications."),
    ),
    "setup-save-credentials": Text(N_("Save the SCIM endpoint, the access token, and the settings")),
    "setup-address": Text(N_("SCIM endpoint")),
    "setup-token": Text(N_("Access token")),
    "setup-everyone": Text(N_("Provision everyone in the tenant")),
    "setup-mail": Text(N_("Notification email")),
    "setup-threshold": Text(N_("Accidental deletion threshold")),
    "setup-out-of-scope": Text(N_("Keep people who are out of scope")),
    "setup-create-job": Text(N_("Create the provisioning job")),
    "setup-save-mappings": Text(N_("Save attribute mappings and scoping filters")),
    "setup-row": Text(N_("{target}")),
    "setup-row-removed": Text(N_("{target}: removed")),
    "setup-filter-of-people": Text(N_("Scoping filter for people")),
    "setup-filter-of-groups": Text(N_("Scoping filter for groups")),
    "setup-actions-for-people": Text(N_("Allowed actions for people")),
    "setup-actions-for-groups": Text(N_("Allowed actions for groups")),
    "setup-assign": Text(N_("Assign {name}")),
    "setup-provision-first": Text(N_("Provision {name} on demand")),
    "setup-start": Text(N_("Start provisioning")),
    "setup-begins-first-cycle": Text(
        N_("Saving the attribute mappings starts a new initial cycle"),
        N_(
            "Everyone is evaluated again. People who are now out of scope are disabled, unless the "
            "settings keep them."
        ),
    ),
    "setup-drops-settings": _drops_settings,
    "setup-dual-stack-address": Text(
        N_("Microsoft's service may not reach this SCIM endpoint"),
        N_(
            "It is a dual-stack endpoint. If the connection test fails, use the endpoint that ends with "
            "amazonaws.com."
        ),
    ),
    "setup-rows-blocked": _rows_blocked,
    "setup-duplicate-targets": _duplicate_targets,
    "setup-several-jobs": Text(
        N_("The application has {count} provisioning jobs"),
        N_("Only the first one is set up here. Delete the others in Entra ID, or they also provision to AWS."),
        N_("Set up the first one"),
    ),
    "setup-other-application": Text(
        N_("“{application}” provisions to the same SCIM endpoint"),
        N_("Two provisioning jobs would undo each other's changes. Pause the other one first."),
        N_("Set up both"),
    ),
    "edited-at-microsoft": _edited,
    "setup-others-assigned": _others_assigned,
    "setup-no-person-to-try": Text(
        N_("Expressions were not compared with Entra ID"),
        N_("There was no person to test them with. They are compared during the setup."),
    ),
    "setup-expressions-unchecked": Text(
        N_("Expressions were not compared with Entra ID"),
        N_("The permission Synchronization.ReadWrite.All is missing."),
    ),
    "setup-outdated": Text(
        N_("The configuration has changed since this review"),
        N_("It was changed in Entra ID, or the job was edited. Nothing was saved. Review it again."),
    ),
    "nothing-to-keep": _nothing_to_keep,
    "nothing-to-take-over": Text(
        N_("“{application}” has no provisioning job"), N_("Set it up, or choose another application.")
    ),
    "no-first-mapping": Text(
        N_("This job has not changed the mapping in Entra ID"), N_("There is no earlier mapping to restore.")
    ),
    "limit-out-of-range": Text(N_("The limit must be between {lowest:,} and {highest:,}")),
    "waiting-for-new-role": Text(N_("Waiting for Entra ID to show the new role")),
    "waiting-for-saved-credentials": Text(N_("Waiting for Entra ID to show the saved settings")),
    "waiting-for-new-job": Text(N_("Waiting for Entra ID to show the new provisioning job")),
    "waiting-for-assignment": Text(N_("Waiting for Entra ID to apply the new assignment")),
    "provisioning-job-maybe-created": Text(
        N_("Microsoft did not confirm that the provisioning job was created"),
        N_("Start the setup again in a few minutes. It uses the job if it exists."),
    ),
    "microsoft-cannot-use-credentials": _credentials_refused,
    "pilot-failed": Text(
        N_("Provisioning was not started: a test person failed"),
        N_("See the steps, fix the cause, and run the setup again. Or start anyway."),
        N_("Start anyway"),
    ),
    "entra-start-unknown": Text(
        N_("Microsoft did not confirm the start"),
        N_("The provisioning job is not running yet. Check its state in a minute before you start it again."),
    ),
    "entra-restart-unknown": Text(
        N_("Microsoft did not confirm the restart"), N_("Check its state before you try again.")
    ),
    "engine-without-application": Text(
        N_("This job has no enterprise application"),
        N_("Choose one on the Directory page, or run the setup."),
    ),
    "own-engine-provisions-this-job": Text(
        N_("This computer provisions “{job}”"),
        N_(
            "Two engines must not write to the same SCIM endpoint. To use Microsoft's service, change "
            "“Provisioned by” on the Plan page."
        ),
        command=N_("On the command line, use `engine JOB entra`."),
    ),
    "entra-cycle-still-runs": Text(
        N_("Microsoft's last cycle is still running"),
        N_("Wait until it ends, then switch the job. Its state is shown on the Monitor page."),
        command=N_("On the command line, use `entra status JOB`."),
    ),
    # Forecast
    "forecast-without-application": Text(
        N_("No forecast available"),
        N_("There is no enterprise application to read assignments from. Run the setup first."),
    ),
    "forecast-leavers-unknown": Text(
        N_("People provisioned only by Microsoft's service are not counted as leaving."),
    ),
    "forecast-matching": Text(
        N_("Microsoft may not match accounts whose names contain special characters, and may create them again.")
    ),
    "forecast-matching-one": Text(
        N_("{name} contains special characters: Microsoft may not match the account, and may create it again.")
    ),
    "forecast-case-only": Text(N_("Microsoft may not send changes of upper and lower case only.")),
    "forecast-late": Text(N_("Changes made in Entra ID after this forecast are provisioned too.")),
    "forecast-nested": Text(N_("Microsoft does not provision members of nested groups.")),
    # State
    "entra-not-set-up": Text(
        N_("Microsoft's service is not set up"), N_("This application has no provisioning job yet.")
    ),
    "entra-state-hidden": Text(
        N_("The state of Microsoft's service is not visible"),
        N_("You need a permission to read it. The service itself may be running."),
    ),
    "entra-without-credentials": Text(
        N_("Microsoft's service has no credentials"), N_("Run the setup again to save them.")
    ),
    "entra-not-started": Text(N_("Not started"), N_("Start provisioning when you are ready.")),
    "entra-first-cycle": Text(
        N_("The initial cycle is running"),
        N_("Microsoft evaluates everyone. This can take hours."),
    ),
    "entra-running": Text(N_("Running"), N_("Cycles start about every 40 minutes.")),
    "entra-some-failed": _some_failed,
    "entra-cycle-failed": _cycle_failed,
    "entra-paused": Text(N_("Paused"), N_("Nothing is provisioned until you start provisioning again.")),
    "entra-first-cycle-failed": _first_cycle_failed,
    "entra-deletions-held": _deletions_held,
    "entra-cycle-overdue": _cycle_overdue,
    "entra-credentials-refused": Text(
        N_("AWS rejects Microsoft's service"),
        N_("The access token or the SCIM endpoint no longer works ({error}). Replace the token."),
    ),
    "entra-too-many-failures": Text(
        N_("Too many objects fail"),
        N_(
            "Microsoft runs the job less often ({reason}). Fix the causes in the provisioning logs, then "
            "restart provisioning."
        ),
    ),
    "entra-quarantine": _quarantine,
    "entra-other-state": Text(
        N_("Microsoft reports {code}"),
        N_(
            "This program does not know this state. See the provisioning page in the Microsoft Entra admin center."
        ),
    ),
    # On demand
    "on-demand-done": Text(N_("Provisioned by Microsoft's service")),
    "on-demand-nothing-to-do": Text(N_("Already up to date in AWS")),
    "on-demand-skipped": _on_demand_skipped,
    "on-demand-failed": Text(
        N_("Microsoft could not provision this object"), N_("See the steps for the cause ({error}).")
    ),
    "on-demand-some-members": Text(
        N_("{most:,} of {count:,} members are provisioned now"), N_("The next cycle provisions the others.")
    ),
    "on-demand-unknown": Text(
        N_("Microsoft did not confirm the result"),
        N_("The provisioning logs show it in a few minutes. You can provision the object again."),
    ),
    "not-in-directory": Text(N_("{id} is not in the directory"), N_("Use the ID of a person or group in scope.")),
    # Log
    "reading-microsofts-log": _reading_log,
    "entra-row-held": Text(N_("The deletion waits for your approval")),
    "entra-row-failed": _row_failed,
    "entra-row-skipped": _row_skipped,
    "entra-row-done": _row_done,
    # Held deletions and the token
    "no-deletions-held": Text(N_("There are no deletions to allow"), N_("Refresh the state.")),
    "other-deletions-held": Text(
        N_("{held:,} deletions are waiting now, not {number:,}"),
        N_("Review them again, then allow the deletions."),
    ),
    "token-not-sent": Text(
        N_("The new token was not saved in Entra ID"), N_("Microsoft's service still uses the old token.")
    ),
    "microsoft-reaches-aws": Text(N_("Microsoft can connect to AWS")),
    "reached-from-both": Text(N_("This computer and Microsoft can connect to AWS")),
    "reached-from-here-only": Text(
        N_("This computer can connect to AWS, but Microsoft cannot"),
        N_(
            "Identity Center may allow only certain networks. Add those of the service tag "
            "AzureActiveDirectory, or provision from this computer."
        ),
    ),
    "reached-from-microsoft-only": Text(
        N_("Microsoft can connect to AWS, but this computer cannot"),
        N_("Microsoft's service works. Forecasts and checks on this computer do not."),
    ),
    "reached-from-nowhere": Text(
        N_("Neither this computer nor Microsoft can connect to AWS"),
        N_("Check the SCIM endpoint and the access token."),
    ),
    "tested-here-only": Text(
        N_("Tested from this computer only"), N_("Microsoft could not test the connection. {why}")
    ),
    "tested-here-without-application": Text(
        N_("Tested from this computer"), N_("Choose an enterprise application to test from Microsoft too.")
    ),
}

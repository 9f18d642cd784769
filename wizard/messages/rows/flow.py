"""Messages of `wizard.flow` and of `wizard.sandbox_process`."""

from collections.abc import Sequence

from wizard.messages.formats import listed
from wizard.messages.row import Rows, Text, as_sentence, sentences
from wizard.messages.translation import N_, _, ngettext


def _several_applications(applications: Sequence[str]) -> Text:
    count = len(applications)
    title = ngettext(
        "This tenant has {count} application for AWS IAM Identity Center",
        "This tenant has {count} applications for AWS IAM Identity Center",
        count,
    )
    advice = _("Choose one with `new --application`: {applications}.")
    return Text(title.format(count=count), advice.format(applications="; ".join(applications)))


def _more_permissions(permissions: Sequence[str]) -> Text:
    advice = _(
        "This change needs {permissions} in addition to read permissions. An Application "
        "Administrator or Cloud Application Administrator can grant them. No change has been made."
    )
    return Text(_("More Microsoft permissions are needed"), advice.format(permissions=listed(permissions)))


ROWS: Rows = {
    "metrics-not-written": Text(
        N_("{path} could not be written"),
        N_("{reason}. Check that its folder exists and that you can write to it."),
    ),
    "microsoft-state-unknown": Text(N_("The state of Microsoft's service is unknown")),
    "ended-unexpectedly": Text(
        N_("The last run failed unexpectedly"), N_("See the log file for details, then run the job again.")
    ),
    "no-application-in-tenant": Text(
        N_("This tenant has no application for AWS IAM Identity Center"),
        N_("Add it on the Directory page."),
        command=N_("On the command line, read the whole tenant with `new --everybody`."),
    ),
    "several-applications-in-tenant": _several_applications,
    "application-without-role": Text(
        N_("The application has no role other than Default Access"),
        N_(
            "Entra ID may skip people who have only the Default Access role. The wizard can add the role "
            "“User” to the application; its existing roles do not change."
        ),
    ),
    "more-permissions-needed": _more_permissions,
    "no-client-secret": Text(
        N_("This job has no client secret"),
        N_("Enter it on the Directory page, or set the environment variable {variable}."),
        command=N_("On the command line, use `secret set JOB entra-secret`."),
    ),
    "tenant-not-named": Text(N_("No tenant entered"), N_("Enter the tenant on the Directory page.")),
    "client-id-not-named": Text(N_("No application (client) ID entered"), N_("Enter it on the Directory page.")),
    "certificate-file-missing": Text(
        N_("The certificate file {path} does not exist"),
        N_("Choose the PEM file with the certificate and its private key."),
    ),
    "certificate-file-unreadable": Text(
        N_("The certificate file {file} could not be read"),
        N_(
            "It must be a PEM text file that contains the private key and the certificate, and you must "
            "be allowed to read it."
        ),
    ),
    "job-file-exists": Text(
        N_("{path} already exists"), N_("Choose another name. The existing file was not changed.")
    ),
    "file-options-with-tenant": Text(
        N_("Columns, sheet, heading row, encoding, and status values apply to --users, not to --entra"),
        N_("Remove these options."),
    ),
    "encoding-unknown": Text(
        N_("{encoding} is not a known encoding"), N_("Use a name such as utf-8, cp1252, cp1250, or shift_jis.")
    ),
    "heading-row-below-one": Text(N_("{row} is not a row number"), N_("Rows are counted from 1.")),
    "column-without-attribute": Text(
        N_("--column {column} is not understood"),
        N_('Use NAME=ATTRIBUTE, for example "Badge=employeeId". NAME= ignores the column.'),
    ),
    "members-file-with-tenant": Text(
        N_("--members cannot be used with --entra"), N_("A tenant provides its own groups. Remove --members.")
    ),
    "client-id-missing": Text(N_("The application (client) ID is missing"), N_("Add --client-id.")),
    "certificate-missing": Text(
        N_("The certificate is missing"), N_("Add --certificate with the path of the PEM file.")
    ),
    "no-such-file": Text(N_("{path} does not exist"), N_("Check the path.")),
    "host-not-of-aws": Text(
        N_("{host} is not an AWS host"),
        N_("If this is the server you want, add --allow-host {host}."),
    ),
    "schema-file-too-large": Text(
        N_("{file} is too large for a provisioning schema"), N_("Choose a schema exported from Microsoft Graph.")
    ),
    "schema-file-not-utf8": Text(
        N_("{file} is not UTF-8 text"), N_("Choose a schema exported from Microsoft Graph.")
    ),
    "schema-file-unreadable": Text(N_("{file} cannot be read"), N_("{why}")),
    "no-access-token": Text(
        N_("This job has no access token"),
        N_("Enter it on the AWS page, or set the environment variable {variable}."),
        command=N_("On the command line, use `secret set JOB aws-token`."),
    ),
    "entra-provisions-this-job": Text(
        N_("Microsoft's service provisions “{job}”"),
        N_(
            "Two engines must not write to the same SCIM endpoint. To provision from this computer, change "
            "“Provisioned by” on the Plan page."
        ),
        command=N_(
            "On the command line, use `engine JOB own`, or `entra status JOB` for the state of the service."
        ),
    ),
    "one-change-not-as-shown": Text(
        N_("The change is different now"),
        N_("The directory or AWS has changed since you reviewed it. Nothing was written. Review the new change."),
    ),
    "entra-provisions-too": Text(
        N_("Microsoft's service already provisions to this SCIM endpoint"),
        N_(
            "The provisioning job of “{application}” in Entra ID is {state}. Two engines would undo each "
            "other's changes. Pause provisioning in Entra ID first."
        ),
        N_("Run anyway, although Microsoft's service provisions to the same SCIM endpoint"),
    ),
    "plan-outdated": Text(
        N_("The job has run since this preview was made"),
        N_(
            "Another window or a schedule ran it, so these changes may already be done. This run changed "
            "nothing. Go back to Preview to see the current changes."
        ),
    ),
    "set-without-attribute": Text(
        N_("--set {pair} is not understood"), N_("Use NAME=VALUE. NAME= sets an empty value.")
    ),
    "job-not-saved": Text(
        N_("The job “{job}” has not been saved"), N_("Save the job first. A schedule runs the saved job.")
    ),
    "sandbox-not-started": Text(
        N_("The sandbox did not start"),
        N_(
            "The sandbox runs as a separate program on this computer. Try again, and see the log file if "
            "it fails again."
        ),
    ),
    "token-date-unknown": Text(
        N_("The creation date of the access token is unknown"),
        N_("Enter it on the AWS page of the window. The AWS console shows it."),
    ),
    "rotation-of-passed-in-token": Text(
        N_("The access token is not stored on this computer"),
        N_(
            "It comes from a file, an environment variable, or a systemd credential. Store the new token "
            "there, run the job once, then delete the old one in the AWS console."
        ),
    ),
    "rotation-with-same-token": Text(
        N_("This access token is already stored"),
        N_("In the AWS console, choose Generate token to create a second one, and enter that one."),
    ),
    "schedule-job-gone": Text(
        N_("Every run fails: the job file {path} does not exist. Remove the schedule, or restore the file.")
    ),
    "schedule-accepts": Text(
        N_(
            "The command of the schedule accepts warnings that you have not reviewed (--accept). Install the "
            "schedule again."
        )
    ),
    "schedule-not-active": Text(N_("The schedule is turned off. Install it again.")),
    "schedule-edited": Text(
        N_("The files of the schedule were edited. Install the schedule again to restore them.")
    ),
    "schedule-starts-another-file": Text(
        N_("The schedule runs {path}, but the job is in {job_path}. Install the schedule again.")
    ),
    "scheduled-run-ended": lambda exit_code: Text(_scheduled_run_ended(exit_code).format(exit_code=exit_code)),
    "schedule-needs-application": Text(
        N_(
            "Your Microsoft sign-in does not work while you are signed out: its key is in the keyring. Have "
            "the job sign in as an application, with a client secret or a certificate (Directory page)."
        )
    ),
    "schedule-without-keyring": lambda problem: Text(
        sentences(as_sentence(problem.title), problem.advice, _("Scheduled runs will find no access token."))
    ),
    "schedule-without-token": lambda place: Text(_schedule_without_token(place)),
    "schedule-proxy-left-out": lambda variables: Text(
        _("Scheduled runs do not use the proxy of {variables}: it contains a password.").format(
            variables=listed(variables)
        )
    ),
    "schedule-of-administrator-left": lambda paths: Text(
        _("An administrator installed these, and only an administrator can remove them: {paths}").format(
            paths=listed(paths)
        )
    ),
    "schedule-credentials-left": lambda paths: Text(
        ngettext(
            "The credential {paths} was kept. Delete it if nothing else uses it.",
            "The credentials {paths} were kept. Delete them if nothing else uses them.",
            len(paths),
        ).format(paths=listed(paths))
    ),
}


def _scheduled_run_ended(exit_code: int) -> str:
    causes = {
        1: _("Last scheduled run: some people or groups failed (code {exit_code})."),
        2: _("Last scheduled run: the job file or an input file could not be used (code {exit_code})."),
        3: _("Last scheduled run: a warning waits for your decision (code {exit_code})."),
        4: _("Last scheduled run: no connection, or AWS denied access (code {exit_code})."),
        5: _("Last scheduled run: no access token found (code {exit_code})."),
        6: _("Last scheduled run: another run was in progress, or the job is in quarantine (code {exit_code})."),
        70: _("Last scheduled run: internal error (code {exit_code})."),
        130: _("Last scheduled run: interrupted (code {exit_code})."),
        203: _("Last scheduled run: systemd did not find the program (code {exit_code})."),
        243: _("Last scheduled run: systemd could not read the credential (code {exit_code})."),
    }
    return causes.get(exit_code, _("Last scheduled run: ended with code {exit_code}."))


def _schedule_without_token(place: str) -> str:
    if place == "session":
        return _("The access token is stored for this session only. Store it in the keyring for scheduled runs.")
    if place == "environment":
        return _(
            "The access token comes from an environment variable that scheduled runs do not have. Store it in "
            "the keyring."
        )
    return _("No access token is stored. Scheduled runs will fail until you store one in the keyring.")

"""Messages of `wizard.flow` and of `wizard.sandbox_process`."""

from collections.abc import Sequence

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_, _, ngettext


def _several_applications(applications: Sequence[str]) -> Text:
    count = len(applications)
    title = ngettext(
        "{count} applications of AWS IAM Identity Center are in this tenant",
        "{count} applications of AWS IAM Identity Center are in this tenant",
        count,
    )
    advice = _("Name one of them with `new --application`: {applications}.")
    return Text(title.format(count=count), advice.format(applications="; ".join(applications)))


def _more_permissions(permissions: Sequence[str]) -> Text:
    advice = _(
        "To change this the wizard needs {permissions}, besides reading. An Application Administrator or Cloud "
        "Application Administrator can allow it. Nothing was changed yet."
    )
    return Text(
        _("Microsoft has to be asked for more permissions"), advice.format(permissions=" and ".join(permissions))
    )


ROWS: Rows = {
    "metrics-not-written": Text(
        N_("{path} could not be written"), N_("{reason}. Its folder must exist and be writable.")
    ),
    "microsoft-state-unknown": Text(N_("The state of Microsoft's service is not known")),
    "ended-unexpectedly": Text(
        N_("Something unexpected happened"), N_("The program's log says more. Run the job again.")
    ),
    "no-application-in-tenant": Text(
        N_("No applications of AWS IAM Identity Center are in this tenant"),
        N_("Add it in the window (Directory), or read the whole tenant with `new --everybody`."),
    ),
    "several-applications-in-tenant": _several_applications,
    "application-without-role": Text(
        N_("The application has no role but Default Access"),
        N_(
            "Entra's own provisioning may pass over people with that role. The wizard can add the role “User” to the "
            "application's manifest; the roles that are there stay as they are."
        ),
    ),
    "more-permissions-needed": _more_permissions,
    "no-client-secret": Text(
        N_("There is no client secret for this job"),
        N_("Enter it on the page Directory, with `secret set JOB entra-secret`, or set the variable {variable}."),
    ),
    "tenant-not-named": Text(N_("The tenant is not named yet"), N_("Enter it on the page Directory.")),
    "client-id-not-named": Text(
        N_("The application (client) id is not named yet"), N_("Enter it on the page Directory.")
    ),
    "certificate-file-missing": Text(
        N_("There is no file {path}"), N_("Choose the certificate's PEM file again.")
    ),
    "certificate-file-unreadable": Text(
        N_("The certificate file {file} could not be read"),
        N_("It must be a PEM file (text) that holds the private key and the certificate, and readable for you."),
    ),
    "job-file-exists": Text(N_("{path} exists already"), N_("Choose another name; nothing was changed.")),
    "file-options-with-tenant": Text(
        N_("Columns, sheet, heading row, encoding and status values belong to --users, not to --entra"),
        N_("Leave them out."),
    ),
    "encoding-unknown": Text(
        N_("{encoding} is not an encoding"), N_("Write its name, such as utf-8, cp1252, cp1250 or shift_jis.")
    ),
    "heading-row-below-one": Text(N_("Row {row} cannot hold the headings"), N_("The first row is 1.")),
    "column-without-attribute": Text(
        N_("--column {column} names no attribute"),
        N_("Write NAME=ATTRIBUTE, such as “Badge=employeeId”; NAME= leaves the column out."),
    ),
    "members-file-with-tenant": Text(
        N_("A tenant has its own groups"), N_("Leave --members out. Nothing was saved.")
    ),
    "client-id-missing": Text(
        N_("The application (client) id is missing"), N_("Name it with --client-id. Nothing was saved.")
    ),
    "certificate-missing": Text(
        N_("The certificate is missing"), N_("Name its PEM file with --certificate. Nothing was saved.")
    ),
    "no-such-file": Text(N_("There is no file {path}"), N_("Check the name; nothing was saved.")),
    "host-not-of-aws": Text(
        N_("{host} is not a host of AWS"),
        N_("If people shall really go there, add --allow-host {host}. Nothing was saved."),
    ),
    "schema-file-too-large": Text(
        N_("{file} is too large for a schema"), N_("Choose the file that Graph answered with.")
    ),
    "schema-file-not-utf8": Text(
        N_("{file} is no text in UTF-8"), N_("Choose the file that Graph answered with.")
    ),
    "schema-file-unreadable": Text(N_("{file} cannot be read"), N_("{why}")),
    "no-access-token": Text(
        N_("There is no access token for this job"),
        N_("Enter it in the window (AWS IAM Identity Center) or with `secret set`, or set {variable}."),
    ),
    "entra-provisions-this-job": Text(
        N_("Microsoft's service provisions “{job}”"),
        N_(
            "Two engines must not write to the same address. Use `entra status`, or switch this job back to this "
            "computer with `engine JOB own`."
        ),
    ),
    "one-change-not-as-shown": Text(
        N_("The change is no longer the one that was shown"),
        N_("Directory or AWS have changed meanwhile. Nothing was written; the change is shown again."),
    ),
    "entra-provisions-too": Text(
        N_("Microsoft's service provisions to the same address"),
        N_(
            "The provisioning job of “{application}” is {state} in Entra ID and uses the same SCIM endpoint. Two "
            "engines would undo each other's changes. Pause it in Entra ID first."
        ),
        N_("Run although Microsoft's service provisions to the same address"),
    ),
    "plan-outdated": Text(
        N_("The job has run since these changes were worked out"),
        N_(
            "Another window or a schedule ran it meanwhile, so they may be done already. Nothing was changed by this "
            "run; go back to the changes, and they are worked out anew."
        ),
    ),
    "set-without-attribute": Text(
        N_("--set {pair} names no attribute"), N_("Write it as --set NAME=VALUE; NAME= is the empty text.")
    ),
    "job-not-saved": Text(
        N_("The job “{job}” is not saved"), N_("A schedule starts the saved job: save it first.")
    ),
    "sandbox-not-started": Text(
        N_("The sandbox did not start"),
        N_("It is a program of its own on this computer. Try again; nothing was changed."),
    ),
}

"""Messages of `wizard.cli`."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

_FINISHED = N_(
    "The system reported: {why}. Changes already started were completed and are in the history "
    "of the job. Free some disk space or choose another output, then run again."
)

ROWS: Rows = {
    "other-host-allowed": Text(
        N_("The job connects to {host}, but --allow-host names {allowed}"),
        N_("Compare both with the SCIM endpoint in the AWS console. Nothing was sent."),
    ),
    "output-not-written": Text(N_("The run stopped because its output could not be written"), _FINISHED),
    "report-not-written": Text(N_("The report could not be written"), _FINISHED),
    "protected-name-empty": Text(
        N_("A name is empty"), N_("Enter the user name of an account or the name of a group.")
    ),
    "write-without-system": Text(
        N_("`--write` needs `--system`"), N_("`schedule add` writes the files of your own schedule.")
    ),
    "no-schedule": Text(N_("{job} has no schedule"), N_("Add one with `schedule add`.")),
    "directory-not-in-files": Text(
        N_("{job} does not read its people from a file"),
        N_("These settings are for files only."),
    ),
    "directory-is-no-tenant": Text(
        N_("{job} does not read its people from Microsoft Entra ID"),
        N_("Only jobs with Microsoft Entra ID need a Microsoft sign-in."),
    ),
}

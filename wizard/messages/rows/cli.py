"""Messages of `wizard.cli`."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

_FINISHED = N_(
    "The system says: {why}. What was under way was finished, and the history of the job tells what was done. Make "
    "room, or name another place for the output."
)

ROWS: Rows = {
    "other-host-allowed": Text(
        N_("--allow-host names {allowed}, and the job names {host}"),
        N_("Compare the two with the address in the AWS console. Nothing was sent."),
    ),
    "output-not-written": Text(N_("The output could not be written, so the run was stopped"), _FINISHED),
    "report-not-written": Text(N_("The report could not be written"), _FINISHED),
    "protected-name-empty": Text(N_("A name is empty"), N_("Nothing was changed.")),
    "no-schedule": Text(N_("{job} has no schedule"), N_("Nothing was changed.")),
    "directory-not-in-files": Text(
        N_("The directory of {job} is not in files"),
        N_("Only a job with files has these settings. Nothing was changed."),
    ),
    "directory-is-no-tenant": Text(
        N_("The directory of {job} is no tenant"), N_("Only Microsoft Entra ID asks for a sign-in.")
    ),
}

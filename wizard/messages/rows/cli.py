"""Messages of `wizard.cli`."""

from collections.abc import Sequence

from wizard.messages.formats import comma_list
from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_, _

_FINISHED = N_(
    "The system reported: {why}. Changes already started were completed and are in the history "
    "of the job. Free some disk space or choose another output, then run again."
)


def _accept_unknown(given: str, codes: Sequence[str]) -> Text:
    return Text(
        _("--accept {given} names no warning").format(given=given),
        _("Codes that can be accepted: {codes}.").format(codes=comma_list(codes)),
    )


ROWS: Rows = {
    "accept-unknown": _accept_unknown,
    "other-host-allowed": Text(
        N_("The job connects to {host}, but --allow-host names {allowed}"),
        N_("Compare both with the SCIM endpoint in the AWS console. Nothing was sent."),
    ),
    "output-not-written": Text(N_("The run stopped because its output could not be written"), _FINISHED),
    "output-lost": Text(
        N_("The output could not be written"),
        N_(
            "The system reported: {why}. Free some disk space or choose another output, then run the command again."
        ),
    ),
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
        N_("This command is only for jobs that read files."),
    ),
    "directory-is-no-tenant": Text(
        N_("{job} does not read its people from Microsoft Entra ID"),
        N_("This command is only for jobs that read Microsoft Entra ID."),
    ),
}

"""Messages of `wizard.sources`: errors, problems of rows, notes about a whole source."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

_ENTRA: Rows = {
    "no-application-chosen": Text(
        N_("No application is chosen"), N_("Choose the enterprise application whose assignments count.")
    ),
    "entra-changes-expired": Text(
        N_("Microsoft no longer keeps the changes since the last reading: everything was read.")
    ),
    "entra-groups-not-security": Text(
        N_("{count} groups are not security groups; Entra ID does not provision those.")
    ),
    "entra-nested-groups-not-expanded": Text(
        N_("Groups inside groups are not expanded: only direct members count, as in Entra ID.")
    ),
}

ROWS: Rows = {**_ENTRA}

"""Messages of `wizard.ui`."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "waiting-for-keyring": Text(N_("Waiting for your keyring")),
    "waiting-for-host": Text(N_("Waiting for {host}")),
    "waiting-for-microsoft": Text(N_("Waiting for Microsoft")),
    "starting-identity-center": Text(N_("Starting an Identity Center on this computer")),
    "looking-at-file": Text(N_("Looking at {file}")),
    "reading-directory": Text(N_("Reading the directory")),
    "comparing-both-sides": Text(N_("Comparing both sides")),
    "window-settings-not-saved": Text(
        N_("The settings of the window could not be saved"), N_("{path} could not be written.")
    ),
    "slot-busy": Text(N_("This is still under way"), N_("Wait until it has ended, then try again.")),
    "unexpected-failure": Text(
        N_("Something unexpected happened"),
        N_("This step was ended and nothing else was touched. The log file tells more; try again, or report it."),
    ),
}

"""Messages of `wizard.ui`."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "window-not-opened": Text(
        N_("The window cannot be opened"),
        N_(
            "There is no display that this program can use: {reason}. Its commands need none: see "
            "`identity-center-wizard --help`, or try the sample company with `identity-center-wizard try --headless`."
        ),
    ),
    "adding-application": Text(N_("Adding {name} to the tenant")),
    "adding-role": Text(N_("Adding the role User")),
    "assigning": Text(N_("Assigning")),
    "comparing-both-sides": Text(N_("Comparing both sides")),
    "looking-at-file": Text(N_("Looking at {file}")),
    "looking-at-sample": Text(N_("Looking at the sample company")),
    "looking-at-tenant": Text(N_("Looking at your tenant of Entra ID")),
    "looking-for-application": Text(N_("Looking for the application in Entra ID")),
    "reading-assignments": Text(N_("Reading who is assigned")),
    "reading-directory": Text(N_("Reading the directory")),
    "removing-assignments": Text(N_("Removing")),
    "slot-busy": Text(N_("This is still under way"), N_("Wait until it has ended, then try again.")),
    "unexpected-failure": Text(
        N_("Something unexpected happened"),
        N_("This step was ended and nothing else was touched. The log file tells more; try again, or report it."),
    ),
    "starting-identity-center": Text(N_("Starting an Identity Center on this computer")),
    "starting-tenant": Text(N_("Starting a tenant on this computer")),
    "waiting-for-host": Text(N_("Waiting for {host}")),
    "waiting-for-keyring": Text(N_("Waiting for your keyring")),
    "waiting-for-microsoft": Text(N_("Waiting for Microsoft")),
    "window-settings-not-saved": Text(
        N_("The settings of the window could not be saved"), N_("{path} could not be written.")
    ),
}

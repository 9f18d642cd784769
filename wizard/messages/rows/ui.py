"""Messages of `wizard.ui`."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "window-not-opened": Text(
        N_("The window cannot be opened"),
        N_(
            "No display is available: {reason}. Commands work without one: run `identity-center-wizard "
            "--help`, or try the sample company with `identity-center-wizard try --headless`."
        ),
    ),
    "adding-application": Text(N_("Adding {name} to your tenant")),
    "adding-role": Text(N_("Adding the role “User”")),
    "assigning": Text(N_("Assigning")),
    "comparing-both-sides": Text(N_("Comparing the directory with AWS")),
    "looking-at-file": Text(N_("Reading {file}")),
    "looking-at-sample": Text(N_("Reading the sample company")),
    "looking-at-tenant": Text(N_("Reading your tenant")),
    "looking-for-application": Text(N_("Looking up the application in Entra ID")),
    "reading-assignments": Text(N_("Reading assignments")),
    "reading-directory": Text(N_("Reading the directory")),
    "removing-assignments": Text(N_("Removing assignments")),
    "slot-busy": Text(N_("This is already in progress"), N_("Wait until it finishes, then try again.")),
    "unexpected-failure": Text(
        N_("An unexpected error occurred"),
        N_("This step was stopped. Try again. If it fails again, report it with the log file."),
    ),
    "starting-identity-center": Text(N_("Starting a simulated Identity Center")),
    "starting-tenant": Text(N_("Starting a simulated tenant")),
    "waiting-for-host": Text(N_("Waiting for {host}")),
    "waiting-for-keyring": Text(N_("Waiting for your keyring")),
    "waiting-for-microsoft": Text(N_("Waiting for Microsoft")),
    "window-settings-not-saved": Text(
        N_("The window settings could not be saved"), N_("{path} cannot be written.")
    ),
}

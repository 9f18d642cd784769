"""Messages of `wizard.ui`."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "slot-busy": Text(N_("This is still under way"), N_("Wait until it has ended, then try again.")),
    "unexpected-failure": Text(
        N_("Something unexpected happened"),
        N_("This step was ended and nothing else was touched. The log file tells more; try again, or report it."),
    ),
}

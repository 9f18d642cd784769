"""Messages that any package may raise."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "token-of-another-tenant": Text(
        N_("The kept access token belongs to another tenant URL"),
        N_(
            "It was kept for {kept_url}, and this job now names {asked_url}. The token was not sent. "
            "Enter the token of the new tenant, or set the tenant URL back."
        ),
    ),
}

"""Messages that any package may raise."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "secret-of-another-sign-in": Text(
        N_("The stored secret belongs to another sign-in"),
        N_(
            "It was stored for {kept}, but this job now uses {asked}. It was not sent. Enter the secret "
            "of the new sign-in, or restore the tenant, client ID, and cloud."
        ),
    ),
    "token-of-another-tenant": Text(
        N_("The stored access token belongs to another SCIM endpoint"),
        N_(
            "It was stored for {kept_url}, but this job now uses {asked_url}. It was not sent. Enter the "
            "token of the new endpoint, or restore the old endpoint."
        ),
    ),
}

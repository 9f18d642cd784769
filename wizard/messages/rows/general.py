"""Messages that any package may raise."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "secret-of-another-sign-in": Text(
        N_("The kept secret belongs to another sign-in"),
        N_(
            "It was kept for {kept}, and this job now names {asked}. The secret was not sent. Enter the secret of the "
            "new sign-in, or set tenant, client and cloud back."
        ),
    ),
    "token-of-another-tenant": Text(
        N_("The kept access token belongs to another SCIM endpoint"),
        N_(
            "It was kept for {kept_url}, and this job now names {asked_url}. The token was not sent. "
            "Enter the token of the new endpoint, or restore the old one."
        ),
    ),
}

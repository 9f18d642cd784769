"""Messages of `wizard.scim`."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "list-without-end": Text(
        N_("The list did not come to an end"),
        N_(
            "The service kept naming one more page of {collection}, the same again or always an empty one. "
            "Nothing was changed. Try again; if it stays, report it to AWS."
        ),
    ),
    "answer-not-a-list": Text(
        N_("The answer is not a list"),
        N_(
            "{collection} answered without an error, but not as a SCIM service does. Check the tenant URL. "
            "Nothing was changed."
        ),
    ),
    "list-without-cursor": Text(
        N_("The list of the service cannot be read to its end"),
        N_(
            "It holds {total} rows of {collection} and sent {received}, without a cursor to the rest. Only "
            "services with cursor paging, as AWS IAM Identity Center has it, can be provisioned."
        ),
    ),
}

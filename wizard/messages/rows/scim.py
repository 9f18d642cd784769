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
            "{collection} answered without an error, but not as a SCIM service does. Check the SCIM endpoint. "
            "Nothing was changed."
        ),
    ),
    "list-without-cursor": Text(
        N_("The list of the service cannot be read to its end"),
        N_(
            "It says that {collection} has {total} rows, and {received} could be read: it gives no cursor to the "
            "rest, and does not go on from a later place. Nothing was changed."
        ),
    ),
    "list-row-without-id": Text(
        N_("A row of the list has no usable id"),
        N_(
            "{collection} answered with a row that has no id, or one that cannot be part of an address. Nothing was "
            "changed. Report it to whoever runs the service."
        ),
    ),
    "list-id-used-twice": Text(
        N_("The service gave one id to several objects"),
        N_(
            "In {collection}, the id {id} belongs to “{first}” and to “{second}”, so that neither can be changed "
            "safely. Nothing was changed. Report it to whoever runs the service."
        ),
    ),
}

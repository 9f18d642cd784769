"""Messages of `wizard.scim`."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "list-without-end": Text(
        N_("The list from AWS did not end"),
        N_(
            "For {collection}, the service kept returning the same page or empty pages. Nothing was "
            "changed. Try again. If it happens again, contact AWS Support."
        ),
    ),
    "answer-not-a-list": Text(
        N_("The response is not a SCIM list"),
        N_(
            "{collection} returned a response that is not a SCIM list. Check the SCIM endpoint. Nothing "
            "was changed."
        ),
    ),
    "list-without-cursor": Text(
        N_("The list from the service cannot be read to the end"),
        N_(
            "{collection} reports {total:,} rows, but only {received:,} could be read: the service returns "
            "no cursor and ignores startIndex. Nothing was changed."
        ),
    ),
    "list-row-without-id": Text(
        N_("An entry in the list has no usable ID"),
        N_(
            "{collection} returned an entry without an ID, or with an ID that cannot be part of a URL. "
            "Nothing was changed. Contact the operator of the service."
        ),
    ),
    "list-id-used-twice": Text(
        N_("The service uses one ID for several objects"),
        N_(
            "In {collection}, “{first}” and “{second}” have the same ID ({id}), so neither can be "
            "changed safely. Nothing was changed. Contact the operator of the service."
        ),
    ),
}

"""E-mail through Microsoft Graph: sendMail, as the person who signed in or as an application."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from wizard.graph.client import GraphClient, failure

_LONGEST_SUBJECT = 255
"""Characters that Exchange keeps of a subject."""


async def send_mail(
    graph: GraphClient, sender: str, recipients: Sequence[str], subject: str, text: str, *, id: str, urgent: bool
) -> None:
    """Send one message; it is not kept among the sent items. Raises `WizardError`, `AnswerLost`.

    sender: user principal name or id whose mailbox sends; "" = the person who signed in. id: in the header
    x-identity-center-wizard-id, by which a receiver can drop a repetition.
    """
    path = f"/users/{quote(sender, safe='@')}/sendMail" if sender else "/me/sendMail"
    message: dict[str, Any] = {
        "subject": subject[:_LONGEST_SUBJECT],
        "body": {"contentType": "text", "content": text},
        "toRecipients": [{"emailAddress": {"address": address}} for address in recipients],
        "importance": "high" if urgent else "normal",
        "internetMessageHeaders": [{"name": "x-identity-center-wizard-id", "value": id}],
    }
    answer = await graph.change("POST", path, {"message": message, "saveToSentItems": False}, repeatable=False)
    if answer.status not in (202, 204):
        raise failure(answer.status, answer.code, path, answer.request_id, "POST")

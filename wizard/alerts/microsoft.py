"""Alerts by e-mail through Microsoft Graph, with the sign-in of the job."""

from wizard.alerts.interface import Alert, Channel
from wizard.alerts.mail import subject_of, text_of
from wizard.errors import Message
from wizard.graph.client import GraphClient
from wizard.graph.mail import send_mail


async def send(graph: GraphClient, channel: Channel, alert: Alert) -> Message:
    """Send the alert to all recipients; raises WizardError, AnswerLost."""
    await send_mail(
        graph,
        channel.sender,
        channel.recipients,
        subject_of(alert),
        text_of(alert),
        id=alert.id,
        urgent=alert.severity == "error",
    )
    return Message("microsoft-mail-accepted")

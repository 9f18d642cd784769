"""Alerts as JSON to a webhook, for Slack and Teams too; and pings as healthchecks.io and its kin take them."""

from collections.abc import Mapping
from typing import Any

from wizard.alerts.interface import Alert, Channel
from wizard.errors import Message, WizardError
from wizard.http.post import post
from wizard.secret import Secret

_BUSY = (429, 503)
_COLOURS = {"info": "good", "warning": "warning", "error": "attention"}


def send(channel: Channel, address: Secret | None, alert: Alert) -> Message:
    """Post the alert; returns the receiver's answer. Raises WizardError. Blocks."""
    return _posted(channel, address, "", body_of(channel, alert))


def ping(channel: Channel, address: Secret | None, alert: Alert) -> Message:
    """Ping the address: at once for `started` (/start) and failures (/fail), else as success. Raises WizardError."""
    suffix = {"started": "/start", "failed": "/fail"}.get(alert.event, "")
    return _posted(channel, address, suffix, {"id": alert.id, "job": alert.job, "title": alert.title})


def body_of(channel: Channel, alert: Alert) -> Mapping[str, Any]:
    """Return the JSON body for the channel's template."""
    if channel.template == "slack":
        return {"text": f"*{_slack(alert.job)}: {_slack(alert.title)}*\n{_slack(alert.text)}"}
    if channel.template == "teams":
        return _card(alert)
    return {
        "id": alert.id,
        "event": alert.event,
        "job": alert.job,
        "severity": alert.severity,
        "title": alert.title,
        "text": alert.text,
        "time": alert.at,
        "computer": alert.computer,
    }


def _posted(channel: Channel, address: Secret | None, suffix: str, body: Mapping[str, Any]) -> Message:
    if address is None:
        raise WizardError("alert-address-missing", host=channel.host)
    answer = post(address, body, suffix)
    if answer.status in _BUSY:
        raise WizardError("alert-busy", host=channel.host, status=answer.status, wait=answer.retry_after)
    if answer.status >= 400:
        raise WizardError("alert-refused", status=answer.status)
    return Message("alert-answered", status=answer.status, seconds=round(answer.seconds, 1))


def _slack(text: str) -> str:
    """Slack reads these three as control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _card(alert: Alert) -> Mapping[str, Any]:
    """A message with an adaptive card, as Teams' workflows take it."""
    title = {
        "type": "TextBlock",
        "text": f"{alert.job}: {alert.title}",
        "weight": "bolder",
        "wrap": True,
        "color": _COLOURS[alert.severity],
    }
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": [title, {"type": "TextBlock", "text": alert.text, "wrap": True}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}

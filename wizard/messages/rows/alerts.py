"""Messages of `wizard.alerts`, of alerts in `wizard.flow`, and of `wizard.http.post`."""

from collections.abc import Sequence

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_, _


def _partly_refused(host: str, recipients: Sequence[str]) -> Text:
    title = _("{host} refused {recipients}")
    advice = _("Check these addresses.")
    return Text(title.format(host=host, recipients=", ".join(recipients)), advice)


ROWS: Rows = {
    "mail-accepted": Text(N_("Accepted by {host}")),
    "alert-answered": Text(N_("{host} answered {status} in {seconds} s")),
    "alert-command-done": Text(N_("{program} ended well")),
    "desktop-shown": Text(N_("Shown on this desktop")),
    "desktop-without-notifications": Text(
        N_("This desktop cannot be asked to show notifications"),
        N_("Install {program} (Linux: the package libnotify-bin), or choose another channel."),
    ),
    "desktop-not-reached": Text(
        N_("No desktop took the notification"), N_("Nobody is signed in there, or notifications are switched off.")
    ),
    "mail-not-encrypted": Text(
        N_("{host} would get mail without encryption"),
        N_("Choose STARTTLS or TLS; without encryption mail is handed to this computer only."),
    ),
    "mail-sign-in-refused": Text(
        N_("{host} refused the sign-in ({status})"), N_("Check the user name, and enter the password again.")
    ),
    "mail-server-lacks": Text(
        N_("{host} does not offer what is needed ({security}, sign-in)"), N_("Check its port and its security.")
    ),
    "mail-refused": Text(N_("{host} refused the mail ({status})"), N_("Check the sender's address.")),
    "mail-partly-refused": _partly_refused,
    "mail-certificate-refused": Text(
        N_("The certificate of {host} is not trusted ({reason})"),
        N_("Check the server's name, or add its authority to this system's certificates."),
    ),
    "mail-server-unreachable": Text(
        N_("{host} cannot be reached ({reason})"), N_("Check its name, its port and the network.")
    ),
    "alert-address-missing": Text(
        N_("The secret of {host} is missing"),
        N_("Remove the channel and add it again: its secret is in the keyring."),
    ),
    "alert-address-unusable": Text(
        N_("The address cannot be used {host}"),
        N_("It must begin with https:// and hold no user name. Copy it again from the service."),
    ),
    "alert-refused": Text(
        N_("{host} answered {status}"),
        N_("The address is probably no longer valid. Copy it again from the service."),
    ),
    "alert-command-silent": Text(N_("{program} did not end within {seconds} seconds"), N_("It was stopped.")),
    "alert-command-not-started": Text(
        N_("{program} could not be started ({reason})"), N_("Check its path and that it may be run.")
    ),
    "alert-command-failed": Text(N_("{program} ended with code {exit_code}"), N_("Try it in a terminal.")),
    "no-such-channel": Text(N_("{job} has no channel {channel}"), N_("`alerts list` shows its channels.")),
}

"""Messages of `wizard.alerts`, of alerts in `wizard.flow`, and of `wizard.http.post`."""

from collections.abc import Sequence

from wizard.messages.formats import comma_list
from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_, _


def _partly_refused(host: str, recipients: Sequence[str]) -> Text:
    title = _("{host} refused {recipients}")
    advice = _("Check these addresses.")
    return Text(title.format(host=host, recipients=comma_list(recipients)), advice)


ROWS: Rows = {
    "mail-accepted": Text(N_("Accepted by {host}")),
    "alert-answered": Text(N_("{host} answered {status} in {seconds} s")),
    "alert-command-done": Text(N_("{program} finished successfully")),
    "desktop-shown": Text(N_("Notification shown on this desktop")),
    "desktop-without-notifications": Text(
        N_("This desktop cannot show notifications"),
        N_("Install {program} (on Linux, the package libnotify-bin), or choose another channel."),
    ),
    "desktop-not-reached": Text(
        N_("The notification was not shown"),
        N_("No one is signed in to a desktop session, or notifications are turned off."),
    ),
    "mail-not-encrypted": Text(
        N_("{host} would receive mail unencrypted"),
        N_("Choose STARTTLS or TLS. Unencrypted mail is allowed only to a server on this computer."),
    ),
    "mail-sign-in-refused": Text(
        N_("{host} refused the sign-in ({status})"), N_("Check the user name and enter the password again.")
    ),
    "mail-server-lacks": Text(
        N_("{host} does not support the chosen security ({security}) or sign-in"),
        N_("Check the port and the security setting."),
    ),
    "mail-refused": Text(N_("{host} refused the mail ({status})"), N_("Check the sender address.")),
    "mail-partly-refused": _partly_refused,
    "mail-certificate-refused": Text(
        N_("The certificate of {host} is not trusted ({reason})"),
        N_("Check the server name, or add its certificate authority to the certificate store of this computer."),
    ),
    "mail-server-unreachable": Text(
        N_("{host} cannot be reached ({reason})"), N_("Check the name, the port, and the network.")
    ),
    "alert-address-missing": Text(
        N_("The stored secret for {host} is missing"),
        N_("The keyring has no entry for this channel. Remove the channel and add it again."),
    ),
    "alert-address-unusable": Text(
        N_("The address of {host} cannot be used"),
        N_("It must begin with https:// and must not contain a user name. Copy it again from the service."),
    ),
    "alert-refused": Text(
        N_("{host} answered {status}"),
        N_("The address may have been revoked. Copy it again from the service."),
    ),
    "alert-command-silent": Text(
        N_("{program} did not finish within {seconds} seconds"),
        N_("It was stopped. Shorten what it does, or run the slow part in the background."),
    ),
    "alert-command-not-started": Text(
        N_("{program} could not be started ({reason})"), N_("Check the path and that you are allowed to run it.")
    ),
    "alert-command-failed": Text(
        N_("{program} exited with code {exit_code}"), N_("Run it in a terminal to see its output.")
    ),
    "no-such-channel": Text(
        N_("{job} has no channel {channel}"), N_("Run `alerts list` to see the channels of this job.")
    ),
}

"""Messages of `wizard.alerts`, of alerts in `wizard.flow`, and of `wizard.http.post`."""

from collections.abc import Sequence

from wizard.messages.formats import comma_list, short_span
from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_, _, ngettext


def _partly_refused(host: str, recipients: Sequence[str]) -> Text:
    title = ngettext(
        "{host} rejected a recipient: {recipients}", "{host} rejected recipients: {recipients}", len(recipients)
    )
    return Text(title.format(host=host, recipients=comma_list(recipients)), _("Check the address."))


def _busy(host: str, status: int, wait: float | None) -> Text:
    title = _("{host} accepts no more messages for now ({status})").format(host=host, status=status)
    return Text(title, _("Send fewer alerts to it, or send a test later."))


def _answered(
    status: int, seconds: float, host: str = ""
) -> Text:  # host: of results that an earlier version stored
    return Text(_("Answered {status} in {time}").format(status=status, time=short_span(seconds)))


ROWS: Rows = {
    "mail-accepted": Text(N_("Accepted by {host}")),
    "microsoft-mail-accepted": Text(N_("Accepted by Microsoft 365")),
    "microsoft-mail-needs-entra": Text(
        N_("{job} does not sign in to Microsoft"),
        N_("Its people come from a file. Send email through an SMTP server."),
    ),
    "microsoft-mail-timeout": Text(
        N_("Microsoft 365 did not respond within {seconds} seconds"), N_("Check the network, and send a test.")
    ),
    "microsoft-mail-unconfirmed": Text(
        N_("Microsoft 365 did not confirm the email"),
        N_("It may have been sent. Look in the mailbox before you send a test."),
    ),
    "alert-answered": _answered,
    "alert-command-done": Text(N_("{program} succeeded")),
    "desktop-shown": Text(N_("Shown on this desktop")),
    "desktop-without-notifications": Text(
        N_("This desktop shows no notifications"),
        N_("Install {program} (package libnotify-bin on Debian and Ubuntu), or choose another channel."),
    ),
    "desktop-not-reached": Text(
        N_("The notification could not be shown"),
        N_("Sign in to the desktop of this computer, and allow notifications there."),
    ),
    "mail-not-encrypted": Text(
        N_("The connection to {host} would not be encrypted"),
        N_("Choose STARTTLS or TLS. Only a mail server on this computer may be used without encryption."),
    ),
    "mail-address-malformed": Text(
        N_("{address} is not an email address"), N_("Enter it in the form name@example.com.")
    ),
    "mail-server-malformed": Text(
        N_("{host} is not a host name"), N_("Enter a host name, or HOST:PORT with a port up to 65535.")
    ),
    "mail-sign-in-refused": Text(
        N_("{host} rejected the sign-in ({status})"), N_("Check the user name, and enter the password again.")
    ),
    "mail-server-lacks": Text(
        N_("{host} does not support {security} with sign-in"), N_("Check the port and the security setting.")
    ),
    "mail-refused": Text(N_("{host} rejected the email ({status})"), N_("Check the sender's address.")),
    "mail-partly-refused": _partly_refused,
    "mail-certificate-refused": Text(
        N_("The certificate of {host} is not trusted ({reason})"),
        N_("Check the server's name, or add its certificate authority to this computer."),
    ),
    "mail-server-unreachable": Text(
        N_("{host} could not be reached ({reason})"), N_("Check its name, its port, and the network.")
    ),
    "alert-address-missing": Text(
        N_("The keyring has no address for {host}"), N_("Remove the channel and add it again.")
    ),
    "alert-address-unusable": Text(
        N_("The address {host} cannot be used"),
        N_("It must begin with https:// and contain no user name. Copy it again from the service."),
    ),
    "alert-password-for-several-servers": lambda variable, hosts: Text(
        _("One password was passed in for several mail servers"),
        _(
            "{variable} belongs to one of {hosts}. Give each job its own password in an environment of its own."
        ).format(variable=variable, hosts=comma_list(hosts)),
    ),
    "alert-address-of-another-host": Text(
        N_("The address in the file belongs to {passed_in}"),
        N_(
            "The channel was added for {host}. Put its address in the file, or remove the channel and add it "
            "again."
        ),
    ),
    "alert-refused": Text(
        N_("Answered {status}"),
        N_("The address may no longer be valid. Copy it again from the service."),
    ),
    "alert-busy": _busy,
    "alert-command-timeout": Text(
        N_("{program} was stopped after {seconds} seconds"), N_("Alert commands must finish within this time.")
    ),
    "alert-command-not-started": Text(
        N_("{program} could not be started ({reason})"), N_("Check its path and that it can be run.")
    ),
    "alert-command-of-another-computer": Text(
        N_("{program} was not started"),
        N_(
            "The alert was added on another computer, and its data folder was copied. Remove the channel and add "
            "it again here."
        ),
    ),
    "alert-command-failed": Text(
        N_("{program} failed (exit code {exit_code})"), N_("Run it in a terminal to see why.")
    ),
    "no-such-channel": Text(N_("{job} has no channel {channel}"), N_("`alerts list` shows its channels.")),
    "alert-time-unusable": Text(N_("{text} is not a time of day"), N_("Enter hours and minutes, such as 22:00.")),
    "mail-password-needed": Text(
        N_("The password is needed again"),
        N_("A stored password belongs to one server. Enter the password for {host}."),
    ),
    "alert-number-unusable": Text(
        N_("{number:,} is outside the range of this limit"), N_("Enter a number from 0 to {most:,}.")
    ),
    "alert-zone-unknown": Text(
        N_("The time zone {name} is unknown"), N_("Use a name such as Europe/Berlin or America/New_York.")
    ),
}

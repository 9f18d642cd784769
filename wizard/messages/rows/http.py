"""Messages of `wizard.http`."""

from wizard.messages.row import Rows, Text, sentences
from wizard.messages.translation import N_, _


def _host_not_found(host: str, hint: str | None) -> Text:
    return Text(
        _("No computer named {host} was found").format(host=host),
        sentences(_("Check whether this computer is connected to the internet."), hint),
    )


def _proxy_asks_for_sign_in(proxy: str, host: str) -> Text:
    return Text(
        _("The proxy {proxy} asks for a sign-in").format(proxy=proxy or _("set on this computer")),
        _(
            "It refused to pass the request on (407). Put a user into the proxy's address, in the variable HTTPS_PROXY: "
            "http://USER:PASSWORD@HOST:PORT, special characters percent-encoded. For a proxy that wants Negotiate or "
            "NTLM, run a local proxy such as px and name that one. Or add {host} to the exceptions in this computer's "
            "proxy settings."
        ).format(host=host),
    )


def _proxy_refuses_sign_in(proxy: str, host: str) -> Text:
    return Text(
        _("The proxy {proxy} does not accept the user or the password").format(proxy=proxy),
        _(
            "It refused to pass the request for {host} on (407), with the user that its address names. Check user and "
            "password, special characters percent-encoded. For a proxy that wants Negotiate or NTLM, run a local proxy "
            "such as px and name that one."
        ).format(host=host),
    )


def _proxy_failed(proxy: str, host: str) -> Text:
    return Text(
        _("The proxy {proxy} could not be used").format(proxy=proxy or _("set on this computer")),
        _(
            "This computer's settings send requests for {host} through a proxy, and the proxy did not pass the "
            "request on. Check the proxy settings of this computer, or ask your network team."
        ).format(host=host),
    )


def _certificate_not_trusted(host: str, reason: str) -> Text:
    begin = (
        _("The secure connection was not made ({reason}), and the token was not sent.").format(reason=reason)
        if reason
        else _("The secure connection was not made, and the token was not sent.")
    )
    return Text(
        _("The certificate of {host} is not trusted by this computer").format(host=host),
        sentences(
            begin,
            _(
                "Where a company proxy opens secure connections, its certificate has to be in this computer's "
                "certificate store: ask your network team. Check also the date and time of this computer."
            ),
        ),
    )


def _web_page_answered(host: str, status: int, hint: str | None) -> Text:
    return Text(
        _("A web page answered instead of {host}").format(host=host),
        sentences(
            _(
                "It came with status {status}. A network sign-in page or a company proxy may stand between: open a "
                "web browser, sign in to the network, and try again."
            ).format(status=status),
            hint,
        ),
    )


def _redirect_refused(host: str, status: int, hint: str | None) -> Text:
    return Text(
        _("{host} sent us on to another address").format(host=host),
        sentences(
            _(
                "It answered {status}, and a token is never carried on to another address. A network sign-in page "
                "does the same: open a web browser and sign in first."
            ).format(status=status),
            hint,
        ),
    )


def _answer_too_large(host: str, limit_bytes: int, hint: str | None) -> Text:
    return Text(
        _("The answer of {host} is too large").format(host=host),
        sentences(
            _("It is longer than {limit} MB, which no page of people is.").format(limit=limit_bytes // 1_000_000),
            hint,
        ),
    )


def _answer_not_json(host: str, hint: str | None) -> Text:
    return Text(
        _("The answer of {host} could not be read").format(host=host),
        sentences(
            _("It was cut off, or is not JSON, so something else answered. Try again in a few minutes."),
            hint,
        ),
    )


def _answer_packed_otherwise(host: str, hint: str | None) -> Text:
    return Text(
        _("The answer of {host} could not be read").format(host=host),
        sentences(
            _(
                "It is compressed in a way that was not asked for. A proxy may have changed it: ask your network team."
            ),
            hint,
        ),
    )


ROWS: Rows = {
    "sign-in-elsewhere": Text(
        N_("The sign-in service names an address of somebody else: {host}"),
        N_("Nothing was sent there. Check cloud and tenant; a company proxy may have changed the answer."),
    ),
    "check-tenant-url": Text(N_("Check also that the SCIM endpoint is the one that AWS shows.")),
    "tenant-url-not-https": Text(
        N_("The SCIM endpoint does not begin with https"), N_("A token is sent over a secure connection only.")
    ),
    "host-not-found": _host_not_found,
    "connection-refused": Text(
        N_("{host} does not take connections"),
        N_(
            "The computer was found, but the connection was refused or cut. A firewall may stand between, or the "
            "service is not running."
        ),
    ),
    "connection-cut": Text(
        N_("The connection to {host} was cut"),
        N_("The request was sent and no answer came, several times. Check the network and try again."),
    ),
    "connection-timed-out": Text(
        N_("{host} did not answer in time"),
        N_("No connection came about in time. A firewall may drop requests unheard, or the network is slow."),
    ),
    "answer-timed-out": Text(
        N_("{host} did not answer in time"),
        N_("The connection stood, but no answer came in time. Try again in a few minutes."),
    ),
    "proxy-asks-for-sign-in": _proxy_asks_for_sign_in,
    "proxy-refuses-sign-in": _proxy_refuses_sign_in,
    "proxy-failed": _proxy_failed,
    "proxy-malformed": Text(
        N_("The proxy's address in this computer's settings is not an address"),
        N_(
            "Write it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with special characters percent-encoded. "
            "It comes from the variable HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or from the system's settings."
        ),
    ),
    "host-name-malformed": Text(
        N_("{host} is not a name that a computer can have"),
        N_("Copy the address again. A part of a name between dots has 63 characters at most."),
    ),
    "tls-too-old": Text(
        N_("{host} offers no secure connection of a current version"),
        N_(
            "This program needs TLS 1.2 or later ({reason}). A company proxy or an old server stands between: ask your "
            "network team. Nothing was sent."
        ),
    ),
    "tls-not-agreed": Text(
        N_("No secure connection to {host} came about"),
        N_(
            "The two sides did not agree on one ({reason}). The port may be of a service without TLS, or a company proxy "
            "stands between. Nothing was sent."
        ),
    ),
    "certificate-not-trusted": _certificate_not_trusted,
    "web-page-answered": _web_page_answered,
    "redirect-refused": _redirect_refused,
    "answer-too-large": _answer_too_large,
    "answer-not-json": _answer_not_json,
    "answer-packed-otherwise": _answer_packed_otherwise,
    "microsoft-sign-in-failed": Text(
        N_("The sign-in answered {status}"),
        N_("Microsoft's sign-in does not work as it should just now. Try again in a few minutes."),
    ),
}

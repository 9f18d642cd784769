"""Messages of `wizard.http`."""

from wizard.messages.row import Rows, Text, sentences
from wizard.messages.translation import N_, _


def _host_not_found(host: str, hint: str | None) -> Text:
    return Text(
        _("The host {host} was not found").format(host=host),
        sentences(_("Check that this computer is connected to the internet."), hint),
    )


def _proxy_asks_for_sign_in(proxy: str, host: str) -> Text:
    return Text(
        _("The proxy {proxy} requires a sign-in").format(proxy=proxy)
        if proxy
        else _("The proxy set on this computer requires a sign-in"),
        _(
            "The proxy returned 407. Add the user name and password to the proxy address in the environment "
            "variable HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded. "
            "If the proxy requires Negotiate or NTLM, run a local proxy such as px and use its address. Or "
            "exclude {host} in the proxy settings of this computer."
        ).format(host=host),
    )


def _proxy_refuses_sign_in(proxy: str, host: str) -> Text:
    return Text(
        _("The proxy {proxy} rejected the user name or password").format(proxy=proxy),
        _(
            "The proxy returned 407 to a request for {host}. Check the user name and password in the proxy "
            "address; special characters must be percent-encoded. If the proxy requires Negotiate or NTLM, "
            "run a local proxy such as px and use its address."
        ).format(host=host),
    )


def _proxy_failed(proxy: str, host: str) -> Text:
    return Text(
        _("The proxy {proxy} did not forward the request").format(proxy=proxy)
        if proxy
        else _("The proxy set on this computer did not forward the request"),
        _(
            "The settings of this computer send requests for {host} through a proxy. Check the proxy "
            "settings, or ask your network team."
        ).format(host=host),
    )


def _certificate_not_trusted(host: str, reason: str) -> Text:
    begin = (
        _("No secure connection was established ({reason}), so nothing was sent.").format(reason=reason)
        if reason
        else _("No secure connection was established, so nothing was sent.")
    )
    return Text(
        _("This computer does not trust the certificate of {host}").format(host=host),
        sentences(
            begin,
            _(
                "If a company proxy inspects secure connections, its certificate must be in the certificate "
                "store of this computer: ask your network team. Also check the date and time of this "
                "computer."
            ),
        ),
    )


def _web_page_answered(host: str, status: int, hint: str | None) -> Text:
    return Text(
        _("A web page responded instead of {host}").format(host=host),
        sentences(
            _(
                "The status was {status}. A network sign-in page or a company proxy may have responded. Open "
                "a web browser, sign in to the network, and try again."
            ).format(status=status),
            hint,
        ),
    )


def _redirect_refused(host: str, status: int, hint: str | None) -> Text:
    return Text(
        _("{host} redirected to another address").format(host=host),
        sentences(
            _(
                "It returned {status}. The redirect was not followed, to protect the token. If your network "
                "has a sign-in page, open a web browser and sign in first."
            ).format(status=status),
            hint,
        ),
    )


def _answer_too_large(host: str, limit_bytes: int, hint: str | None) -> Text:
    return Text(
        _("The response of {host} is too large").format(host=host),
        sentences(
            _("It is larger than {limit} MB. Check the address.").format(limit=limit_bytes // 1_000_000),
            hint,
        ),
    )


def _answer_not_json(host: str, hint: str | None) -> Text:
    return Text(
        _("The response of {host} could not be read").format(host=host),
        sentences(
            _("It is incomplete or not JSON. Try again in a few minutes."),
            hint,
        ),
    )


def _answer_packed_otherwise(host: str, hint: str | None) -> Text:
    return Text(
        _("The response of {host} could not be read").format(host=host),
        sentences(
            _("Its compression is not supported. A proxy may have changed the response: ask your network team."),
            hint,
        ),
    )


ROWS: Rows = {
    "sign-in-elsewhere": Text(
        N_("The sign-in service returned an address of another host: {host}"),
        N_(
            "Nothing was sent there. Check the cloud and the tenant. A company proxy may have changed "
            "the response: ask your network team."
        ),
    ),
    "check-tenant-url": Text(N_("Also compare the SCIM endpoint with the one in the AWS console.")),
    "tenant-url-not-https": Text(
        N_("The SCIM endpoint does not begin with https://"), N_("Tokens are sent over secure connections only.")
    ),
    "host-not-found": _host_not_found,
    "connection-refused": Text(
        N_("{host} refused the connection"),
        N_(
            "The host was found, but it did not accept the connection. Check the port, whether the "
            "service is running, and firewalls."
        ),
    ),
    "connection-cut": Text(
        N_("The connection to {host} was interrupted"),
        N_("The request was sent several times without a response. Check the network and try again."),
    ),
    "connection-timed-out": Text(
        N_("{host} did not respond in time"),
        N_("No connection was established in time. Check the network, and whether a firewall blocks the host."),
    ),
    "answer-timed-out": Text(
        N_("{host} did not respond in time"),
        N_("The connection was established, but no response arrived in time. Try again in a few minutes."),
    ),
    "proxy-asks-for-sign-in": _proxy_asks_for_sign_in,
    "proxy-refuses-sign-in": _proxy_refuses_sign_in,
    "proxy-failed": _proxy_failed,
    "proxy-malformed": Text(
        N_("The proxy address in the settings of this computer is not a URL"),
        N_(
            "Use http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with special characters "
            "percent-encoded. It is set in the environment variable HTTPS_PROXY, HTTP_PROXY, or "
            "ALL_PROXY, or in the system settings."
        ),
    ),
    "host-name-malformed": Text(
        N_("{host} is not a host name"),
        N_("Copy the address again. Each part between dots can have up to 63 characters."),
    ),
    "tls-too-old": Text(
        N_("{host} does not support TLS 1.2 or later"),
        N_(
            "This program requires it ({reason}). A company proxy or an old server may have responded: ask "
            "your network team. Nothing was sent."
        ),
    ),
    "tls-not-agreed": Text(
        N_("No secure connection to {host} could be established"),
        N_(
            "The TLS handshake failed ({reason}). The port may belong to a service without TLS, or a company "
            "proxy may have responded: ask your network team. Nothing was sent."
        ),
    ),
    "certificate-not-trusted": _certificate_not_trusted,
    "web-page-answered": _web_page_answered,
    "redirect-refused": _redirect_refused,
    "answer-too-large": _answer_too_large,
    "answer-not-json": _answer_not_json,
    "answer-packed-otherwise": _answer_packed_otherwise,
    "microsoft-sign-in-failed": Text(
        N_("Microsoft sign-in returned {status}"),
        N_("The problem is on Microsoft's side. Try again in a few minutes."),
    ),
}

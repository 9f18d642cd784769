"""An Identity Center of your own on loopback: the embedded default of the program and the target of its tests.

It answers like the SCIM endpoint of AWS IAM Identity Center as AWS documents it and as others have seen it. It
shares no code with the engine: what it refuses is written here a second time, from the same documents, so that one
can catch the other.

Started as `python -m wizard.sandbox` or by `main`. Once it listens it writes two lines to standard output, and
nothing more:

    tenant-url: http://127.0.0.1:PORT/TENANT/scim/v2
    token: TOKEN

With `--entra` it is a tenant of Microsoft Entra ID too and writes four lines more: see `wizard.sandbox.entra`.

It answers requests that name its own address as Host, and none that a web page of others sent (Origin).

It ends on SIGTERM and SIGINT, and with the hidden option `--until-eof` when its standard input ends or the process
that started it is gone. The hidden option `--characters today` lets people's attributes hold `< > ; : %`, tabs and
line breaks, as the newest of AWS's documents do; the default `strict` refuses them (but in `profileUrl`), as
Microsoft's tutorial says.

Beside the SCIM paths it has six that AWS lacks. They take the same token (an expired one too) and are never
counted, slowed, throttled or disturbed:

    GET  /_sandbox/state            {"tenantId", "users": [resources], "groups": [resources, "members": [ids]],
                                     "requests": {"total", "byOperation": {"POST /Users": n},
                                     "byStatus": {"201": n}, "throttled", "faults": {kind: n}, "mostInFlight"}}
    GET  /_sandbox/requests         the value of "requests" alone
    POST /_sandbox/reset-counters   sets the counters to zero
    POST /_sandbox/renew-token      lets a token that the fault `token-expiry` has spent work again
    POST /_sandbox/second-token     makes a second token and returns it, {"token"}; both are accepted
    POST /_sandbox/delete-first-token    leaves the second one

`throttled` counts every answer 429, whether a limit or a fault gave it; in `byStatus`, 0 is a connection cut.

Where AWS says nothing, this is what the sandbox does: `active` defaults to true; an unknown attribute, `null`, a
manager who does not exist and a `startIndex` other than 1 are answered 400; adding a present member and removing
an absent one change nothing; a member who does not exist is answered 404, on adding and on removing;
`attributes` and `excludedAttributes` are ignored; replacing by a value filter that finds nothing is answered
400, adding by one creates the value; userName, e-mail, externalId and displayName are compared without regard to
case, character by character (ß is not ss); a person who was deleted stays named as manager; lists are in order of
creation; `profileUrl` is returned; a limit gives 429 without Retry-After.

AWS may behave otherwise: `--contrary LIST` (see `wizard.sandbox.contrary`) makes it drop attributes, change the case or
the Unicode form of what it keeps, show new people late in lists, compare names exactly, or accept the removal of a
member who is gone.
"""

from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Run the sandbox with these options until it is stopped; returns 0, or 2 when an option cannot be used."""
    # Imported here: a program that only offers the sandbox does not pay for a server.
    from wizard.sandbox.server import run

    return run(argv)


__all__ = ["main"]

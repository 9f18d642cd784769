"""A tenant of Microsoft Entra ID of your own on loopback: the sign-in and the calls of Graph that the wizard uses.

Started as `sandbox --entra`, beside the Identity Center on the same port: after the two lines of the sandbox it
writes four more:

    graph-url: http://127.0.0.1:PORT/v1.0
    authority: http://127.0.0.1:PORT/TENANT
    client-id: ID
    client-secret: SECRET

`--entra` alone serves the sample company, `--entra 5000` a made-up crowd of so many people. It shares no knowledge
with the engine: what Graph does is written here a second time, from Microsoft's documentation. The client secret
as a bearer token opens everything, edits of the tenant included (`PATCH /users/{id}` and so on), and the paths that
Microsoft lacks:

    POST /_entra/circumstances      {"throttle": n, "inner_throttle": n, "retry_after": seconds, "short": bool,
                                     "record": bool,
                                     "granted": [permissions of the application itself],
                                     "consented": [permissions on behalf of the person who signs in],
                                     "admin": bool (false: that person may not consent),
                                     "refusal": "AADSTS53003", "approve": USER CODE,
                                     "refuse": USER CODE, "expireTokens": 1, "expireRefresh": 1, "expireDelta": 1,
                                     "feeds": {"page": entries, "members": in one entry, "repeats": bool},
                                     "applications": "none" | "renamed" | "several" | "default-access" |
                                     "first-alone",
                                     "premium": bool (false: groups cannot be assigned),
                                     "fail": {call: [statuses of its next requests, nothing is done]},
                                     "lose": {call: so many of its next answers, after the act},
                                     "provisioning": {switch: value},
                                     "passwords": [passwordCredentials of the application that signs in],
                                     "gallery": bool (false: as in the clouds of the US Government)}
    POST /_entra/cycle, /_entra/advance, GET /_entra/mails   see `synchronization`
    POST /_entra/reset-counters     sets the counters to zero
    GET  /_entra/traffic            every call with its answer since "record" is true
    GET  /_entra/requests           {"exchanges": n, "asked": {"GET /users/{id}": n}}

A call is written as `GET /_entra/requests` counts it: `POST /servicePrincipals/{id}/synchronization/jobs`.
Microsoft's provisioning service is in `synchronization`: it provisions into the Identity Center beside the tenant.

Where Microsoft says nothing, this is what it does: a feed repeats a group for every twenty members that changed;
a Microsoft 365 group is deleted softly, a security group for good; the memberships and assignments of a softly deleted
object are hidden and come back with it, which the feeds tell of the groups and of those whose manager it is.

The sign-in is for a real browser too: a page shows the user and the requested permissions, one form (`id="accept"`) takes
the answer back to the application, another (`id="cancel"`) its refusal; neither needs a script. A device code is
entered at `/common/oauth2/deviceauth`; an administrator consents for all at `/TENANT/adminconsent`. An application signs
in with its secret, or with a certificate: signature, audience and times of the assertion are checked, and the first
certificate that signs a valid one counts as uploaded to the application.
"""

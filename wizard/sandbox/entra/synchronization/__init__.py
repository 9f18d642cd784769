"""Microsoft's provisioning service, imitated: jobs of an enterprise application that really provision over SCIM.

It shares no code with the engine of the program. Everything is written from Microsoft's documentation and from what
others have seen of the service; each module names its sources. What it does can be steered by switches
(`switches.py`), as options of the sandbox (`--provisioning NAME=VALUE`) or while it runs:

    POST /_entra/circumstances   {"provisioning": {NAME: VALUE}}
    POST /_entra/cycle           run one cycle of every started job now (of one with {"job": ID}), whatever the
                                 clock and a quarantine's next attempt say; answers {"jobs": {ID: status code}}
    GET  /_entra/mails           what was mailed about quarantines
    POST /_entra/advance         {"seconds": n}: move the service's clock on

It reaches addresses on loopback only: any other `BaseAddress` is answered as one that cannot be reached.

    switches.py      what can be made to go wrong
    permissions.py   who may call what
    calls.py         the calls of Microsoft Graph
    service.py       jobs, secrets, the clock
    job.py           one job and its status document
    schema.py        the default schema, and what may be put
    expressions.py   the expression language, functions.py its functions
    scoping.py       who is in scope: assignments, roles, filters
    source.py        people and groups as attributes of the source
    target.py        requests to the SCIM address, attribute paths, PATCH in the service's spelling
    cycle.py         initial and incremental cycles
    on_demand.py     provisionOnDemand
    logs.py          provisioning logs and directory audits, odata.py their filters
"""

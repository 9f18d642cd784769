"""The kinds of input: valid originals of each, and what reads them. Only errors with a code may come out."""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import anyio
import anyio.lowlevel
import httpx
import openpyxl

from tests.company import company
from tests.fuzz.mutation import mutated, mutated_json, mutated_workbook, packed
from tests.mapping.test_schema_json import WHOLE
from wizard import messages
from wizard.aws.interface import OutcomeUnknown, Refused
from wizard.aws.schema import GROUP_ATTRIBUTES, USER_ATTRIBUTES
from wizard.aws.session import IdentityCenterSession
from wizard.directory import DirectorySnapshot
from wizard.errors import Message, WizardError
from wizard.graph.client import DeltaExpired, GraphClient
from wizard.graph.reading import Reader, Wanted, encode_mirror, selected
from wizard.http.client import Connections, JsonClient, Timeouts
from wizard.http.failures import AnswerLost, Place
from wizard.http.pacing import Pacer, Pacing
from wizard.http.retry import RetryPolicy
from wizard.mapping.attribute_mapping import Mappings, default_mappings
from wizard.mapping.resources import Table, run_context
from wizard.mapping.schema_json import export_schema, import_schema
from wizard.mapping.scoping import in_scope
from wizard.mapping.scoping_filter import ScopingFilter
from wizard.mapping.table_problems import table_problems
from wizard.progress import ignore_event
from wizard.provisioning.job import Job, Scope
from wizard.sandbox.app import Sandbox
from wizard.sandbox.entra.app import StandIn
from wizard.sandbox.entra.company import sample_company
from wizard.sandbox.entra.tokens import SignIn
from wizard.sandbox.faults import Faults, Throttle
from wizard.sandbox.store import Store
from wizard.scim.client import ScimClient
from wizard.secret import Secret
from wizard.sources.catalogue import open_source
from wizard.sources.decoding import CHOICES
from wizard.sources.entra import Tenant, snapshot_of
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home

MOST_SHOWN = 30
"""Messages and people of one input that are rendered and mapped."""
PRINCIPAL = "d3616293-fff8-4415-9f01-33b05dad1b46"
JOB_ID = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
NEW = {
    "userName": "new@tidewater.example",
    "displayName": "New",
    "name.givenName": "Ann",
    "name.familyName": "New",
    'emails[type eq "work"].value': "new@tidewater.example",
    "active": True,
}
Keep = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of input."""

    name: str
    attempt: Callable[[Random, Path, Keep], str]
    """Reads one mutated input in a folder; returns "result", "problems" or "error". `Keep` is given the input before."""


class Unchanged(Random):
    """Leaves every input as it is: shows that the originals are valid."""


def _changed(data: bytes, random: Random, change: Callable[[bytes, Random], bytes] = mutated_json) -> bytes:
    return data if isinstance(random, Unchanged) else change(data, random)


def shown(parts: Iterable[Message]) -> bool:
    """Render the first of these messages; returns whether there are any."""
    found = list(parts)
    for each in found[:MOST_SHOWN]:
        messages.text(each)
    return bool(found)


def errors_shown(attempt: Callable[[], bool]) -> str:
    """The outcome of an attempt that returns whether there were problems."""
    try:
        return "problems" if attempt() else "result"
    except (WizardError, Refused) as error:
        messages.text(error.message)
        return "error"
    except (OutcomeUnknown, AnswerLost):  # both are handled by every caller
        return "error"


# Files of people


@cache
def people() -> tuple[dict[str, str], ...]:
    """Rows of CSV, of a workbook and of JSON."""
    return tuple(company(12, 0, 0).people)


def csv_of(separator: str = ",", encoding: str = "utf-8-sig") -> bytes:
    rows = [[*people()[0]], *([*row.values()] for row in people())]
    rows[3][1] = f'Müller{separator} "Ann"\nof Kiel'
    quoted = (separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "\r\n".join(quoted).encode(encoding)


def members_of() -> bytes:
    return "\n".join(["group;member", *(f"Team {n % 3};{row['mail']}" for n, row in enumerate(people()))]).encode()


def workbook_of() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*people()[0], "since", "share", "hours"])
    for place, row in enumerate(people()):
        sheet.append([*row.values(), datetime(2020, 1, 1 + place, 8, 30), place / 7, date(2024, 2, 29)])
    sheet.cell(3, 1).number_format = "00000"
    book.create_sheet("Second").append(["Name", 0.5, True])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def json_of() -> bytes:
    rows: list[dict[str, Any]] = [dict(row) for row in people()]
    rows[1]["manager"] = {"id": rows[0]["id"], "displayName": "x"}
    rows[2]["emails"] = [{"value": "a@b.example", "type": "work", "primary": True}]
    rows[2]["memberOf"] = ["Team 1", {"displayName": "Team 2"}]
    rows[3]["onPremisesExtensionAttributes"] = {"extensionAttribute1": 1, "extensionAttribute2": None}
    return json.dumps({"@odata.context": "x", "value": rows}).encode()


def ldif_of() -> bytes:
    lines = ["version: 1", ""]
    for row in people():
        lines += [f"dn: CN={row['displayName']},OU=Staff,DC=tidewater,DC=example", "objectClass: user"]
        lines += [f"userPrincipalName: {row['mail']}", "displayName:: TcO8bGxlcg==", f"cn: {row['displayName']}"]
        lines += ["memberOf: CN=Team\\, 1,OU=Groups,DC=tidewater,", " DC=example", "userAccountControl: 512", ""]
    return "\n".join(lines).encode()


def read_file(
    name: str, change: Callable[[bytes, Random], bytes], originals: Callable[[], tuple[bytes, ...]]
) -> Kind:
    """A kind of file of people; a kind "members" is read beside a valid file of people."""
    made = cache(originals)

    def attempt(random: Random, folder: Path, keep: Keep) -> str:
        data = _changed(random.choice(made()), random, change)
        keep(data)
        file, valid = folder / f"input.{'csv' if name == 'members' else name}", folder / "people.csv"
        file.write_bytes(data)
        valid.write_bytes(csv_of())
        choices: dict[str, Any] = {}
        if random.random() < 0.15 and not isinstance(random, Unchanged):
            choices = {"encoding": random.choice(CHOICES), "heading_row": random.choice((0, 1, 2, 40))}
            choices["sheet"] = random.choice(("", "Sheet", "Second", "absent"))
        users, members = (valid, str(file)) if name == "members" else (file, "")

        def read() -> bool:
            source = open_source("file", str(users), members, **choices)
            found = anyio.run(source.inspect)
            shown((found.recognised_as, found.format, *found.notes))
            return check_snapshot(anyio.run(source.read, ignore_event))

        return errors_shown(read)

    return Kind(name, attempt)


def check_snapshot(
    snapshot: DirectorySnapshot, mappings: Mappings | None = None, scope: Scope | None = None
) -> bool:
    """Render what was remarked, and map the first people; returns whether there are problems."""
    shown((*snapshot.notes, *((snapshot.unsure,) if snapshot.unsure else ())))
    tables, context = mappings or default_mappings(), run_context()
    users, groups = Table(tables.users, snapshot.attributes), Table(tables.groups, snapshot.attributes)
    for user in snapshot.users[:MOST_SHOWN]:
        users.user(user, context)
    for group in snapshot.groups[:MOST_SHOWN]:
        groups.group(group, context)
    in_scope(snapshot, scope or Scope())
    return shown(problem.message for problem in snapshot.problems)


# Job documents and schema files


@cache
def snapshot() -> DirectorySnapshot:
    """Read the sample directory once."""
    return anyio.run(open_source("sample").read, ignore_event)


def check_tables(mappings: Mappings, scope: Scope) -> bool:
    """Use the tables as the program does."""
    wrong = table_problems(mappings.users, USER_ATTRIBUTES, snapshot().attributes)
    wrong += table_problems(mappings.groups, GROUP_ATTRIBUTES, None)
    check_snapshot(snapshot(), mappings, scope)
    return shown(problem.message for problem in wrong)


@cache
def job_documents(folder: Path) -> tuple[bytes, ...]:
    store = JobStore(Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(folder / "home")}))
    store.save(Job(JOB_ID, "Staff", default_mappings()), folder / "valid.json")
    older = Path(__file__).parents[1] / "storage" / "older"
    return (
        (folder / "valid.json").read_bytes(),
        *(path.read_bytes() for path in sorted(older.glob("job-*.json"))),
    )


def _read_job(random: Random, folder: Path, keep: Keep) -> str:
    data = _changed(random.choice(job_documents(folder)), random)
    keep(data)
    file = folder / "job.json"
    file.write_bytes(data)
    store = JobStore(Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(folder / "home")}))

    def read() -> bool:
        job = store.load(file)
        store.save(job, file)
        assert store.load(file).mappings == job.mappings
        return check_tables(job.mappings, job.scope)

    return errors_shown(read)


@cache
def schema_files() -> tuple[bytes, ...]:
    nobody = ScopingFilter()
    return (json.dumps(WHOLE).encode(), export_schema(default_mappings(), nobody, nobody).encode())


def _read_schema(random: Random, _: Path, keep: Keep) -> str:
    data = _changed(random.choice(schema_files()), random)
    keep(data)

    def read() -> bool:
        found = import_schema(data.decode("utf-8", "replace"), default_mappings())
        shown(remark.message for remark in found.remarks)
        again = export_schema(found.mappings, found.user_filter, found.group_filter)
        import_schema(again, default_mappings())
        edited = default_mappings().users
        export_schema(
            Mappings(edited, found.mappings.groups, imported=found.mappings.imported),
            found.group_filter,
            found.user_filter,
        )
        return check_tables(found.mappings, Scope(user_filter=found.user_filter, group_filter=found.group_filter))

    return errors_shown(read)


# Bodies of servers, through the client that reads them


class Spoiling(httpx.AsyncBaseTransport):
    """Asks an application in this process and changes the body of one answer, at times of more."""

    def __init__(self, application: Any, random: Random, keep: Keep) -> None:
        self._inner = httpx.ASGITransport(application)
        self._random, self._keep = random, keep
        self._spoiled = random.randrange(8)
        self._more = random.choice((0.0, 0.0, 0.1, 0.5))
        self._asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        body, headers, random = await answer.aread(), {"content-type": "application/json"}, self._random
        status = answer.status_code
        spoils = self._asked == self._spoiled or random.random() < self._more
        if spoils and not isinstance(random, Unchanged):
            body, coding = packed(mutated_json(body, random), random)
            self._keep(body)
            headers |= {"content-encoding": coding} if coding else {}
            status = random.choice((status,) * 12 + (201, 400, 404, 409, 410, 500))
        self._asked += 1
        chunks = [body[at : at + 7000] for at in range(0, len(body), 7000)]
        return httpx.Response(status, headers=headers, stream=_Chunks(chunks))


class _Chunks(httpx.AsyncByteStream):
    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> Any:
        for chunk in self._chunks:
            yield chunk


def client(application: Any, token: str, base_url: str, random: Random, keep: Keep) -> JsonClient:
    """The program's client on such a transport, without pauses."""
    once = RetryPolicy(tries=1, connect_tries=1, silent_tries=1, throttled_tries=1)
    pacer = Pacer(Pacing(1e9, 1e9, adaptive=False))
    connections = Connections(lambda: Spoiling(application, random, keep))
    return JsonClient(connections, base_url, Secret(token), Place("server.example"), pacer, once, Timeouts())


@contextmanager
def no_pauses() -> Iterator[None]:
    """Waits that an answer asks for end at once."""

    async def at_once(_: float) -> None:
        await anyio.lowlevel.checkpoint()

    with patch("wizard.graph.client.anyio.sleep", at_once):
        yield


def _read_scim(random: Random, _: Path, keep: Keep) -> str:
    store = Store("abc", "0123456789")
    users = [
        store.create_user({"userName": row["mail"], "externalId": row["id"], "displayName": row["displayName"]})
        for row in people()
    ]
    group = store.create_group({"displayName": "Team", "externalId": "t"}, [users[0]["id"]])
    calm = Throttle(None, None, None, lambda: 0.0), Faults(0.0, (), random)
    sandbox = Sandbox(store, "token", *calm, latency=0.0, refused_characters=None, changed=lambda: None)
    http = client(sandbox, "token", "http://127.0.0.1/abc/scim/v2", random, keep)

    async def ask() -> bool:
        session = IdentityCenterSession(ScimClient(http), lambda _: False)
        first = [one async for one in session.users(ignore_event)]
        [one async for one in session.groups(ignore_event)]
        key = first[0].id if first else users[0]["id"]
        await session.member_ids(group["id"])
        await session.group_ids(key)
        await session.read_user(key)
        await session.find_user("userName", people()[0]["mail"])
        landed = await session.create_user(NEW)
        await session.add_members(group["id"], [landed.id])
        await session.delete_user(key)
        return False

    return errors_shown(partial(anyio.run, ask))


def _read_graph(random: Random, _: Path, keep: Keep) -> str:
    tenant = sample_company()
    sign_in = SignIn(tenant.id, "s" * 40)
    root = "http://127.0.0.1/v1.0"
    http = client(StandIn(tenant, sign_in), sign_in.secret, root, random, keep)
    whole = Tenant(root, random.choice(("all", "assigned")), PRINCIPAL, random.random() < 0.5)

    async def ask() -> bool:
        reader = Reader(
            GraphClient(http, root, lambda: None),
            Wanted(selected(whole.attributes), whole.scope, whole.service_principal, whole.nested),
            ignore_event,
        )
        try:
            mirror = await reader.whole()
            mirror = await reader.changes(mirror)
        except DeltaExpired:  # handled by the one caller
            return False
        cursor, _content = encode_mirror(mirror)
        return check_snapshot(snapshot_of(mirror, whole, cursor))

    with no_pauses():
        return errors_shown(partial(anyio.run, ask))


KINDS: tuple[Kind, ...] = (
    read_file("csv", mutated, lambda: (csv_of(), csv_of(";", "cp1252"), csv_of("\t", "utf-16"))),
    read_file("members", mutated, lambda: (members_of(),)),
    read_file("xlsx", mutated_workbook, lambda: (workbook_of(),)),
    read_file("json", mutated_json, lambda: (json_of(),)),
    read_file("ldif", mutated, lambda: (ldif_of(),)),
    Kind("job", _read_job),
    Kind("schema", _read_schema),
    Kind("scim", _read_scim),
    Kind("graph", _read_graph),
)

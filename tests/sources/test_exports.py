"""Exports of directories and tools, as they are: LDIF, csvde, PowerShell, JSON of SCIM, Okta and AWS, localised lists."""

import base64
import json
import uuid

import pytest

from tests.sources.files import WriteFile, as_csv, codes, read
from wizard.directory import DirectorySnapshot
from wizard.errors import WizardError
from wizard.sources.columns import attributes_of

GUID = "11111111-aaaa-4aaa-8aaa-000000000001"


def people(snapshot: DirectorySnapshot) -> list[tuple[str, str, bool]]:
    return [(user.text("userPrincipalName"), user.label, user.enabled) for user in snapshot.users]


# LDAP

LDIF = f"""version: 1
# made by ldifde

dn: CN=Ann Bell,OU=Staff,DC=corp,DC=example
changetype: add
objectClass: top
objectClass: user
givenName: Ann
sn:: {base64.b64encode("Béll".encode()).decode()}
l: Paris
st: IdF
co: France
userPrincipalName: ann@corp.example
userAccountControl: 512
manager: CN=Bob Cole,OU=Staff,DC=corp,
 DC=example
memberOf: CN=AWS-Admins,OU=Groups,DC=corp,DC=example
memberOf: CN=Ops\\, Night,OU=Groups,DC=corp,DC=example
objectGUID:: {base64.b64encode(uuid.UUID(GUID).bytes_le).decode()}
thumbnailPhoto:: /9j/4AAQSkZJRg==

dn: CN=Bob Cole,OU=Staff,DC=corp,DC=example
objectClass: user
givenName: Bob
sn: Cole
userPrincipalName: bob@corp.example
userAccountControl: 514
objectGUID:: {base64.b64encode(uuid.uuid4().bytes).decode()}

dn: CN=PC7,OU=Computers,DC=corp,DC=example
objectClass: user
objectClass: computer
cn: PC7
"""


@pytest.mark.parametrize("name", ["p.ldif", "p.csv", "p.txt"])
def test_ldif(file: WriteFile, name: str) -> None:
    snapshot = read(file(name, LDIF.replace("\n", "\r\n")))
    assert people(snapshot) == [("ann@corp.example", "Ann Béll", True), ("bob@corp.example", "Bob Cole", False)]
    ann, bob = snapshot.users
    assert (ann.id, ann.text("city"), ann.text("state"), ann.text("country")) == (GUID, "Paris", "IdF", "France")
    assert ann.text("manager") == bob.id
    assert [(group.label, group.members) for group in snapshot.groups] == [
        ("AWS-Admins", (ann.id,)),
        ("Ops, Night", (ann.id,)),
    ]
    assert {"display-name-made", "entries-not-people"} <= set(codes(snapshot.notes))


ENTRIES = (
    LDIF
    + """
dn: CN=AWS-Admins,OU=Groups,DC=corp,DC=example
objectClass: top
objectClass: group
cn: AWS-Admins
member: CN=Bob Cole,OU=Staff,DC=corp,DC=example
member: cn=night shift,ou=Groups,dc=corp,dc=example
member: CN=PC7,OU=Computers,DC=corp,DC=example
member: CN=Someone Else,OU=Staff,DC=corp,DC=example

dn: CN=Night Shift,OU=Groups,DC=corp,DC=example
objectClass: groupOfNames
cn: Night Shift
member: CN=Ann Bell,OU=Staff,DC=corp,DC=example

dn: CN=Empty,OU=Groups,DC=corp,DC=example
objectClass: posixGroup
cn: Empty

dn: CN=Unix,OU=Groups,DC=corp,DC=example
objectClass: posixGroup
cn: Unix
memberUid: bob@corp.example
"""
)


def test_groups_of_ldif_have_the_members_of_their_entries(file: WriteFile) -> None:
    snapshot = read(file("p.ldif", ENTRIES))
    ann, bob = snapshot.users
    groups = {group.label: group for group in snapshot.groups}
    assert snapshot.has_groups
    assert {name: set(group.members) for name, group in groups.items()} == {
        "AWS-Admins": {ann.id, bob.id},  # ann by her memberOf, bob by the group's member
        "Ops, Night": {ann.id},
        "Night Shift": {ann.id},
        "Empty": set(),
        "Unix": {bob.id},
    }
    assert groups["AWS-Admins"].nested == ("Night Shift",)
    assert [problem.message.code for problem in snapshot.problems] == [
        "member-of-another-kind",
        "member-not-in-file",
    ]
    assert not any(problem.excluded for problem in snapshot.problems)
    assert [note.args["kind"] for note in snapshot.notes if note.code == "entries-not-people"] == ["computer"]


def test_a_group_without_an_entry_keeps_its_id_when_the_entry_comes(file: WriteFile) -> None:
    by_people = {group.label: group.id for group in read(file("p.ldif", LDIF)).groups}
    by_entries = {group.label: group.id for group in read(file("p.ldif", ENTRIES)).groups}
    assert by_people.items() <= by_entries.items()


def test_entries_without_members_are_no_groups(file: WriteFile) -> None:
    snapshot = read(file("p.ldif", LDIF + "\ndn: CN=G,DC=x\nobjectClass: group\ncn: G\n"))
    assert "G" not in {group.label for group in snapshot.groups}
    assert {note.args["kind"] for note in snapshot.notes if note.code == "entries-not-people"} == {
        "computer",
        "group",
    }


def test_a_part_of_the_members_is_refused(file: WriteFile) -> None:
    cut = ENTRIES.replace("member: CN=Bob", "member;range=0-1499: CN=Bob")
    with pytest.raises(WizardError, match=r"^ldif-members-cut ") as caught:
        read(file("p.ldif", cut))
    assert (
        caught.value.message.args["line"]
        == cut.split("\n").index("member;range=0-1499: CN=Bob Cole,OU=Staff,DC=corp,DC=example") + 1
    )
    read(file("p.ldif", ENTRIES.replace("member: CN=Bob", "member;range=1500-*: CN=Bob")))


def test_a_members_file_gives_the_groups_alone(file: WriteFile) -> None:
    people, members = file("p.ldif", ENTRIES), file("m.csv", "group,member\nTeam,ann@corp.example\n")
    snapshot = read(people, members)
    assert [group.label for group in snapshot.groups] == ["Team"]
    assert {note.args["kind"] for note in snapshot.notes if note.code == "entries-not-people"} == {
        "computer", "group", "groupofnames", "posixgroup",
    }  # fmt: skip


def test_the_members_file_may_be_an_export_of_groups(file: WriteFile) -> None:
    groups = ENTRIES[ENTRIES.index("dn: CN=AWS-Admins") :]
    snapshot = read(file("p.ldif", LDIF), file("m.ldif", groups))
    ann, bob = snapshot.users
    assert {group.label: set(group.members) for group in snapshot.groups} == {
        "AWS-Admins": {bob.id}, "Night Shift": {ann.id}, "Empty": set(), "Unix": {bob.id},
    }  # fmt: skip


def test_csvde_lists_members_in_one_cell(file: WriteFile) -> None:
    content = [
        ["DN", "objectClass", "cn", "userPrincipalName", "member"],
        ["CN=Ann,DC=x", "user", "Ann", "a@x", ""],
        ["CN=Bob,DC=x", "user", "Bob", "b@x", ""],
        ["CN=Team,DC=x", "group", "Team", "", "CN=Ann,DC=x;CN=Bob,DC=x"],
    ]
    snapshot = read(file("p.csv", as_csv(content)))
    assert [(group.label, group.members) for group in snapshot.groups] == [("Team", ("a@x", "b@x"))]


def test_broken_ldif_is_named(file: WriteFile) -> None:
    with pytest.raises(WizardError, match="ldif-broken"):
        read(file("p.ldif", "dn: CN=A,DC=x\nthis is nothing\n"))


def test_csvde(file: WriteFile) -> None:
    hexed = "X'" + uuid.UUID(GUID).bytes_le.hex() + "'"
    content = [
        [
            "DN",
            "objectClass",
            "sn",
            "givenName",
            "l",
            "objectGUID",
            "userAccountControl",
            "userPrincipalName",
            "memberOf",
            "thumbnailPhoto",
        ],
        [
            "CN=Ann,DC=x",
            "user",
            "Bell",
            "Ann",
            "Rome",
            hexed,
            "512",
            "a@x",
            "CN=G1,OU=A,DC=x;CN=G2,OU=A,DC=x",
            "X'" + "FFD8" * 9000 + "'",
        ],
        [
            "CN=Bob,DC=x",
            "user",
            "Cole",
            "Bob",
            "Rome",
            hexed.replace("11", "22"),
            "66050",
            "b@x",
            "CN=G1,OU=B,DC=x",
            "",
        ],
        ["CN=PC,DC=x", "computer", "", "", "", "X'00'", "4096", "", "", ""],
    ]
    snapshot = read(file("p.csv", content))
    assert people(snapshot) == [("a@x", "Ann Bell", True), ("b@x", "Bob Cole", False)]
    assert snapshot.users[0].id == GUID
    assert "thumbnailPhoto" not in snapshot.users[0].attributes
    # Groups of one name in two places are two groups.
    assert [group.label for group in snapshot.groups] == ["G1 / A", "G2", "G1 / B"]
    assert "long-values-left-out" in codes(snapshot.notes)


# PowerShell and spreadsheets


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_powershell(file: WriteFile, encoding: str) -> None:
    text = (
        "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\r\n"
        '"UserPrincipalName","DisplayName","Enabled","BusinessPhones","ProxyAddresses","City"\r\n'
        '"a@x","Ann","True","System.String[]","{smtp:a@x}","{}"\r\n'
        '"b@x","Bob","False","System.String[]","{smtp:b@x, smtp:c@x…}","Rome"\r\n'
    )
    snapshot = read(file("p.csv", text.encode(encoding)))
    assert people(snapshot) == [("a@x", "Ann", True), ("b@x", "Bob", False)]
    ann, bob = snapshot.users
    assert (ann.text("proxyAddresses"), "telephoneNumber" in ann.attributes) == ("smtp:a@x", False)
    assert "city" not in ann.attributes
    assert [note.args["count"] for note in snapshot.notes if note.code == "type-names-left-out"] == [2]
    assert bob.text("city") == "Rome"


def test_leading_zeros_kept_from_excel(file: WriteFile) -> None:
    snapshot = read(file("p.csv", 'Employee ID,upn,name\n"=""00123""",a@x,=A1 Ann\n="00124",b@x,"=""x"""\n'))
    assert [(user.id, user.label) for user in snapshot.users] == [("00123", "=A1 Ann"), ("00124", "x")]


def test_titles_above_the_headings(file: WriteFile) -> None:
    text = (
        "Active Employees - All Locations\nEffective 2026-01-01,,\n\nEmployee ID,Work Email,Status\n7,a@x,Active\n"
    )
    path = file("p.csv", text)
    snapshot = read(path)
    assert [user.id for user in snapshot.users] == ["7"]
    assert "headings-found-below" in codes(snapshot.notes)
    assert read(path, heading_row=4).users == snapshot.users
    with pytest.raises(WizardError, match="heading-row-empty"):
        read(path, heading_row=3)


@pytest.mark.parametrize("last", ["Total: 2,,", "Gesamtsumme,2,", "Printed by HR on Monday,,", "Anzahl 2"])
def test_rows_below_the_table(file: WriteFile, last: str) -> None:
    snapshot = read(file("p.csv", f"upn,displayName,department\na@x,Ann,IT\nb@x,Bob,IT\n{last}\n"))
    assert len(snapshot.users) == 2
    assert not snapshot.problems


# JSON


def test_scim_list(file: WriteFile) -> None:
    def user(number: int, active: bool) -> dict[str, object]:
        return {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": str(number),
            "userName": f"u{number}@x",
            "name": {"givenName": "Ann", "familyName": f"No{number}", "formatted": f"Ann No{number}"},
            "emails": [{"value": "home@x", "type": "home"}, {"value": f"u{number}@x", "primary": True}],
            "phoneNumbers": [{"value": "+1", "type": "work"}, {"value": "+2", "type": "mobile"}],
            "addresses": [{"streetAddress": "S 1", "locality": "Bonn", "postalCode": "53111", "region": "NW"}],
            "active": active,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "department": "IT",
                "employeeNumber": "7",
            },
            "meta": {"resourceType": "User"},
        }

    listing = {"schemas": ["…ListResponse"], "totalResults": 2, "Resources": [user(1, True), user(2, False)]}
    snapshot = read(file("p.json", json.dumps(listing)))
    assert people(snapshot) == [("u1@x", "Ann No1", True), ("u2@x", "Ann No2", False)]
    first = snapshot.users[0]
    wanted = {
        "mail": "u1@x",
        "telephoneNumber": "+1",
        "mobile": "+2",
        "city": "Bonn",
        "state": "NW",
        "department": "IT",
    }
    assert {name: first.text(name) for name in wanted} == wanted


def test_okta(file: WriteFile) -> None:
    def user(number: int, status: str) -> dict[str, object]:
        profile = {"firstName": "Ann", "lastName": f"No{number}", "email": f"u{number}@x", "login": f"u{number}@x"}
        return {
            "id": f"00u{number}",
            "status": status,
            "profile": profile,
            "credentials": {"provider": {"type": "OKTA"}},
        }

    snapshot = read(file("p.json", json.dumps([user(1, "ACTIVE"), user(2, "DEPROVISIONED")])))
    assert people(snapshot) == [("u1@x", "Ann No1", True), ("u2@x", "Ann No2", False)]


def test_aws_and_json_lines(file: WriteFile) -> None:
    one = {
        "UserName": "u1@x",
        "UserId": "u-1",
        "Name": {"GivenName": "Ann", "FamilyName": "Bell"},
        "DisplayName": "Ann Bell",
        "Emails": [{"Value": "u1@x", "Primary": True}],
        "UserStatus": "DISABLED",
    }
    snapshot = read(file("p.json", json.dumps({"IdentityStoreId": "d-1", "Users": [one]})))
    assert people(snapshot) == [("u1@x", "Ann Bell", False)]
    assert snapshot.users[0].text("mail") == "u1@x"
    for name, number in (("p.jsonl", 2), ("q.json", 1)):
        lines = "\n".join(json.dumps({**one, "UserId": f"u-{at}", "UserName": f"u{at}@x"}) for at in range(number))
        assert len(read(file(name, lines + "\n")).users) == number
    with pytest.raises(WizardError, match="json-cut-off"):
        read(file("r.jsonl", json.dumps(one) + "\n" + json.dumps(one)[:-9]))


def test_json_without_people(file: WriteFile) -> None:
    with pytest.raises(WizardError, match="json-without-people"):
        read(file("prices.json", json.dumps({"prices": [{"id": "1", "name": "Bolt", "price": 1}]})))


def test_numbers_and_depth_beyond_reason(file: WriteFile) -> None:
    person = '"id":"1","userPrincipalName":"a@x","extra":'
    assert read(file("p.json", "[{" + person + "9" * 5000 + "}]")).users[0].text("extra") == "9" * 5000
    with pytest.raises(WizardError, match="json-nested-too-deeply"):
        read(file("q.json", "[{" + person + "[" * 100_000 + "]" * 100_000 + "}]"))


# Limits of text


def test_limits_of_text(file: WriteFile) -> None:
    with pytest.raises(WizardError, match="line-too-long"):
        read(file("a.csv", "userPrincipalName,objectId," + "a," * 2_500_000 + "\n"))
    with pytest.raises(WizardError, match="too-many-columns"):
        read(file("b.csv", "upn," + "a," * 20_000 + "\n"))
    with pytest.raises(WizardError, match="cell-too-long"):
        read(file("c.csv", "id,upn\n1," + "a" * 1_000_001 + "\n"))
    with pytest.raises(WizardError, match="quotation-mark-not-closed"):
        read(file("d.csv", 'id,upn\n1,"a\n' + "2,b\n" * 300_000))
    assert len(read(file("e.csv", "id,upn,photo\n1,a@x," + "F" * 200_000 + "\n")).users) == 1
    assert len(read(file("f.csv", "id,upn\n1,a@x\n" + "2,b@x\n\n" * 12_000 + "3,a\0b\n")).users) == 2


def test_a_long_list_may_stand_on_one_line(file: WriteFile) -> None:
    people = [
        {"id": str(number), "userPrincipalName": f"u{number}@x", "note": "x" * 600} for number in range(9_000)
    ]
    assert len(read(file("p.json", json.dumps({"value": people}))).users) == 9_000


# Localised lists of Entra ID and Microsoft 365


@pytest.mark.parametrize(
    "headings",
    [
        "Nombre principal de usuario,Nombre para mostrar,Nombre,Apellidos,Correo electrónico,Puesto,Departamento",
        "Nom d'utilisateur principal,Nom d'affichage,Prénom,Nom,Adresse e-mail,Fonction,Service",
        "Benutzerprinzipalname,Anzeigename,Vorname,Nachname,E-Mail-Adresse,Position,Abteilung",
        "Nome principale utente,Nome visualizzato,Nome,Cognome,Indirizzo di posta elettronica,Qualifica,Reparto",
        "Nome principal do usuário,Nome para exibição,Nome,Sobrenome,Endereço de e-mail,Cargo,Departamento",
        "User-principal-naam,Weergavenaam,Voornaam,Achternaam,E-mailadres,Functie,Afdeling",
        "ユーザー プリンシパル名,表示名,名,姓,メール,役職,部署",
    ],
)
def test_localised_headings(headings: str) -> None:
    attributes = ("userPrincipalName", "displayName", "givenName", "surname", "mail", "jobTitle", "department")
    assert attributes_of(headings.split(",")) == attributes


def test_a_missing_display_name_is_made_of_first_and_last_name(file: WriteFile) -> None:
    content = [
        ["Employee #", "First Name", "Last Name", "Work Email"],
        ["1", "Ann", "Bell", "a@x"],
        ["2", "", "Cole", "b@x"],
    ]
    snapshot = read(file("p.csv", content))
    assert people(snapshot) == [("a@x", "Ann Bell", True), ("b@x", "Cole", True)]
    assert [user.id for user in snapshot.users] == ["1", "2"]
    (note,) = (note for note in snapshot.notes if note.code == "display-name-made")
    assert (note.args["count"], note.args["line"]) == (2, 2)
    assert "displayName" in snapshot.attributes

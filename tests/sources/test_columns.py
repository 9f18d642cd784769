"""Headings become attributes: recognised where they mean one thing, and by hand before that."""

import anyio
import pytest

from tests.sources.files import WriteFile, codes, read
from wizard.entra_names import ENTRA_NAMES, canonical_name
from wizard.errors import WizardError
from wizard.sources.catalogue import open_source
from wizard.sources.columns import attributes_of, export_name
from wizard.sources.status import is_inverse


@pytest.mark.parametrize(
    ("heading", "attribute"),
    [
        *((name, name) for name in ENTRA_NAMES),
        ("id", "objectId"),
        ("mobilePhone", "mobile"),
        ("businessPhones", "telephoneNumber"),
        ("officeLocation", "physicalDeliveryOfficeName"),
        ("First name", "givenName"),
        ("Given Name", "givenName"),
        ("LAST_NAME", "surname"),
        ("Surname", "surname"),
        ("Nachname", "surname"),
        ("Prénom", "givenName"),
        ("prenom", "givenName"),
        ("Фамилия", "surname"),
        ("E-mail", "mail"),
        ("Email Address [Required]", "mail"),
        ("User name [userPrincipalName] Required", "userPrincipalName"),
        ("Job title", "jobTitle"),
        ("Title", "jobTitle"),
        ("Manager Email", "manager"),
        ("Cost Center", "costCenter"),
        ("Employee ID", "employeeId"),
        ("Personalnummer", "employeeId"),
        ("Phone", "telephoneNumber"),
        ("Straße", "streetAddress"),
        ("Block sign in (Yes/No) [accountEnabled] Required", "accountEnabled"),
        ("memberOf", "groups"),
        ("Shoe size", "Shoe size"),
        ("Status", "Status"),
        ("Password", ""),
    ],
)
def test_one_heading(heading: str, attribute: str) -> None:
    assert attributes_of([heading]) == (attribute,)


@pytest.mark.parametrize(
    ("headings", "attributes"),
    [
        (("Title", "Job title"), ("Title", "jobTitle")),
        (("E-mail", "mail"), ("E-mail", "mail")),
        (("Name", "Vorname"), ("surname", "givenName")),
        (("Name", "First name", "Last name"), ("displayName", "givenName", "surname")),
        (("Nom", "Prénom"), ("surname", "givenName")),
        (("Nombre", "Apellidos"), ("givenName", "surname")),
        (("Phone", "phone"), ("telephoneNumber", "telephoneNumber")),
        (("Phone", "Work phone"), ("Phone", "telephoneNumber")),
        (("id", "objectId"), ("id", "objectId")),
    ],
)
def test_headings_beside_each_other(headings: tuple[str, ...], attributes: tuple[str, ...]) -> None:
    assert attributes_of(headings) == attributes


def test_legacy_names() -> None:
    assert [canonical_name(name) for name in ("id", "MOBILEPHONE", "mobile", "Shoe size")] == [
        "objectId",
        "mobile",
        "mobile",
        "Shoe size",
    ]
    assert is_inverse("Block credential")
    assert not is_inverse("accountEnabled")
    assert (
        export_name(["userPrincipalName", "displayName", "Licenses"], False, False).code == "export-microsoft-365"
    )


def test_a_hand_beats_recognition(file: WriteFile) -> None:
    path = file("p.csv", "id,E-mail,Other,Secret code\n1,a@x.example,b@x.example,z\n")
    (user,) = read(path, columns=(("Other", "mail"), ("Secret code", ""))).users
    assert user.text("mail") == "b@x.example"
    assert user.text("E-mail") == "a@x.example"
    assert "Secret code" not in user.attributes


def test_a_hand_beats_the_very_name(file: WriteFile) -> None:
    path = file("p.csv", "id,mail,Other\n1,a@x.example,b@x.example\n")
    (user,) = read(path, columns=(("Other", "mail"),)).users
    assert user.attributes["mail"] == "b@x.example"


def test_two_columns_by_hand(file: WriteFile) -> None:
    path = file("p.csv", "id,A,B\n1,+1,+2\n2,+1,+1\n3,,+2\n")
    users = read(path, columns=(("A", "businessPhones"), ("B", "telephoneNumber"))).users
    assert [user.attributes["telephoneNumber"] for user in users] == [("+1", "+2"), "+1", "+2"]
    with pytest.raises(WizardError, match="attribute-in-several-columns") as told:
        read(path, columns=(("A", "department"), ("B", "department")))
    assert told.value.message.args["headings"] == ("A", "B")


def test_a_repeated_heading_gives_several_values(file: WriteFile) -> None:
    path = file("p.csv", "id,telephoneNumber,telephoneNumber\n1,+1,+2\n")
    assert read(path).users[0].attributes["telephoneNumber"] == ("+1", "+2")
    with pytest.raises(WizardError, match="attribute-in-several-columns"):
        read(file("q.csv", "id,userPrincipalName,User principal name\n1,a,b\n"))


@pytest.mark.parametrize(
    "choices",
    [{"columns": (("Gone", "mail"),)}, {"identity": "Gone"}, {"groups_column": "Gone"}],
)
def test_a_missing_column_is_reported(file: WriteFile, choices: dict[str, object]) -> None:
    with pytest.raises(WizardError, match="column-missing") as told:
        read(file("p.csv", "id,upn\n1,a@x.example\n"), **choices)
    assert (told.value.message.args["heading"], told.value.message.args["headings"]) == ("Gone", ("id", "upn"))


def test_a_column_left_out_may_be_gone(file: WriteFile) -> None:
    assert read(file("p.csv", "id,upn\n1,a@x.example\n"), columns=(("Gone", ""),)).users


@pytest.mark.parametrize(
    ("headings", "chosen", "attribute", "identity"),
    [
        ("id,employeeId,upn", "", "objectId", "1"),
        ("employeeId,upn,x", "", "employeeId", "1"),
        ("upn,x,y", "", "userPrincipalName", "1"),
        ("id,employeeId,upn", "Employee ID", "employeeId", "2@X"),
        ("id,Badge,upn", "Badge", "Badge", "2@X"),
        ("id,Badge,upn", "objectId", "objectId", "1"),
    ],
)
def test_identity(file: WriteFile, headings: str, chosen: str, attribute: str, identity: str) -> None:
    path = file("p.csv", f"{headings}\n1,2@X,3\n")
    snapshot = read(path, identity=chosen)
    assert [user.id for user in snapshot.users] == [identity]
    assert anyio.run(open_source("file", str(path), identity=chosen).inspect).identity == attribute
    assert ("identity-is-user-name" in codes(snapshot.notes)) == (attribute == "userPrincipalName")


def test_an_empty_id_column_is_no_identity(file: WriteFile) -> None:
    snapshot = read(file("p.csv", "id,employeeId,upn\n,7,A@x.example\n,,b@x.example\n"))
    assert [user.id for user in snapshot.users] == ["7"]
    assert [(problem.column, problem.user_name) for problem in snapshot.problems] == [
        ("employeeId", "b@x.example")
    ]


def test_a_repeated_identity_heading(file: WriteFile) -> None:
    with pytest.raises(WizardError, match="identity-column-repeated"):
        read(file("p.csv", "Badge,Badge,upn\n1,2,a@x\n"), identity="Badge")

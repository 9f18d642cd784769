import re
from pathlib import Path

from wizard.directory import DirectoryGroup, DirectoryUser
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind, default_mappings
from wizard.mapping.resources import Table, governed_paths, matching_paths
from wizard.mapping.source_values import user_value
from wizard.scim.resource import MANAGER, Planned

ADA = DirectoryUser(
    "id-1",
    True,
    {
        "userPrincipalName": "ada@example.com",
        "displayName": "Ada",
        "surname": "L",
        "manager": "id-2",
        "flag": True,
    },
)


def row(target: str, source: str = "", kind: MappingKind = MappingKind.ATTRIBUTE, **more) -> AttributeMapping:
    return AttributeMapping(target, kind, source, **more)


def test_the_tutorials_targets_in_their_order():
    mappings = default_mappings()
    assert len(mappings.users) == 25
    assert [m.target for m in mappings.groups] == ["displayName", "externalId", "members"]
    assert [m.target.rpartition(":")[2] for m in mappings.users][:4] == [
        "userName",
        "active",
        "displayName",
        "title",
    ]
    assert mappings.users[-1].target == MANAGER
    assert matching_paths(mappings.users) == ("userName", "externalId")
    assert {m.target for m in mappings.users if m.kind is MappingKind.NONE} == {
        m.target
        for m in mappings.users
        if re.search(r"(locale|timezone|division|costCenter|organization)$", m.target)
    }


def test_default_resource():
    assert Table(default_mappings().users).user(ADA).resource == {
        "userName": "ada@example.com",
        "active": True,
        "displayName": "Ada",
        "name.familyName": "L",
        "name.formatted": "L",
        "externalId": "id-1",
        MANAGER: Planned("id-2"),
    }


def test_computed_sources():
    assert user_value(ADA, "objectId") == "id-1"
    assert user_value(ADA, "mailNickname") == "ada"
    assert user_value(ADA, "accountEnabled") is True
    assert user_value(ADA, "IsSoftDeleted") is False
    own = DirectoryUser("id-1", False, {"objectId": "o-9", "mailNickname": "al"})
    assert [user_value(own, n) for n in ("objectId", "mailNickname", "accountEnabled", "IsSoftDeleted")] == [
        "o-9",
        "al",
        False,
        True,
    ]


def test_constant_default_and_none():
    rows = (
        row("locale", "de-DE", MappingKind.CONSTANT),
        row("timezone", "", MappingKind.NONE, default="UTC"),
        row("title", "jobTitle", default="Staff"),
        row("nickName", "nothing"),
        row("active", "True", MappingKind.CONSTANT),
        row("userType", "flag"),
    )
    made = Table(rows).user(ADA).resource
    assert made == {"locale": "de-DE", "timezone": "UTC", "title": "Staff", "active": True, "userType": "True"}
    assert "timezone" not in governed_paths(rows, ())


def by(target: str, expression: str, **more) -> AttributeMapping:
    return row(target, expression, MappingKind.FUNCTION, **more)


def test_entras_default_expressions():
    full = DirectoryUser("1", False, {"givenName": "Ada", "surname": "Lovelace"})
    made = Table(default_mappings().users).user(full).resource
    assert (made["active"], made["name.formatted"]) == (False, "Ada Lovelace")


def test_an_expression_gives_several_values_none_or_a_reason():
    user = DirectoryUser("1", True, {"mail": "ada@example.com"})
    rows = (
        by("title", 'Split([mail], "@")'),
        by("nickName", 'Coalesce([jobTitle], "")', default="Staff"),
        by("userType", "IgnoreFlowIfNullOrEmpty([jobTitle])", default="Person"),
        by("locale", "Append([mail], DefaultDomain())"),
        by("timezone", "Appnd([mail])"),
    )
    mapped = Table(rows, ("mail",)).user(user)
    assert mapped.resource == {"title": ("ada", "example.com"), "nickName": "Staff"}
    assert mapped.untouched == {"userType", "nickName"}  # of the directory's own attributes neither reads one
    assert [failure.path for failure in mapped.failures] == ["locale", "timezone"]
    domain, spelling = (failure.message for failure in mapped.failures)
    assert (domain.code, domain.args["function"]) == ("function-without-value", "DefaultDomain")
    assert (spelling.code, spelling.args["nearest"]) == ("expression-unreadable", "Append")


def test_what_the_directory_lost_is_left_alone_where_the_job_says_so():
    rows = (row("title", "jobTitle", default="Staff"), row("nickName", "alias"), by("locale", "ToLower([lang])"))
    nobody = DirectoryUser("1", True, {})
    known = ("jobTitle", "alias", "lang")
    assert Table(rows, known).user(nobody).untouched == frozenset()
    kept = Table(rows, known, clear_emptied=False).user(nobody)
    assert kept.untouched == {"title", "nickName", "locale"}
    assert kept.resource == {"title": "Staff"}  # for one who is made


def test_graphs_names_are_understood():
    user = DirectoryUser("1", True, {"physicalDeliveryOfficeName": "4.12", "extensionAttribute1": "x"})
    rows = (
        row("title", "officeLocation"),
        by("nickName", "ToUpper([onPremisesExtensionAttributes.extensionAttribute1])"),
    )
    assert Table(rows).user(user).resource == {"title": "4.12", "nickName": "X"}


def test_only_when_created():
    rows = (row("title", "displayName", flow=FlowType.OBJECT_ADD_ONLY),)
    assert Table(rows).user(ADA).resource == {"title": "Ada"}
    assert governed_paths(rows, ()) == frozenset()


def test_several_values_stay_several_and_one_becomes_one():
    user = DirectoryUser("1", True, {"phones": ("1", "2"), "mails": ("a@example.com",)})
    made = Table((row("phone", "phones"), row("mail", "mails"), row("active", "phones"))).user(user).resource
    assert made == {"phone": ("1", "2"), "mail": "a@example.com", "active": ("1", "2")}


def test_what_the_directory_does_not_have_is_left_alone():
    rows = default_mappings().users
    assert "title" in governed_paths(rows, ())
    assert "title" in governed_paths(rows, ("jobTitle",))
    left = governed_paths(rows, ("userPrincipalName",))
    assert "title" not in left
    assert {"userName", "active", "externalId"} <= left


def test_a_group_known_by_its_name_gets_no_external_id():
    rows = default_mappings().groups
    assert Table(rows).group(DirectoryGroup("Night shift", {"displayName": "Night shift"})).resource == {
        "displayName": "Night shift"
    }
    named = DirectoryGroup("g-1", {"displayName": "Night shift"})
    assert Table(rows).group(named).resource == {"displayName": "Night shift", "externalId": "g-1"}


def test_this_package_knows_no_target():
    for file in Path("wizard/mapping").rglob("*.py"):
        assert "wizard.aws" not in file.read_text(encoding="utf-8"), file

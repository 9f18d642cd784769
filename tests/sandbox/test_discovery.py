"""What the endpoint says about itself, against AWS's examples."""

from urllib.parse import quote

from tests.sandbox.people import ENTERPRISE, detail

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def test_service_provider_config(scim):
    body = scim.get("/ServiceProviderConfig").json()
    assert body["patch"] == {"supported": True}
    assert body["bulk"] == {"supported": False, "maxOperations": 1, "maxPayloadSize": 1048576}
    assert body["filter"] == {"supported": True, "maxResults": 50}
    assert body["authenticationSchemes"][0]["type"] == "oauthbearertoken"


def test_schemas_are_listed_and_read(scim):
    body = scim.get("/Schemas").json()
    assert body["totalResults"] == 3
    assert [schema["name"] for schema in body["Resources"]] == ["User", "EnterpriseUser", "Group"]
    for schema in body["Resources"]:
        assert scim.get(f"/Schemas/{schema['id']}").json() == schema
        assert scim.get(f"/Schemas/{quote(schema['id'], safe='')}").json() == schema
    assert detail(scim.get("/Schemas/urn:none"), 404) == "SCHEMA does not exist."


def test_user_name_is_described_as_aws_describes_it(scim):
    attributes = {each["name"]: each for each in scim.get(f"/Schemas/{USER}").json()["attributes"]}
    shown = {"required": True, "caseExact": False, "mutability": "readWrite", "returned": "default"}
    assert attributes["userName"].items() >= {**shown, "uniqueness": "server", "type": "string"}.items()
    assert {name for name, each in attributes.items() if each["required"]} == {"userName", "displayName", "name"}
    assert attributes["emails"]["multiValued"] is True


def test_resource_types_name_this_tenant(sandbox, scim):
    body = scim.get("/ResourceTypes").json()
    user, group = body["Resources"]
    assert user["schemaExtensions"] == [{"schema": ENTERPRISE, "required": True}]
    assert user["meta"]["location"] == f"{sandbox.tenant_url}/ResourceTypes/User"
    assert (group["endpoint"], group["schema"]) == ("/Groups", "urn:ietf:params:scim:schemas:core:2.0:Group")

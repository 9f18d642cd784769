"""Who may ask, and the shape of every answer."""

import re
import uuid
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from tests.sandbox.people import created, detail, group, person


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/Users", "/Schemas", "/nowhere"])
@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer", "Basic {token}", "{token}"])
def test_nothing_answers_without_the_token(sandbox, path, header):
    headers = {"Authorization": header.format(token=sandbox.token)} if header else {}
    answer = httpx.get(sandbox.tenant_url + path, headers=headers, trust_env=False)
    assert answer.status_code == 401
    assert answer.json()["status"] == "401"


def test_a_wrong_tenant_is_reported_only_with_the_right_token(sandbox, scim):
    root = sandbox.tenant_url.rsplit("/", 3)[0]
    elsewhere = f"{root}/abc{uuid.uuid4()}/scim/v2/Users"
    assert detail(scim.get(elsewhere), 404) == "TENANT does not exist."
    assert httpx.get(elsewhere, headers={"Authorization": "Bearer no"}, trust_env=False).status_code == 401


def test_an_error_has_the_body_aws_was_seen_to_send(scim):
    answer = scim.get("/Users/nobody")
    body = answer.json()
    assert answer.status_code == 404
    assert set(body) == {"schema", "schemas", "detail", "status", "exceptionRequestId", "timeStamp"}
    assert body["schema"] == body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert body["status"] == "404"
    assert body["detail"] == "USER does not exist."
    assert str(uuid.UUID(body["exceptionRequestId"])) == answer.headers["x-amzn-RequestId"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", body["timeStamp"])


def test_every_answer_has_a_request_id_and_says_json(scim):
    user_id = created(scim, "/Users", person())
    answers = [
        scim.get("/Users"),
        scim.get("/nowhere"),
        scim.get(f"/Users/{user_id}"),
        scim.delete(f"/Users/{user_id}"),
    ]
    ids = {str(uuid.UUID(answer.headers["x-amzn-RequestId"])) for answer in answers}
    assert len(ids) == 4
    assert {answer.headers["content-type"] for answer in answers} == {"application/json"}
    assert answers[-1].status_code == 204
    assert answers[-1].content == b""
    assert all("location" not in answer.headers and "etag" not in answer.headers for answer in answers)


@pytest.mark.parametrize("path", ["/Me", "/Bulk", "/.search", "/ResourceTypes/User", "/Users/a/b/c", "/"])
def test_paths_aws_does_not_have(scim, path):
    assert scim.get(path).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/Users"), ("POST", "/Groups/x"), ("PUT", "/Groups/x")])
def test_methods_a_path_does_not_have(scim, method, path):
    assert scim.request(method, path).status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[1,2", b"\xff\xfe", b"[" * 5000])
def test_invalid_json_is_refused(scim, body):
    assert detail(scim.post("/Users", content=body), 400) == "Invalid JSON from RequestBody"


def test_a_body_longer_than_announced_is_refused(scim):
    assert scim.post("/Users", content=b'"' + b"x" * 1_048_600 + b'"').status_code == 400


def test_a_slash_at_the_end_is_forgiven(scim):
    assert scim.get("/Users/").status_code == 200


def test_counting_what_was_asked(sandbox, scim):
    sandbox.reset_counters()
    group_id = created(scim, "/Groups", group())
    scim.get("/Groups/unknown")
    httpx.get(sandbox.tenant_url + "/Users", trust_env=False)
    asked = sandbox.requests()
    assert asked["total"] == 3
    assert asked["byOperation"] == {"POST /Groups": 1, "GET /Groups/{id}": 1, "GET /Users": 1}
    assert asked["byStatus"] == {"201": 1, "404": 1, "401": 1}
    assert asked["throttled"] == 0
    state = sandbox.state()
    assert state["tenantId"] == sandbox.tenant_url.split("/")[3]
    assert group_id in {known["id"] for known in state["groups"]}


def test_looking_inside_needs_the_token_too(sandbox, scim):
    assert httpx.get(sandbox.inspection_url + "/state", trust_env=False).status_code == 401
    assert scim.get(sandbox.inspection_url + "/nothing").status_code == 404


def test_an_answer_without_a_body_leaves_the_connection_open(sandbox):
    place = urlsplit(sandbox.inspection_url)
    connection = HTTPConnection(place.hostname, place.port, timeout=10)
    connection.auto_open = 0  # do not reconnect if the connection was closed in between
    connection.connect()
    for name, method in (("reset-counters", "POST"), ("requests", "GET")):
        connection.request(method, f"{place.path}/{name}", headers={"Authorization": f"Bearer {sandbox.token}"})
        answer = connection.getresponse()
        assert answer.status in (200, 204)
        answer.read()
    connection.close()

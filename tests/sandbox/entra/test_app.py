"""The stand-in's feeds, limits, batches and sign-in."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.entra_process import EntraHandle, running_entra
from wizard.sandbox.options import WrongUsage, parsed


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        yield handle


def _token(entra: EntraHandle, **form: str) -> httpx.Response:
    asked = {"client_id": entra.client_id, "grant_type": "client_credentials", **form}
    return httpx.post(f"{entra.authority}/oauth2/v2.0/token", data=asked, trust_env=False)


def test_it_is_an_identity_center_too(entra: EntraHandle) -> None:
    assert entra.identity_center.state()["users"] == []


def test_a_secret_opens_what_was_consented_to_and_no_more(entra: EntraHandle) -> None:
    given = _token(entra, client_secret=entra.client_secret, scope="https://graph.microsoft.com/.default").json()
    opened = {"Authorization": f"Bearer {given['access_token']}"}
    with httpx.Client(base_url=entra.graph_url, headers=opened, trust_env=False) as client:
        page = client.get("/users?$top=10").json()
        assert len(page["value"]) == 10
        assert "department" not in page["value"][0]
        refused = client.patch(f"/users/{page['value'][0]['id']}", json={"department": "Tides"})
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "Authorization_RequestDenied"


def test_the_sign_in_refuses_as_microsoft_words_it(entra: EntraHandle) -> None:
    wrong = _token(entra, client_secret="wrong")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.json()["error_description"].startswith("AADSTS7000215: Invalid client secret provided.")
    assert _token(entra, client_id="nobody").json()["error_codes"] == [700016]
    elsewhere = entra.authority.rpartition("/")[0] + "/elsewhere.example/v2.0/.well-known/openid-configuration"
    assert httpx.get(elsewhere, trust_env=False).json()["error"] == "invalid_tenant"


def test_a_browser_is_sent_back_with_a_code(entra: EntraHandle) -> None:
    query = {
        "client_id": entra.client_id,
        "redirect_uri": "http://localhost:1",
        "state": "s",
        "scope": "User.Read.All",
    }
    page = httpx.get(f"{entra.authority}/oauth2/v2.0/authorize", params=query, trust_env=False).text
    code = re.search(r'name="code" value="([^"]+)"', page)
    assert code
    form = {"grant_type": "authorization_code", "code": code[1], "redirect_uri": "http://localhost:1"}
    assert _token(entra, **form).json()["scope"] == "User.Read.All"
    assert _token(entra, **form).json()["error"] == "invalid_grant"


def test_a_limit_names_its_seconds_and_a_batch_fails_one_by_one(entra: EntraHandle) -> None:
    entra.set(throttle=1, retry_after=7)
    with entra.client() as client:
        refused = client.get("/users")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
        entra.set(inner_throttle=1)
        inner = [{"id": str(n), "method": "GET", "url": "/users?$top=1"} for n in range(2)]
        answers = client.post("/$batch", json={"requests": inner}).json()["responses"]
        assert [one["status"] for one in answers] == [429, 200]
        assert answers[0]["headers"]["Retry-After"] == "7"
        assert client.post("/$batch", json={"requests": inner * 11}).status_code == 400


def test_a_feed_repeats_a_group_whose_members_are_many(entra: EntraHandle) -> None:
    page = entra.ask("GET", "/groups/delta?$select=displayName,members")
    names = [one["displayName"] for one in page["value"]]
    assert names.count("Everyone at Tidewater") > 2
    told = [m["id"] for one in page["value"] if one["displayName"] == names[0] for m in one["members@delta"]]
    assert len(told) == len(set(told))


def test_an_old_delta_token_is_gone(entra: EntraHandle) -> None:
    link = entra.ask("GET", "/users/delta?$deltatoken=latest")["@odata.deltaLink"]
    assert entra.ask("GET", link)["value"] == []
    entra.set(expireDelta=1)
    with entra.client() as client:
        gone = client.get(link)
        assert (gone.status_code, gone.json()["error"]["code"]) == (410, "syncStateNotFound")
        assert gone.headers["location"].endswith("/users/delta")


def test_a_crowd_of_any_size_is_made_up() -> None:
    with running_entra("--entra", "120") as crowd:
        people = crowd.ask("GET", "/users?$top=999")["value"]
        assert len(people) == 120
        assert len(crowd.ask("GET", "/groups")["value"]) == 3


@pytest.mark.parametrize("people", ["0", "many", "-1", "900000"])
def test_a_crowd_of_no_sensible_size_is_refused(people: str) -> None:
    with pytest.raises(WrongUsage, match="people"):
        parsed(["--entra", people])
    assert parsed([]).entra is None
    assert parsed(["--entra"]).entra == 0

"""The stand-in's feeds, limits, batches and sign-in."""

from collections.abc import Iterator

import httpx
import pytest

from tests.entra_process import EntraHandle, Forms, enter_code, running_entra
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


def _asked(entra: EntraHandle, **changed: str) -> httpx.Response:
    """The page a browser shows for a sign-in."""
    query = {
        "client_id": entra.client_id,
        "redirect_uri": "http://localhost:1",
        "response_mode": "form_post",
        "state": "s",
        "scope": "User.Read.All openid",
        **changed,
    }
    return httpx.get(f"{entra.authority}/oauth2/v2.0/authorize", params=query, trust_env=False)


def test_a_browser_shows_user_and_permissions_and_returns_a_code(entra: EntraHandle) -> None:
    shown = _asked(entra)
    for words in (
        "Permissions requested",
        "Ingrid Halvorsen",
        "Read all users",
        "User.Read.All",
        "Accept",
        "Cancel",
    ):
        assert words in shown.text
    assert "<script" not in shown.text
    verb, address, told = Forms(shown.text).found["accept"]
    assert (verb, address, told["state"]) == ("post", "http://localhost:1", "s")
    form = {"grant_type": "authorization_code", "code": told["code"], "redirect_uri": "http://localhost:1"}
    assert _token(entra, **form).json()["scope"] == "User.Read.All"
    assert _token(entra, **form).json()["error"] == "invalid_grant"
    again = _asked(entra)
    assert "Pick an account" in again.text
    assert "User.Read.All" not in again.text
    assert Forms(again.text).found["cancel"][2]["error"] == "access_denied"


def test_a_page_shows_no_form_for_a_stranger_and_quotes_what_it_was_given(entra: EntraHandle) -> None:
    for changed in ({"redirect_uri": "https://elsewhere.example"}, {"client_id": "nobody"}):
        refused = _asked(entra, **changed)
        assert (refused.status_code, Forms(refused.text).found) == (400, {})
    odd = '"><script>alert(1)</script>'
    shown = _asked(entra, state=odd, scope=f"User.Read.All {odd}")
    assert "<script" not in shown.text
    assert Forms(shown.text).found["accept"][2]["state"] == odd
    entra.set(refusal="AADSTS53003")
    blocked = _asked(entra)
    entra.set(refusal="")
    assert "Conditional Access" in blocked.text
    assert "accept" not in Forms(blocked.text).found


def test_a_device_code_is_entered_on_a_page(entra: EntraHandle) -> None:
    form = {"client_id": entra.client_id, "scope": "GroupMember.Read.All"}
    begun = httpx.post(f"{entra.authority}/oauth2/v2.0/devicecode", data=form, trust_env=False).json()
    wrong = httpx.post(begun["verification_uri"], data={"user_code": "NOPE"}, trust_env=False)
    assert "did not work" in wrong.text
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": begun["device_code"]}
    assert _token(entra, **grant).json()["error"] == "authorization_pending"
    asked = httpx.post(begun["verification_uri"], data={"user_code": begun["user_code"]}, trust_env=False)
    assert "Read group memberships" in asked.text
    enter_code(begun["verification_uri"], begun["user_code"])
    assert _token(entra, **grant).json()["scope"] == "GroupMember.Read.All"


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


@pytest.mark.slow
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

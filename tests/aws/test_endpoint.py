"""The tenant URL and the access token as people type and paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard import messages
from wizard.aws.endpoint import Endpoint, Problem, Token, clean_token, endpoint

TEXT = "abcDEF123-_.~+/=" * 20


@pytest.mark.parametrize(
    "pasted",
    [
        TEXT,
        f"  {TEXT}\n",
        f"Bearer {TEXT}",
        f"bearer  {TEXT}",
        f"Authorization: Bearer {TEXT}",
        f'"{TEXT}"',
        f"'Bearer {TEXT}'",
        f"{TEXT[:76]}\r\n{TEXT[76:152]}\n  {TEXT[152:]}",
        f"\ufeff{TEXT}\u200b",
    ],
)
def test_what_surrounds_it_is_taken_off(pasted: str) -> None:
    result = clean_token(pasted)
    assert isinstance(result, Token)
    assert result.secret.reveal() == TEXT
    assert TEXT not in repr(result)


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("", "token-empty"),
        ("  \n ", "token-empty"),
        ("Bearer ", "token-empty"),
        ("https://scim.eu-central-1.amazonaws.com/t/scim/v2", "token-is-an-address"),
        ("•" * 32, "token-is-dots"),
        ("*" * 32, "token-is-dots"),
        ("tökén-with-umlauts", "token-with-odd-characters"),
        ("token\x00with-control", "token-with-odd-characters"),
        ("abc", "token-too-short"),
        ("a" * 9000, "token-too-long"),
    ],
)
def test_what_cannot_be_one_says_why(pasted: str, code: str) -> None:
    result = clean_token(pasted)
    assert isinstance(result, Problem)
    assert result.message.code == code


@given(st.text(max_size=40))
def test_what_passes_can_stand_in_a_header_and_no_message_repeats_it(pasted: str) -> None:
    result = clean_token(pasted)
    if isinstance(result, Token):
        text = result.secret.reveal()
        assert text.isascii()
        assert text.isprintable()
        assert " " not in text
    elif len(pasted.strip()) > 6:
        assert pasted.strip() not in repr(result)


TENANT = "11111111111-2222-3333-4444-555555555555"
HOST = "scim.eu-central-1.amazonaws.com"
URL = f"https://{HOST}/{TENANT}/scim/v2"


def found(text: str) -> Endpoint:
    result = endpoint(text)
    assert isinstance(result, Endpoint), result
    return result


@pytest.mark.parametrize(
    "typed",
    [
        URL,
        f"{URL}/",
        f"  {URL}//  ",
        f"\n{URL}\r\n",
        f'"{URL}"',
        f"<{URL}>",
        f"“{URL}”",
        f"\ufeff{URL}\u200b",
        f"{URL[:40]}\n   {URL[40:]}",
        URL.removeprefix("https://"),
        URL.removeprefix("https:"),
        URL.replace("https", "HTTPS"),
        URL.replace("scim.eu", "SCIM.EU"),
        URL.replace(HOST, f"{HOST}."),
        URL.replace(HOST, f"{HOST}:443"),
        URL.removesuffix("/scim/v2"),
        URL.removesuffix("/v2"),
        f"{URL}/scim/v2",
        f"{URL}/scim/v2/",
        f"{URL}/Users",
        f"{URL}/Groups/",
        f"{URL}/Users/9067729b3d-94f1e0b3",
        f"{URL}/ServiceProviderConfig",
        URL.replace("/scim/v2", "//scim/v2"),
        URL.replace("/scim/v2", "/SCIM/V2"),
    ],
)
def test_every_way_to_paste_it_gives_the_same(typed: str) -> None:
    result = found(typed)
    assert result == Endpoint(URL, HOST, "aws", TENANT, "eu-central-1", "Europe (Frankfurt)")


@pytest.mark.parametrize(
    ("host", "region", "name"),
    [
        ("scim.us-east-1.amazonaws.com", "us-east-1", "US East (N. Virginia)"),
        ("scim.eu-north-1.api.aws", "eu-north-1", "Europe (Stockholm)"),
        ("scim.cn-north-1.amazonaws.com.cn", "cn-north-1", "China (Beijing)"),
        ("scim.us-gov-west-1.amazonaws.com", "us-gov-west-1", "AWS GovCloud (US-West)"),
        ("scim.xy-north-7.amazonaws.com", "xy-north-7", "xy-north-7"),
        ("scim.cn-northwest-1.api.amazonwebservices.com.cn", "cn-northwest-1", "China (Ningxia)"),
        ("scim.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "European Sovereign Cloud (Germany)"),
        ("scim.eusc-de-east-1.api.amazonwebservices.eu", "eusc-de-east-1", "European Sovereign Cloud (Germany)"),
    ],
)
def test_hosts_of_aws(host: str, region: str, name: str) -> None:
    result = found(f"https://{host}/{TENANT}/scim/v2")
    assert (result.kind, result.host, result.region, result.region_name) == ("aws", host, region, name)


@pytest.mark.parametrize(
    "host",
    [
        "scim.eu-central-1.amazonaws.com.evil.example",
        "scim.eu-central-1.amazonaws.com.co",
        "scim.eu-central-1.amazonaws.evil.example",
        "evil-scim.eu-central-1.amazonaws.com",
        "evil.scim.eu-central-1.amazonaws.com",
        "scim.eu-central-1.amazonaws.com-evil.example",
        "scim.eu-central-1-amazonaws.com",
        "scim.api.aws.example",
        "scim.amazonaws.com",
        "bucket.s3.eu-central-1.amazonaws.com",
        "scim.eu-central-1.amazonaws.com:8443",
        "idp.example.com",
        "10.0.0.7",
    ],
)
def test_look_alikes_and_others_have_to_be_confirmed(host: str) -> None:
    result = found(f"https://{host}/{TENANT}/scim/v2")
    assert (result.kind, result.host, result.region) == ("other", host, "")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("http://127.0.0.1:8700/t1/scim/v2", "http://127.0.0.1:8700/t1/scim/v2"),
        ("127.0.0.1:8700/t1", "http://127.0.0.1:8700/t1/scim/v2"),
        ("localhost:8700/t1/scim/v2/", "http://localhost:8700/t1/scim/v2"),
        ("http://[::1]:8700/t1/scim/v2", "http://[::1]:8700/t1/scim/v2"),
        ("https://localhost/t1/scim/v2", "https://localhost/t1/scim/v2"),
    ],
)
def test_loopback(typed: str, url: str) -> None:
    result = found(typed)
    assert (result.kind, result.url) == ("loopback", url)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "tenant-url-empty"),
        ("   \n", "tenant-url-empty"),
        (f"https://{HOST}/scim/v2", "tenant-url-without-tenant"),
        (f"https://{HOST}", "tenant-url-without-tenant"),
        (f"https://{HOST}/", "tenant-url-without-tenant"),
        (f"https://{HOST}/scim", "tenant-url-without-tenant"),
        (f"https://{HOST}/scim/v2/Users", "tenant-url-without-tenant"),
        (f"http://{HOST}/{TENANT}/scim/v2", "tenant-url-begins-with-http"),
        (f"http://127.0.0.1.evil.example/{TENANT}/scim/v2", "tenant-url-begins-with-http"),
        (f"ftp://{HOST}/{TENANT}/scim/v2", "tenant-url-with-other-scheme"),
        (f"https://user:password@{HOST}/{TENANT}/scim/v2", "tenant-url-with-credentials"),
        (f"https://{HOST}@evil.example/{TENANT}/scim/v2", "tenant-url-with-credentials"),
        (f"{URL}?cursor", "tenant-url-with-query"),
        (f"{URL}#part", "tenant-url-with-query"),
        (f"{URL}/Something", "tenant-url-too-long"),
        (f"https://{HOST}/a/b/scim/v2", "tenant-url-with-longer-path"),
        (f"https://{HOST}/{{tenant_id}}/scim/v2", "tenant-url-with-placeholder"),
        (f"https://{HOST}/<tenant>/scim/v2", "tenant-url-with-placeholder"),
        (f"https://{HOST}/..%2f..%2f/scim/v2", "tenant-url-with-longer-path"),
        ("https:///t/scim/v2", "tenant-url-without-host"),
        ("https://host with space/t/scim/v2", "tenant-url-not-a-host"),
        ("https://intranet/t/scim/v2", "tenant-url-not-a-host"),
        ("https://[::1/t/scim/v2", "tenant-url-not-an-address"),
        ("https://host.example:port/t/scim/v2", "tenant-url-not-an-address"),
        ("https://scim.еu-central-1.amazonaws.com/t/scim/v2", "tenant-url-with-odd-characters"),
        ("https://d-1234567890.awsapps.com/start", "tenant-url-of-access-portal"),
        ("https://eu-central-1.console.aws.amazon.com/singlesignon/home", "tenant-url-of-console"),
    ],
)
def test_an_invalid_endpoint_says_why(typed: str, code: str) -> None:
    result = endpoint(typed)
    assert isinstance(result, Problem)
    assert result.message.code == code
    assert "user:password" not in repr(result)
    assert messages.text(result).endswith(".")


@given(st.text(max_size=60) | st.text("htps:/.@?#[]%scimv2ax1-\\ ", max_size=60))
def test_nothing_typed_is_too_strange(typed: str) -> None:
    result = endpoint(typed)
    if isinstance(result, Endpoint):
        assert endpoint(result.url) == result
        assert result.url.endswith("/scim/v2")
        assert result.url.startswith("https://") or result.kind == "loopback"


@given(st.text("abcdefghijklmnopqrstuvwxyz.-", min_size=1, max_size=20))
def test_only_the_whole_host_makes_it_aws(around: str) -> None:
    for host in (f"{around}{HOST}", f"{HOST}{around}"):
        result = endpoint(f"https://{host}/{TENANT}/scim/v2")
        if isinstance(result, Endpoint) and result.kind == "aws":
            assert result.host in (HOST, f"{HOST}.cn")

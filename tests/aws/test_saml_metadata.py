"""Metadata files: AWS's, Microsoft's, and other files."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.aws.saml_metadata import (
    AWS_MOST_CHARACTERS,
    is_https,
    is_portal,
    portal_instance,
    read_identity_provider,
    read_service_provider,
    service_provider,
)
from wizard.errors import WizardError

ISSUER = "https://eu-central-1.signin.aws.amazon.com/platform/saml/d-99672f7aa0"
ACS = "https://eu-central-1.sso.signin.aws/platform/saml/acs/7c1e52d0"
ACS_4 = "https://eu-central-1.signin.aws/platform/saml/acs/7c1e52d0"


def aws_file(issuer: str = ISSUER, acs: tuple[str, ...] = (ACS, ACS_4), default: int = 0) -> bytes:
    services = "".join(
        f'<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{url}"'
        f' index="{number}" isDefault="{str(number == default).lower()}"/>'
        for number, url in enumerate(acs)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor'
        f' xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}"><md:SPSSODescriptor'
        ' AuthnRequestsSigned="false" WantAssertionsSigned="true"'
        f' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{services}</md:SPSSODescriptor>'
        "</md:EntityDescriptor>"
    ).encode()


def microsoft_file(certificate: str = base64.b64encode(b"certificate").decode(), padding: int = 0) -> bytes:
    return (
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sts.windows.net/t/">'
        f"<!--{'x' * padding}--><IDPSSODescriptor protocolSupportEnumeration='p'><KeyDescriptor use='signing'>"
        "<KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><X509Data>"
        f"<X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        "<SingleSignOnService Binding='b' Location='https://login.microsoftonline.com/t/saml2'/>"
        "</IDPSSODescriptor></EntityDescriptor>"
    ).encode()


def code_of(error: pytest.ExceptionInfo[WizardError]) -> str:
    return error.value.message.code


def test_issuer_and_addresses_come_from_the_file_with_the_default_first() -> None:
    provider = read_service_provider(aws_file(default=1))
    assert provider.issuer == ISSUER
    assert provider.acs_urls == (ACS_4, ACS)
    assert provider.instance == "d-99672f7aa0"
    assert provider.region_name == "Europe (Frankfurt)"
    assert provider.unknown_hosts == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_with_a_mark_at_its_beginning_is_read(encoding: str) -> None:
    text = aws_file().decode().replace("UTF-8", encoding)
    content = text.encode("utf-8-sig" if encoding == "utf-8" else encoding)
    assert read_service_provider(content).issuer == ISSUER


@pytest.mark.parametrize(
    "host",
    [
        "eu-central-1.signin.aws.amazon.com",
        "us-east-1.signin.aws",
        "ap-southeast-2.sso.signin.aws",
        "us-gov-west-1.signin.amazonaws-us-gov.com",
        "cn-north-1.signin.amazonaws.cn",
        "eusc-de-east-1.signin.amazonaws.eu",
    ],
)
def test_hosts_of_every_generation_are_known(host: str) -> None:
    provider = service_provider(f"https://{host}/platform/saml/d-1", (f"https://{host}/platform/saml/acs/x",))
    assert provider.unknown_hosts == ()


@pytest.mark.parametrize(
    "host",
    [
        "eu-central-1.signin.aws.amazon.com.example.net",
        "signin.aws.example",
        "eu-central-1-signin.aws",
        "bucket.s3.amazonaws.com",
        "eu-central-1.signin.aws.amazon.co",
        "example.com",
    ],
)
def test_other_hosts_are_named(host: str) -> None:
    assert read_service_provider(aws_file(acs=(ACS, f"https://{host}/acs"))).unknown_hosts == (host,)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "saml-metadata-unreadable"),
        (b"<html><body>Sign in</body></html>", "saml-metadata-without-service-provider"),
        (b"not xml", "saml-metadata-unreadable"),
        (aws_file()[:-20], "saml-metadata-unreadable"),
        (aws_file(acs=()), "saml-metadata-without-service-provider"),
        (aws_file(issuer=""), "saml-metadata-without-service-provider"),
        (microsoft_file(), "saml-metadata-of-identity-provider"),
        (aws_file(acs=("http://eu-central-1.signin.aws/acs",)), "saml-address-not-https"),
        (aws_file(acs=("https://user@eu-central-1.signin.aws/acs",)), "saml-address-not-https"),
        (aws_file(acs=tuple(f"{ACS}{n}" for n in range(60))), "saml-metadata-with-too-many-addresses"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "saml-metadata-with-document-type"),
        (b"<a>" * 100_000, "saml-metadata-unreadable"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "saml-metadata-unreadable"),
    ],
)
def test_everything_else_is_refused_with_its_reason(content: bytes, code: str) -> None:
    with pytest.raises(WizardError) as error:
        read_service_provider(content)
    assert code_of(error) == code


@given(st.binary(max_size=300), st.integers(0, 700))
def test_no_file_ends_with_another_error(noise: bytes, at: int) -> None:
    content = aws_file()
    for damaged in (noise, content[:at] + noise + content[at:]):
        try:
            read_service_provider(damaged)
            read_identity_provider(damaged)
        except WizardError:
            pass


def test_microsofts_file_names_its_certificate_as_entra_id_does() -> None:
    provider = read_identity_provider(microsoft_file())
    assert provider.thumbprints == (hashlib.sha1(b"certificate", usedforsecurity=False).hexdigest().upper(),)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (aws_file(), "federation-metadata-incomplete"),
        (microsoft_file(certificate="no base64!"), "federation-metadata-incomplete"),
        (microsoft_file(padding=AWS_MOST_CHARACTERS), "federation-metadata-too-long"),
    ],
)
def test_what_aws_would_refuse_is_refused_here(content: bytes, code: str) -> None:
    with pytest.raises(WizardError) as error:
        read_identity_provider(content)
    assert code_of(error) == code


@pytest.mark.parametrize(
    "url",
    [
        "https://d-99672f7aa0.awsapps.com/start",
        "https://company.awsapps.com/start",
        "https://start.us-gov-home.awsapps.com/directory/company",
        "https://start.us-gov-west-1.us-gov-home.awsapps.com/directory/company",
        "https://start.home.awsapps.cn/directory/d-1",
        "https://ssoins-111111h2222j33pp.eu-west-1.portal.amazonaws.com",
        "https://ssoins-111111h2222j33pp.portal.eu-west-1.app.aws/",
        "https://portal.sso.eu-central-1.amazonaws.com/saml/assertion/x",
    ],
)
def test_portals_of_every_generation_are_known(url: str) -> None:
    assert is_portal(url)


@pytest.mark.parametrize(
    "url",
    ["http://d-1.awsapps.com/start", "https://awsapps.com.example.net/start", "https://a b/", "https://[::1"],
)
def test_other_addresses_are_no_portal(url: str) -> None:
    assert not is_portal(url)


@pytest.mark.parametrize(
    "url", ["https://a.example/x#y", "https://a:b@c/", "https://", "ftp://a/", "https://a/\n"]
)
def test_odd_addresses_are_no_https(url: str) -> None:
    assert not is_https(url)


@pytest.mark.parametrize(
    ("url", "instance"),
    [
        ("https://d-99672f7aa0.awsapps.com/start", "d-99672f7aa0"),
        ("https://company.awsapps.com/start", ""),
        ("https://d-99672f7aa0.example.com/start", ""),
        ("", ""),
    ],
)
def test_the_instance_of_a_portal(url: str, instance: str) -> None:
    assert portal_instance(url) == instance


def test_a_file_of_several_entities_is_refused() -> None:
    one, other = (each.partition(b"?>")[2] for each in (aws_file(), aws_file(acs=("https://x.example/acs",))))
    whole = b'<a xmlns="urn:oasis:names:tc:SAML:2.0:metadata">' + one + other + b"</a>"
    with pytest.raises(WizardError) as error:
        read_service_provider(whole)
    assert code_of(error) == "saml-metadata-of-several"

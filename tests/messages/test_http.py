"""Sentences of failed requests."""

import httpx

from wizard import messages
from wizard.http.failures import Place, answered_html, proxy_failed, redirected, too_large, unreachable

AWS = Place("scim.example")
GRAPH = Place("graph.example", hint=None)


def test_only_an_address_that_a_person_entered_is_to_be_checked() -> None:
    assert messages.advice(answered_html(AWS, 200)).endswith("the one in the AWS console.")
    assert messages.advice(answered_html(GRAPH, 200)).endswith("and try again.")
    assert "302" in messages.advice(redirected(GRAPH, 302))
    assert "20 MB" in messages.advice(too_large(GRAPH, 20_000_000))


def test_a_proxy_without_a_name_is_the_one_of_this_computer() -> None:
    assert messages.title(proxy_failed(AWS)) == "The proxy set on this computer did not forward the request"
    assert messages.title(proxy_failed(Place("h", "proxy.example"), "407")).startswith(
        "The proxy proxy.example requires"
    )


def test_a_connection_that_was_cut() -> None:
    assert (
        messages.title(unreachable(httpx.ReadError(""), GRAPH))
        == "The connection to graph.example was interrupted"
    )

"""A secret that no way of printing tells."""

import copy
import pickle
from dataclasses import dataclass

import pytest

from wizard.secret import Secret

TEXT = "t0ken-t0ken"


@dataclass(frozen=True)
class Holder:
    token: Secret


def test_no_way_of_printing_tells_it() -> None:
    secret = Secret(TEXT)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>20}",
        f"{secret!r}",
        repr(Holder(secret)),
        repr([secret]),
    ]
    assert all(TEXT not in one for one in shown)
    assert "%s" % secret == "Secret(hidden)"  # noqa: UP031
    assert secret.reveal() == TEXT


def test_it_is_never_pickled_or_copied() -> None:
    for attempt in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError) as caught:
            attempt(Secret(TEXT))
        assert TEXT not in str(caught.value)


def test_equal_secrets_are_equal() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("other")
    assert len({Secret(TEXT), Secret(TEXT)}) == 1
    assert not Secret("")

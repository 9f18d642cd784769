"""The first connection to AWS: endpoint and token, and nothing but Enter or Continue."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLineEdit

from tests.journeys.window import Journey
from tests.sandbox_process import SandboxHandle
from tests.ui.pages.keyrings import MemoryKeyring, in_use

pytestmark = pytest.mark.slow


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    with in_use(MemoryKeyring()) as memory:
        assert isinstance(memory, MemoryKeyring)
        yield memory


@pytest.fixture
def at_aws(new_job: Journey, ring: MemoryKeyring) -> Journey:
    """A new job for a file, at the AWS page."""
    new_job.press("source.file")
    new_job.go_on("aws")
    new_job.until(lambda: new_job.tasks.is_idle, "the page")
    assert ring.asked == 0
    return new_job


def test_enter_in_the_token_field_tests_saves_and_continues(
    at_aws: Journey, ring: MemoryKeyring, sandbox: SandboxHandle
) -> None:
    at_aws.type_in("tenantUrl", sandbox.tenant_url)
    at_aws.type_in("accessToken", sandbox.token)
    at_aws.find(QLineEdit, "accessToken").setFocus()
    at_aws.press_enter()
    at_aws.until(lambda: at_aws.at("directory"), "Directory")
    assert at_aws.session.found.connection is not None
    assert at_aws.session.found.connection.passed
    assert f"{at_aws.session.draft.id}/aws-token" in ring.kept


def test_a_refused_token_blocks_next_and_a_valid_one_continues(at_aws: Journey, sandbox: SandboxHandle) -> None:
    at_aws.type_in("tenantUrl", sandbox.tenant_url)
    at_aws.type_in("accessToken", "a-token-that-nobody-ever-made")
    at_aws.window.footer.primary.click()
    at_aws.until(lambda: at_aws.session.found.connection is not None, "the test")
    at_aws.settle(50)
    assert at_aws.at("aws")
    at_aws.type_in("accessToken", sandbox.token)
    at_aws.go_on("directory")

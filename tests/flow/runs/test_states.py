"""Every state of health, as `health --json`, `list` and the window's job list show it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ui.health_gallery import CODES, MICROSOFT, job_of, states
from wizard.flow.jobs import saved_jobs
from wizard.flow.runs import states as states_module
from wizard.flow.runs.health import Facts
from wizard.flow.runs.states import all_health, as_json
from wizard.flow.services import Services
from wizard.provisioning.job import Job

pytestmark = pytest.mark.anyio


async def test_each_state_is_shown_everywhere(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "job.json"
    file.touch()
    known = states(file)
    assert set(known) == set(CODES)
    for name in known:
        services.jobs.save(job_of(name))

    def facts_of(_services: Services, job: Job) -> Facts:
        return known[job.name]

    for module in (states_module, saved_jobs):
        monkeypatch.setattr(module, "facts_of", facts_of)
    found = await all_health(services, datetime.now(UTC), ask_microsoft=False)
    first = {each.name: each.health.first for each in found}
    assert {name: one.code for name, one in first.items()} == CODES
    shown = {summary.name: summary for summary in await saved_jobs.list_jobs(services)}
    for each in found:
        listed = as_json(each, datetime.now(UTC))["findings"]
        assert isinstance(listed, list)
        assert [one["code"] for one in listed][:1] == [CODES[each.name]] or CODES[each.name] == "healthy"
        assert shown[each.name].state == first[each.name].title
        if each.name in MICROSOFT:
            assert shown[each.name].last_run == MICROSOFT[each.name].status.last_ended

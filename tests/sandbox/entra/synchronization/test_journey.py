"""A job from the first call to a steady state: what the Identity Center then holds, and that all traffic is Graph's."""

from tests.contract import judged_entra
from tests.sandbox.entra.synchronization.provisioned import (
    BY_HAND,
    SYNC,
    ask,
    credentials,
    cycle,
    groups,
    log,
    people,
    secrets,
    status,
)


def test_a_job_from_the_test_of_the_credentials_to_a_steady_state() -> None:
    with judged_entra(*BY_HAND) as entra:
        (template,) = entra.ask("GET", f"{SYNC}/templates")["value"]
        test = {"templateId": template["id"], "credentials": credentials(entra)}
        assert ask(entra, "POST", f"{SYNC}/jobs/validateCredentials", test).status_code == 204
        entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
        saved = {"templateId": template["id"], "useSavedCredentials": True}
        assert ask(entra, "POST", f"{SYNC}/jobs/validateCredentials", saved).status_code == 204
        made = entra.ask("POST", f"{SYNC}/jobs", {"templateId": template["id"]})
        assert (made["status"]["code"], made["schedule"]["state"]) == ("Paused", "Disabled")
        job = f"{SYNC}/jobs/{made['id']}"
        entra.ask("POST", f"{job}/start")
        before = status(entra, job)
        last = before["lastExecution"]
        assert (before["code"], last["state"], last["error"]["code"]) == ("NotRun", "Failed", "None")
        assert last["timeEnded"].startswith("0001")
        assert cycle(entra) == {made["id"]: "Active"}
        after = status(entra, job)
        counts = {one["key"]: one["value"] for one in after["synchronizedEntryCountByType"]}
        assert counts == {"User to User": len(people(entra)), "Group to Group": 3}
        assert not after["steadyStateFirstAchievedTime"].startswith("0001")
        failed = [one for one in log(entra) if one["provisioningStatusInfo"]["status"] == "failure"]
        assert after["lastExecution"]["countEscrowed"] == len(failed) > 0
        assert set(groups(entra)) == {"Engineering", "Engineering / Optics", "Field Service"}
        cycle(entra)
        assert entra.identity_center.requests()["byOperation"]["POST /Groups"] == 3

"""When cycles run: by the clock while a job is started, or by hand.

Sources: cycles follow one another until the job is stopped; in quarantine they wait for the next attempt; after four
weeks of quarantine the job is disabled (Microsoft, "How provisioning works" and "Quarantine status"). The interval of
40 minutes is shortened by the switch `cycle`.
"""

import asyncio
from datetime import timedelta

from wizard.sandbox.entra.synchronization.cycle import Cycle
from wizard.sandbox.entra.synchronization.job import Job
from wizard.sandbox.entra.synchronization.service import Service

LONGEST_QUARANTINE = timedelta(days=28)
_LOOK = 1.0
"""Seconds between two looks whether a job's time has come."""


def tick(service: Service) -> None:
    """Let the clock run, where there is one."""
    if service.switches.cycle and (service.clock is None or service.clock.done()):
        service.clock = asyncio.get_running_loop().create_task(_run(service))


async def _run(service: Service) -> None:
    while service.switches.cycle:
        for job in list(service.jobs.values()):
            if job.next_cycle and job.next_cycle <= service.now():
                job.next_cycle = service.now() + timedelta(seconds=service.switches.cycle)
                await run_cycle(service, job)
        await asyncio.sleep(min(_LOOK, service.switches.cycle))


async def run_cycle(service: Service, job: Job, by_hand: bool = False) -> None:
    """One cycle of a job, where it is started and its quarantine allows it; by hand, whatever the quarantine says."""
    async with job.running:
        quarantine = job.quarantine
        if quarantine and service.now() - quarantine.series_began > LONGEST_QUARANTINE:
            job.schedule = "Disabled"
        waits = quarantine is not None and service.now() < quarantine.next_attempt
        there = job.principal_id in service.tenant.principals
        if there and job.schedule == "Active" and not job.stopped and (by_hand or not waits):
            await Cycle(service, job).run()

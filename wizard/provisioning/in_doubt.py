"""Resolves in-doubt operations (started, never confirmed) before planning: each is looked up in AWS."""

from dataclasses import replace
from datetime import datetime

from anyio import to_thread

from wizard.aws.interface import Refused, TargetSession
from wizard.names import name_key
from wizard.provisioning.ledger import InDoubt, Ledger, Link
from wizard.provisioning.read_aws import AnyExisting, Links, Reading, read_one


async def settle(session: TargetSession, ledger: Ledger, reading: Reading, moment: datetime) -> Reading:
    """Resolve every in-doubt operation; returns the reading with what its lists did not show yet.

    What the lists do not show is looked up, because a list may lack what was created a moment ago. Raises `Refused`
    and `OutcomeUnknown`.
    """
    for doubt in await to_thread.run_sync(ledger.in_doubt, abandon_on_cancel=True):
        links = await to_thread.run_sync(ledger.links, abandon_on_cancel=True)
        existing = _listed(doubt, reading, links)
        if existing is None:
            existing = await _looked_up(session, doubt, links)
            if existing is not None:
                reading = reading.plus(doubt.kind, (existing,))
        await _settle(session, ledger, doubt, existing, links, moment)
    return reading


def _listed(doubt: InDoubt, reading: Reading, links: Links) -> AnyExisting | None:
    everybody = reading.of(doubt.kind)
    if doubt.target_id:
        return everybody.get(doubt.target_id)
    for path, value in doubt.keys:
        wanted = name_key(value)
        for existing in everybody.values():
            if name_key(existing.resource.get(path)) == wanted and _may_be(doubt, existing, links):
                return existing
    return None


async def _looked_up(session: TargetSession, doubt: InDoubt, links: Links) -> AnyExisting | None:
    if doubt.target_id:
        return await read_one(session, doubt.kind, doubt.target_id)
    find = session.find_user if doubt.kind == "user" else session.find_group
    for path, value in doubt.keys:
        existing: AnyExisting | None = await find(path, value)
        if existing is not None and _may_be(doubt, existing, links):
            return existing
    return None


def _may_be(doubt: InDoubt, existing: AnyExisting, links: Links) -> bool:
    """Whether this may be what the creation in doubt made: every name that was sent, and nobody else's link.

    An object with another user name or external id, or none, was created by others. An object that was about to give up a
    name may still have it, and is linked to another source.
    """
    for path, _ in doubt.keys:
        sent = [name_key(value) for name, value in doubt.keys if name == path]
        if name_key(existing.resource.get(path)) not in sent:
            return False
    return all(
        link.source_id == doubt.source_id
        for link in links.values()
        if link.kind == doubt.kind and link.target_id == existing.id
    )


async def _settle(
    session: TargetSession,
    ledger: Ledger,
    doubt: InDoubt,
    existing: AnyExisting | None,
    links: Links,
    moment: datetime,
) -> None:
    before = links.get((doubt.kind, doubt.source_id))
    if existing is None:
        _settle_as_gone(ledger, doubt, before)
        return
    members: frozenset[str] = frozenset()
    if doubt.kind == "group":
        try:
            ids = await session.member_ids(existing.id)
        except Refused:  # deleted between the look-up and now
            _settle_as_gone(ledger, doubt, before)
            return
        members = frozenset(
            link.source_id for link in links.values() if link.kind == "user" and link.target_id in ids
        )
    left_at = before.left_at if before is not None else ""
    link = Link(doubt.kind, doubt.source_id, existing.id, doubt.label, existing.resource, members, left_at)
    ledger.settle(doubt, replace(link, confirmed_at=moment.isoformat(timespec="seconds")))


def _settle_as_gone(ledger: Ledger, doubt: InDoubt, before: Link | None) -> None:
    ledger.settle(doubt, None)
    if before is not None and (not doubt.target_id or before.target_id == doubt.target_id):
        ledger.forget((before,))

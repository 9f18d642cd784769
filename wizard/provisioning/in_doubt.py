"""Resolves in-doubt operations (started, never confirmed) before planning: each is looked up in AWS."""

from wizard.aws.interface import Refused, TargetSession
from wizard.names import name_key
from wizard.provisioning.ledger import InDoubt, Ledger, Link
from wizard.provisioning.read_aws import AnyExisting, Reading


async def settle_by_lookup(session: TargetSession, ledger: Ledger) -> bool:
    """Resolve each in-doubt operation with one look-up; False = one of them needs the whole list of AWS."""
    for doubt in ledger.in_doubt():
        existing = await _look_up(session, ledger, doubt)
        if existing is None and doubt.target_id and doubt.action != "delete":
            return False  # its name may have changed: only the id can tell
        if existing is None and doubt.action == "delete" and not doubt.keys:
            return False
        await _settle(session, ledger, doubt, existing)
    return True


async def settle_by_reading(session: TargetSession, ledger: Ledger, reading: Reading) -> None:
    """Resolve every in-doubt operation with the whole list of AWS."""
    for doubt in ledger.in_doubt():
        everybody = reading.of(doubt.kind)
        existing = everybody.get(doubt.target_id) if doubt.target_id else None
        if not doubt.target_id:
            existing = _by_keys(doubt, tuple(everybody.values()), ledger)
        await _settle(session, ledger, doubt, existing)


async def _look_up(session: TargetSession, ledger: Ledger, doubt: InDoubt) -> AnyExisting | None:
    find = session.find_user if doubt.kind == "user" else session.find_group
    for path, value in doubt.keys:
        existing: AnyExisting | None = await find(path, value)
        if existing is not None and _may_be(doubt, existing, ledger):
            return existing
    return None


def _by_keys(doubt: InDoubt, everybody: tuple[AnyExisting, ...], ledger: Ledger) -> AnyExisting | None:
    for path, value in doubt.keys:
        for existing in everybody:
            if name_key(existing.resource.get(path)) == name_key(value) and _may_be(doubt, existing, ledger):
                return existing
    return None


def _may_be(doubt: InDoubt, existing: AnyExisting, ledger: Ledger) -> bool:
    # An object that was about to give up this name may still have it: one linked to another source is not ours.
    if doubt.target_id:
        return existing.id == doubt.target_id
    return all(
        link.source_id == doubt.source_id
        for link in ledger.links().values()
        if link.kind == doubt.kind and link.target_id == existing.id
    )


async def _settle(session: TargetSession, ledger: Ledger, doubt: InDoubt, existing: AnyExisting | None) -> None:
    if existing is None:
        _settle_as_gone(ledger, doubt)
        return
    members: frozenset[str] = frozenset()
    if doubt.kind == "group":
        try:
            ids = await session.member_ids(existing.id)
        except Refused:  # deleted between the look-up and now
            _settle_as_gone(ledger, doubt)
            return
        members = frozenset(
            link.source_id for link in ledger.links().values() if link.kind == "user" and link.target_id in ids
        )
    active = existing.resource.get("active") is not False
    before = ledger.links().get((doubt.kind, doubt.source_id))
    left_at = before.left_at if before is not None else ""
    link = Link(doubt.kind, doubt.source_id, existing.id, doubt.label, existing.resource, members, active, left_at)
    ledger.settle(doubt, link)


def _settle_as_gone(ledger: Ledger, doubt: InDoubt) -> None:
    ledger.settle(doubt, None)
    link = ledger.links().get((doubt.kind, doubt.source_id))
    if link is not None and (not doubt.target_id or link.target_id == doubt.target_id):
        ledger.forget((link,))

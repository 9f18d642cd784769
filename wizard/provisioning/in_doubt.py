"""Intentions that were begun and never ended: looked up and settled before anything is compared."""

from wizard.aws.interface import Refused, TargetSession
from wizard.provisioning.ledger import InDoubt, Ledger, Link
from wizard.provisioning.read_aws import AnyExisting, Reading
from wizard.provisioning.words import folded


async def settle_by_lookup(session: TargetSession, ledger: Ledger) -> bool:
    """Settle what is in doubt with one look-up each; False = something needs the whole list of the target."""
    for doubt in ledger.in_doubt():
        found = await _look_up(session, ledger, doubt)
        if found is None and doubt.target_id and doubt.action != "delete":
            return False  # its name may have changed, so only its id can tell
        if found is None and doubt.action == "delete" and not doubt.keys:
            return False
        await _settle(session, ledger, doubt, found)
    return True


async def settle_by_reading(session: TargetSession, ledger: Ledger, reading: Reading) -> None:
    """Settle everything in doubt with the whole list at hand."""
    for doubt in ledger.in_doubt():
        existing = reading.of(doubt.kind)
        found = existing.get(doubt.target_id) if doubt.target_id else None
        if not doubt.target_id:
            found = _by_keys(doubt, tuple(existing.values()), ledger)
        await _settle(session, ledger, doubt, found)


async def _look_up(session: TargetSession, ledger: Ledger, doubt: InDoubt) -> AnyExisting | None:
    find = session.find_user if doubt.kind == "user" else session.find_group
    for path, value in doubt.keys:
        found: AnyExisting | None = await find(path, value)
        if found is not None and _may_be(doubt, found, ledger):
            return found
    return None


def _by_keys(doubt: InDoubt, existing: tuple[AnyExisting, ...], ledger: Ledger) -> AnyExisting | None:
    for path, value in doubt.keys:
        for found in existing:
            if folded(found.resource.get(path)) == folded(value) and _may_be(doubt, found, ledger):
                return found
    return None


def _may_be(doubt: InDoubt, found: AnyExisting, ledger: Ledger) -> bool:
    # Whoever was about to free a name may still hold it: what is linked to somebody else did not come from this doubt.
    if doubt.target_id:
        return found.id == doubt.target_id
    return all(
        link.source_id == doubt.source_id
        for link in ledger.links().values()
        if link.kind == doubt.kind and link.target_id == found.id
    )


async def _settle(session: TargetSession, ledger: Ledger, doubt: InDoubt, found: AnyExisting | None) -> None:
    if found is None:
        _gone(ledger, doubt)
        return
    members: frozenset[str] = frozenset()
    if doubt.kind == "group":
        try:
            ids = await session.member_ids(found.id)
        except Refused:  # gone between the look-up and now
            _gone(ledger, doubt)
            return
        members = frozenset(
            link.source_id for link in ledger.links().values() if link.kind == "user" and link.target_id in ids
        )
    active = found.resource.get("active") is not False
    before = ledger.links().get((doubt.kind, doubt.source_id))
    left = before.left_at if before is not None else ""
    link = Link(doubt.kind, doubt.source_id, found.id, doubt.label, found.resource, members, active, left)
    ledger.settle(doubt, link)


def _gone(ledger: Ledger, doubt: InDoubt) -> None:
    ledger.settle(doubt, None)
    link = ledger.links().get((doubt.kind, doubt.source_id))
    if link is not None and (not doubt.target_id or link.target_id == doubt.target_id):
        ledger.forget((link,))

"""Links, memberships, intentions and what the guard compares with: each call is part of one transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from wizard.aws.interface import ObjectKind
from wizard.provisioning.ledger import Confirmed, InDoubt, Link, Loss
from wizard.provisioning.retry_later import DelayedRetry, RefusedKey
from wizard.storage.journal_rows import keys_of, keys_text, resource_of, resource_text, text_hash
from wizard.storage.redaction import Redaction


def links(
    connection: sqlite3.Connection, tenant: int, redaction: Redaction
) -> Mapping[tuple[ObjectKind, str], Link]:
    """Every link of one tenant, groups with their members."""
    members: dict[str, set[str]] = defaultdict(set)
    question = "SELECT group_id, user_id FROM memberships WHERE tenant = ?"
    for group_id, user_id in connection.execute(question, (tenant,)):
        members[group_id].add(user_id)
    question = (
        "SELECT kind, source_id, target_id, label, confirmed, left_at, confirmed_at, not_kept FROM links "
        "WHERE tenant = ?"
    )
    rows = connection.execute(question, (tenant,)).fetchall()
    return {
        (kind, source_id): Link(
            kind,
            source_id,
            target_id,
            label,
            resource_of(confirmed, redaction.sealer),
            frozenset(members[source_id]) if kind == "group" else frozenset(),
            left_at,
            confirmed_at,
            {} if not_kept == "{}" else resource_of(not_kept, redaction.sealer),
        )
        for kind, source_id, target_id, label, confirmed, left_at, confirmed_at, not_kept in rows
    }


def in_doubt(connection: sqlite3.Connection, tenant: int) -> tuple[InDoubt, ...]:
    """Every intention of one tenant that has not ended, the oldest first."""
    rows = connection.execute(
        "SELECT kind, source_id, label, action, keys, target_id FROM operations "
        "WHERE tenant = ? AND ended = '' ORDER BY number",
        (tenant,),
    )
    return tuple(
        InDoubt(kind, source_id, label, action, keys_of(keys), target_id)
        for kind, source_id, label, action, keys, target_id in rows
    )


def begin(connection: sqlite3.Connection, row: tuple[object, ...]) -> None:
    """Note an intention: the columns of table `operations` but its end."""
    connection.execute("INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')", row)


def end(
    connection: sqlite3.Connection,
    tenant: int,
    number: int,
    ended: str,
    confirmed: Confirmed | None,
    redaction: Redaction,
) -> None:
    """End an operation, and change the links as AWS confirmed."""
    connection.execute("UPDATE operations SET ended = ? WHERE number = ?", (ended, number))
    if confirmed is None:
        return
    question = "SELECT source_id, action FROM operations WHERE number = ?"
    row = connection.execute(question, (number,)).fetchone()
    group_id, action = row if row is not None else ("", "")
    if confirmed.forget is not None:
        forget(connection, tenant, *confirmed.forget)
    if confirmed.link is not None:
        # A change of a group's name runs in parallel with changes of its members and must not overwrite them.
        keep(connection, tenant, confirmed.link, redaction, with_members=action == "create")
    _add_members(connection, tenant, group_id, confirmed.members_added)
    connection.executemany(
        "DELETE FROM memberships WHERE tenant = ? AND group_id = ? AND user_id = ?",
        [(tenant, group_id, user_id) for user_id in confirmed.members_removed],
    )


def settle(
    connection: sqlite3.Connection,
    tenant: int,
    doubt: InDoubt,
    link: Link | None,
    ended: str,
    redaction: Redaction,
) -> None:
    """End every open intention of this object and action, and keep what it landed as."""
    connection.execute(
        "UPDATE operations SET ended = ? "
        "WHERE tenant = ? AND ended = '' AND kind = ? AND source_id = ? AND action = ? AND keys = ?",
        (ended, tenant, doubt.kind, doubt.source_id, doubt.action, keys_text(doubt.keys)),
    )
    if link is not None:
        keep(connection, tenant, link, redaction)


def keep(
    connection: sqlite3.Connection, tenant: int, link: Link, redaction: Redaction, with_members: bool = True
) -> None:
    """Replace one link, with or without a group's members. Always redacts it."""
    text = resource_text(redaction.of(link.kind, link.confirmed), redaction.sealer)
    not_kept = resource_text(redaction.of(link.kind, link.not_kept), redaction.sealer)
    row = (tenant, link.kind, link.source_id, link.target_id, link.label, link.active, text_hash(text), text)
    connection.execute(
        "INSERT OR REPLACE INTO links (tenant, kind, source_id, target_id, label, active, hash, confirmed, "
        "left_at, confirmed_at, not_kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, link.left_at, link.confirmed_at, not_kept),
    )
    if link.kind == "group" and with_members:
        connection.execute("DELETE FROM memberships WHERE tenant = ? AND group_id = ?", (tenant, link.source_id))
        _add_members(connection, tenant, link.source_id, link.members)


def _add_members(
    connection: sqlite3.Connection, tenant: int, group_id: str, user_ids: tuple[str, ...] | frozenset[str]
) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO memberships VALUES (?, ?, ?)",
        [(tenant, group_id, user_id) for user_id in user_ids],
    )


def delayed(connection: sqlite3.Connection, tenant: int) -> Mapping[RefusedKey, DelayedRetry]:
    """Delayed retries of one tenant."""
    question = "SELECT kind, source_id, label, failures, next_attempt, what FROM escrow WHERE tenant = ?"
    found = (DelayedRetry(*row) for row in connection.execute(question, (tenant,)))
    return {entry.key: entry for entry in found}


def keep_delayed(
    connection: sqlite3.Connection, tenant: int, kept: Iterable[DelayedRetry], gone: Iterable[RefusedKey]
) -> None:
    """Keep these aside, and those no longer."""
    connection.executemany(
        "DELETE FROM escrow WHERE tenant = ? AND kind = ? AND source_id = ?", [(tenant, *key) for key in gone]
    )
    connection.executemany(
        "INSERT OR REPLACE INTO escrow VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(tenant, e.kind, e.source_id, e.label, e.failures, e.next_attempt, e.what) for e in kept],
    )


def forget(connection: sqlite3.Connection, tenant: int, kind: ObjectKind, source_id: str) -> None:
    """Drop a link; a deleted person is a member of nothing any more, a deleted group has none."""
    connection.execute(
        "DELETE FROM links WHERE tenant = ? AND kind = ? AND source_id = ?", (tenant, kind, source_id)
    )
    column = "user_id" if kind == "user" else "group_id"
    connection.execute(f"DELETE FROM memberships WHERE tenant = ? AND {column} = ?", (tenant, source_id))  # noqa: S608


# What the guard compares with


def losses(connection: sqlite3.Connection, tenant: int, since: str) -> tuple[Loss, ...]:
    """What was taken away since then and accepted by nobody."""
    question = "SELECT kind, target_id, member FROM losses WHERE tenant = ? AND at >= ?"
    return tuple(Loss(*row) for row in connection.execute(question, (tenant, since)))


def keep_losses(
    connection: sqlite3.Connection,
    tenant: int,
    lost: Iterable[Loss],
    accepted: Collection[str],
    at: str,
    since: str,
) -> None:
    """Keep what a run takes away, but for the `accepted` kinds: of those also the earlier ones are settled."""
    connection.execute("DELETE FROM losses WHERE tenant = ? AND at < ?", (tenant, since))
    # Kept before the clock was set back: their 24 hours begin now.
    connection.execute("UPDATE losses SET at = ? WHERE tenant = ? AND at > ?", (at, tenant, at))
    connection.executemany(
        "DELETE FROM losses WHERE tenant = ? AND kind = ?", [(tenant, kind) for kind in accepted]
    )
    connection.executemany(
        "INSERT OR REPLACE INTO losses VALUES (?, ?, ?, ?, ?)",
        [(tenant, loss.kind, loss.target_id, loss.member, at) for loss in lost if loss.kind not in accepted],
    )


def additions(connection: sqlite3.Connection, tenant: int) -> Mapping[str, int]:
    """Source id of a group -> members that the last run was to add and did not add."""
    question = "SELECT group_id, members FROM additions WHERE tenant = ?"
    return dict(connection.execute(question, (tenant,)).fetchall())


def keep_additions(
    connection: sqlite3.Connection, tenant: int, open_ones: Mapping[str, int], *, all_groups: bool
) -> None:
    """Keep how many members are still to be added to these groups; `all_groups`: and to no other."""
    if all_groups:
        connection.execute("DELETE FROM additions WHERE tenant = ?", (tenant,))
    connection.executemany(
        "DELETE FROM additions WHERE tenant = ? AND group_id = ?", [(tenant, group) for group in open_ones]
    )
    connection.executemany(
        "INSERT INTO additions VALUES (?, ?, ?)", [(tenant, *entry) for entry in open_ones.items() if entry[1] > 0]
    )

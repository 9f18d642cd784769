"""Which object in the target stands for which object of the directory."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from wizard.errors import Message
from wizard.provisioning.ledger import Link
from wizard.provisioning.plan import Rejected
from wizard.provisioning.preflight import Desired
from wizard.provisioning.read_aws import AnyExisting
from wizard.provisioning.words import folded, short_name, shown


@dataclass(frozen=True, slots=True)
class Matches:
    """Both sides, side by side, for one kind of object."""

    pairs: Mapping[str, AnyExisting]
    """Source id -> what stands for it."""
    adopted: tuple[str, ...]
    """Source ids paired by a matching attribute, without a link before."""
    vanished: tuple[str, ...]
    """Source ids that are linked, but whose object is no longer in the target."""
    rejected: tuple[Rejected, ...]
    """More than one object matches."""


def match(
    desired: Sequence[Desired],
    links: Mapping[str, Link],
    existing: Mapping[str, AnyExisting],
    paths: Sequence[str],
    reserved: Collection[str],
) -> Matches:
    """Links first, then each matching path in its order; case does not matter (AWS: `caseExact: false`).

    `links` and `reserved` go by source id, `existing` by target id. What is linked to somebody reserved (in scope,
    blocked or held) is never given to another; what is linked to somebody gone may be, so that a directory that
    changed its identity column finds its people again.
    """
    pairs: dict[str, AnyExisting] = {}
    for one in desired:
        link = links.get(one.source_id)
        if link is not None and link.target_id in existing:
            pairs[one.source_id] = existing[link.target_id]
    vanished = tuple(one.source_id for one in desired if one.source_id in links and one.source_id not in pairs)
    taken = {links[source_id].target_id for source_id in reserved if source_id in links}
    taken |= {found.id for found in pairs.values()}
    adopted: list[str] = []
    rejected: dict[str, Rejected] = {}
    for path in paths:
        index = _index(path, existing, taken)
        for one in desired:
            if one.source_id in pairs or one.source_id in rejected:
                continue
            candidates = index.get(folded(one.resource.get(path)), []) if one.resource.get(path) else []
            candidates = [found for found in candidates if found.id not in taken]
            if len(candidates) == 1:
                pairs[one.source_id] = candidates[0]
                taken.add(candidates[0].id)
                adopted.append(one.source_id)
            elif candidates:
                rejected[one.source_id] = _ambiguous(one, path, len(candidates))
    return Matches(pairs, tuple(adopted), vanished, tuple(rejected.values()))


def _index(
    path: str, existing: Mapping[str, AnyExisting], taken: Collection[str]
) -> Mapping[str, list[AnyExisting]]:
    index: dict[str, list[AnyExisting]] = defaultdict(list)
    for found in existing.values():
        value = folded(found.resource.get(path))
        if value and found.id not in taken:
            index[value].append(found)
    return index


def _ambiguous(one: Desired, path: str, count: int) -> Rejected:
    value = shown(one.resource.get(path))
    message = Message("ambiguous-match", attribute=short_name(path), value=value, count=count)
    return Rejected(one.kind, one.source_id, one.label, "ambiguous-match", path, message)

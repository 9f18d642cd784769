"""Who is in a group: read by a filter, changed up to a hundred at a time, put right where AWS refuses."""

from collections.abc import Sequence

from wizard.scim.client import ScimClient, equals
from wizard.scim.errors import ScimError
from wizard.scim.patch import add_members, remove_members

MOST_REFUSALS = 25
"""Beyond this many in one change it is not about single members any more."""


async def read_members(scim: ScimClient, group_id: str) -> frozenset[str]:
    """Whom a group holds: AWS never lists members with it, but filters people by group. May raise `ScimError`."""
    pages = scim.pages("/Users", equals("groups.value", group_id))
    return frozenset([str(row["id"]) async for page in pages for row in page.resources if row.get("id")])


class MembershipChange:
    """Adds people to one group, or removes them from it.

    What AWS does with a member who is in the group already is not documented, and a change whose first answer was
    lost is sent again: so a refusal is no failure where the group is as wished. Where it is not, the change is
    halved until the members whom AWS refuses stand alone, and all others are done.
    """

    def __init__(self, scim: ScimClient, group_id: str, adding: bool) -> None:
        self._scim, self._group_id, self._adding = scim, group_id, adding
        self._refusals = 0
        self.moved = False
        """The group is no longer as it was remembered: some of the change is done, or was done by somebody else."""

    async def carry_out(self, member_ids: Sequence[str]) -> str:
        """Change all these members; returns AWS's request id, "" where nothing was to do.

        Raises the first `ScimError` that is left, after everybody else was changed.
        """
        wanted = list(dict.fromkeys(member_ids))
        if not wanted:
            return ""
        change = add_members(wanted) if self._adding else remove_members(wanted)
        try:
            request_id = (await self._scim.change("/Groups", self._group_id, [change])).request_id
            self.moved = True
            return request_id
        except ScimError as error:
            if error.status not in (400, 404, 409) or "TENANT" in error.detail:
                raise
            refusal = error
        return await self._after(refusal, wanted)

    async def _after(self, refusal: ScimError, wanted: list[str]) -> str:
        """Go on after a refusal: with what is left, or in halves."""
        self._refusals += 1
        self.moved = self.moved or refusal.may_have_landed
        # Where the group itself is gone, this says so, and nothing else is tried.
        await self._scim.read("/Groups", self._group_id)
        present = await read_members(self._scim, self._group_id)
        left = [one for one in wanted if (one in present) != self._adding]
        self.moved = self.moved or len(left) < len(wanted)
        if not left:
            return refusal.request_id
        if len(wanted) == 1 or self._refusals > MOST_REFUSALS:
            raise refusal
        if len(left) < len(wanted):
            return await self.carry_out(left)
        return await self._in_halves(left)

    async def _in_halves(self, left: list[str]) -> str:
        failures: list[ScimError] = []
        request_id = ""
        for part in (left[: len(left) // 2], left[len(left) // 2 :]):
            try:
                request_id = await self.carry_out(part)
            except ScimError as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return request_id

"""One operation from its turn to its row: noted in the ledger, sent, confirmed, told."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import anyio

from wizard.aws.interface import Landed, ObjectKind, OutcomeUnknown, Refused, TargetSession
from wizard.errors import Message, NoAccess
from wizard.provisioning.events import ObjectReported, OperationEnded, RunEvent, Status
from wizard.provisioning.ledger import Ledger, Link
from wizard.provisioning.operations import CreateGroup, CreateUser, Operation
from wizard.provisioning.order import Wait, subject
from wizard.provisioning.plan import Plan
from wizard.provisioning.rows import done_message, names_of, operation_row, warning_row
from wizard.provisioning.sending import Resolved, confirmed, lookup_keys, resolved, send


class Carrying:
    """What one run knows while its operations are carried out; everything happens on one thread."""

    def __init__(
        self,
        plan: Plan,
        session: TargetSession,
        ledger: Ledger,
        emit: Callable[[RunEvent], None],
        graph: Sequence[tuple[Wait, ...]],
    ) -> None:
        self.ended: dict[int, Status] = {}
        """Place in the plan -> how it ended."""
        self.cut_off = False
        """Something in flight was cancelled and is recorded as unknown."""
        self._operations, self._graph = plan.operations, graph
        self._session, self._ledger, self._emit = session, ledger, emit
        self._names = names_of(plan)
        self._links: dict[tuple[ObjectKind, str], Link] = {(k.kind, k.source_id): k for k in plan.links}
        self._ids = {key: link.target_id for key, link in self._links.items()}
        self._sources = {link.target_id: link.source_id for link in plan.links if link.kind == "user"}

    async def carry(self, place: int) -> None:
        """Carry out one operation. Raises NoAccess and the ledger's errors, after the operation has ended."""
        op = self._operations[place]
        blocked = self._in_the_way(place)
        if blocked is not None:
            self._end(place, op, *blocked)
            return
        ready = resolved(op, self._ids)
        if not isinstance(ready, Resolved):
            self._warn(op, ready.left_out)
            self._end(place, op, "skipped", ready.why)
            return
        await self._sent(place, ready)

    def skip_rest(self, why: Message) -> None:
        """End everything that has not ended."""
        for place, op in enumerate(self._operations):
            if place not in self.ended:
                self._end(place, op, "skipped", why)

    def _in_the_way(self, place: int) -> tuple[Status, Message] | None:
        """Why this operation must not even be tried: a name it takes was not freed, and AWS would hand us its owner."""
        for wait in self._graph[place]:
            if wait.why != "reference" and self.ended.get(wait.on) != "success":
                other = self._operations[wait.on]
                if wait.why == "object":
                    return "skipped", Message("step-before-failed")
                return "failure", Message("name-not-freed", owner=other.label)
        return None

    async def _sent(self, place: int, ready: Resolved) -> None:
        op = ready.operation
        number = await self._ledger.begin(op, lookup_keys(op, self._links.get(subject(op))))
        began = time.monotonic()
        try:
            landed = await send(self._session, op)
        except (Refused, NoAccess) as failure:
            self._failed(place, op, number, failure, began)
            if isinstance(failure, NoAccess):
                raise
        except OutcomeUnknown:
            self._unknown(place, op, Message("no-answer"), began)
        except anyio.get_cancelled_exc_class():
            self.cut_off = True
            self._unknown(place, op, Message("cut-off-by-cancel"), began)
            raise
        except Exception as error:
            self._unknown(place, op, Message("unexpected-error", kind=type(error).__name__), began)
            raise
        else:
            self._landed(place, ready, landed, number, began)

    def _failed(self, place: int, op: Operation, number: int, failure: Refused | NoAccess, began: float) -> None:
        """It was not accepted, so nothing of it stands in AWS; where that is not certain, it stays in doubt."""
        refused = failure if isinstance(failure, Refused) else None
        if not failure.may_have_landed:
            self._ledger.end(number, None)
        status = refused.status if refused else 0
        message = Message("not-written", why=failure.message, status=status, in_doubt=failure.may_have_landed)
        unknown = refused is None and failure.may_have_landed
        self._end(place, op, "failure", message, refused=refused, began=began, unknown=unknown)

    def _landed(self, place: int, ready: Resolved, landed: Landed, number: int, began: float) -> None:
        op, key = ready.operation, subject(ready.operation)
        result = confirmed(op, landed, self._links.get(key), self._sources)
        try:
            self._ledger.end(number, result)
        except Exception:
            self._unknown(place, op, Message("done-not-noted"), began)
            raise
        if result.link is not None:
            self._links[key] = result.link
            self._ids[key] = landed.id
            if result.link.kind == "user":
                self._sources[landed.id] = result.link.source_id
            self._names.setdefault(landed.id, op.label)
        elif result.forget is not None:
            self._gone(key)
        elif key in self._links:
            members = (self._links[key].members | set(result.members_added)) - set(result.members_removed)
            self._links[key] = replace(self._links[key], members=members)
        self._warn(op, ready.left_out)
        done = done_message(op, adopted=landed.adopted)
        self._end(place, op, "success", done, landed=landed, left_out=ready.left_out, began=began)

    def _gone(self, key: tuple[ObjectKind, str]) -> None:
        # Whoever is deleted is a member of nothing any more: a group confirmed later must not bring them back.
        self._links.pop(key, None)
        self._ids.pop(key, None)
        kind, source_id = key
        for other, link in self._links.items():
            if kind == "user" and source_id in link.members:
                self._links[other] = replace(link, members=link.members - {source_id})

    def _warn(self, op: Operation, absent: tuple[str, ...]) -> None:
        if absent:
            self._emit(ObjectReported(warning_row(op, absent, self._names)))

    def _unknown(self, place: int, op: Operation, message: Message, began: float) -> None:
        self._end(place, op, "failure", message, began=began, unknown=True)

    def _end(
        self,
        place: int,
        op: Operation,
        status: Status,
        message: Message,
        *,
        landed: Landed | None = None,
        refused: Refused | None = None,
        left_out: tuple[str, ...] = (),
        began: float | None = None,
        unknown: bool = False,
    ) -> None:
        row = operation_row(
            op,
            status,
            message,
            names=self._names,
            left_out=left_out,
            landed=landed,
            refused=refused,
            milliseconds=0 if began is None else _since(began),
        )
        self.ended[place] = status
        created = landed.id if landed and isinstance(op, CreateUser | CreateGroup) else ""
        self._emit(OperationEnded(self._operations[place], row, unknown, created))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)

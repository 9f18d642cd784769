"""Messages of `wizard.provisioning` and `wizard.mapping.scoping`: plans, rows of the log, reports."""

from collections.abc import Sequence

from wizard.messages.attribute_names import friendly_name
from wizard.messages.counting import Noun, counted, listed
from wizard.messages.formats import NoText, comma_list, day_and_time, listed_with_more, percent
from wizard.messages.row import Nested, Rows, Text, sentences
from wizard.messages.translation import N_, _, ngettext

_SPOKEN = {
    "userName": N_("user name"),
    "displayName": N_("name"),
    "externalId": N_("external ID"),
    "emails": N_("email address"),
    "phoneNumbers": N_("phone number"),
}
_REJECTED = {
    "required-attribute-missing": N_("{attribute} is missing"),
    "more-than-one-value": N_("{attribute} has more than one value"),
    "forbidden-character": N_("{attribute} contains characters that AWS does not allow"),
    "too-long": N_("{attribute} is too long"),
    "white-space": N_("{attribute} contains a space"),
    "reserved-name": N_("{attribute} is reserved by AWS"),
    "duplicate-value": N_("{attribute} is not unique"),
    "value-taken": N_("{attribute} is already in use in AWS"),
    "ambiguous-match": N_("{attribute} matches several objects in AWS"),
    "duplicate": N_("{attribute} is not unique"),
    "row-problem": N_("The row cannot be read"),
    "expression": N_("{attribute} has an error in its expression"),
}
_SAME_TITLE = frozenset({"required-attribute-missing", "white-space", "reserved-name"})
"""Rules whose own titles say the same as those above."""
_OTHER_RULE = N_("{attribute} is rejected by AWS")
_LOOKED_UP = N_("It may have reached AWS. The next run checks this first.")
_NEXT_RUN = N_("The next run tries again.")


def share(part: int, whole: int) -> str:
    """ "12%", rounded down, so that only all of them are 100%; "under 1%" for a small share."""
    shown = 100 * part // whole if whole else 0
    return _("under {share}").format(share=percent(1)) if part and shown == 0 else percent(shown)


def spoken(attribute: str) -> str:
    """An attribute as a sentence says it: "user name", "e-mail address"; else its own name."""
    return _(_SPOKEN[attribute]) if attribute in _SPOKEN else attribute


def named(names: Sequence[str], count: int) -> str:
    """ "Ann, Bob, Cy, and 4 more": the names that are given, of so many in all."""
    return listed_with_more(names, count - len(names))


def objects(people: int, groups: int) -> str:
    """ "3 people and 1 group", without what there is none of."""
    both = ((people, Noun.PERSON), (groups, Noun.GROUP))
    return listed([counted(count, noun) for count, noun in both if count])


def _moment(iso: str) -> str:
    """A moment (ISO, UTC) within a sentence: "2026-11-23 15:04", in the window "today at 15:04"."""
    return day_and_time(iso, place="after") or NoText()


# Notes and warnings of a plan


def _created_again(people: int, groups: int) -> Text:
    return Text(
        _("{objects} will be created again").format(objects=objects(people, groups)),
        _("They were deleted in AWS. They get a new ID, so assign their access in AWS again."),
    )


def _links_restored(people: int, groups: int) -> Text:
    return Text(
        _("{objects} were found again in AWS").format(objects=objects(people, groups)),
        _("This job provisioned them before its journal was lost. You do not need to accept them."),
    )


def _adopted(people: int, groups: int, marked: int) -> Text:
    advice = _("They were found by the matching attribute. This job manages them from now on.")
    if marked:
        other = ngettext(
            "{count:,} person has a different external ID. Check that no other program provisions them.",
            "{count:,} people have a different external ID. Check that no other program provisions them.",
            marked,
        )
        advice = sentences(advice, other.format(count=marked))
    return Text(_("{objects} already in AWS will be taken over").format(objects=objects(people, groups)), advice)


def _inherited(people: int, groups: int) -> Text:
    return Text(
        _("{objects} will be linked to a new directory entry").format(objects=objects(people, groups)),
        _(
            "Their previous entry is no longer in the directory. They keep their assignments in AWS, as you "
            "accepted."
        ),
    )


def _take_over(kind: str, name: str, agreement: Nested) -> Text:
    advice = (
        _("{agreement}. The account stays unchanged until you accept it on the Preview page.")
        if kind == "user"
        else _("{agreement}. The members of the group stay unchanged until you accept it on the Preview page.")
    )
    return Text(
        _("{name} already exists in AWS, and this job did not create it").format(name=name),
        advice.format(agreement=agreement),
        command=_("On the command line, use --accept take-over=NAME, or --accept take-over for all."),
    )


def _would_inherit(kind: str, name: str, agreement: Nested) -> Text:
    if kind == "user":
        title = _("{name} in AWS belonged to someone who left")
        advice = _(
            "{agreement}. If this is the same person, accept it on the Preview page: the account keeps its assignments in "
            "AWS. If it is another person, delete the account in AWS first."
        )
    else:
        title = _("{name} in AWS is a group that is no longer in the directory")
        advice = _(
            "{agreement}. If this is the same group, accept it on the Preview page: it keeps its assignments in AWS. If it "
            "is another group, delete the one in AWS first."
        )
    return Text(
        title.format(name=name),
        advice.format(agreement=agreement),
        command=_("On the command line, use --accept inherited=NAME."),
    )


def _agreement(same: Sequence[str], other: Sequence[str], absent: Sequence[str]) -> Text:
    if other and absent:
        template = _("Same {same}, different {other}, no {absent} in AWS")
    elif other:
        template = _("Same {same}, different {other}")
    elif absent:
        template = _("Same {same}, no {absent} in AWS")
    else:
        template = _("Same {same}")
    words = [listed([spoken(one) for one in each]) for each in (same, other, absent)]
    return Text(template.format(same=words[0], other=words[1], absent=words[2]))


def _many_take_overs(people: int, groups: int, names: Sequence[str] = ()) -> Text:
    count = people + groups
    title = ngettext("{objects} already exists in AWS", "{objects} already exist in AWS", count)
    advice = _("Accept those that this job may take over. The others stay unchanged.")
    return Text(title.format(objects=_accounts(people, groups)), sentences(_names(names, count), advice))


def _many_inherited(people: int, groups: int, names: Sequence[str] = ()) -> Text:
    title = (
        _("{objects} in AWS belonged to someone who left")
        if people
        else _("{objects} in AWS are no longer in the directory")
    )
    advice = (
        _(
            "Accept only the same person: the account keeps its assignments in AWS. If it is another "
            "person, delete the account in AWS first."
        )
        if people
        else _(
            "Accept only the same group: it keeps its assignments in AWS. If it is another group, delete "
            "the one in AWS first."
        )
    )
    return Text(title.format(objects=_accounts(people, groups)), sentences(_names(names, people + groups), advice))


def _accounts(people: int, groups: int) -> str:
    both = ((people, Noun.ACCOUNT), (groups, Noun.GROUP))
    return listed([counted(count, noun) for count, noun in both if count])


def _leaver_held(kind: str) -> Text:
    why = _("A row with an error may belong to them, so they keep their access. Correct the row.")
    title = (
        _("No longer in the directory, but still active in AWS")
        if kind == "user"
        else _("No longer in the directory, but kept in AWS")
    )
    return Text(title, why)


def _deleted_later(people: int, days: int) -> Text:
    advice = ngettext(
        "The safety settings delete them {days:,} day after they leave. Until then they are disabled "
        "and can be restored.",
        "The safety settings delete them {days:,} days after they leave. Until then they are "
        "disabled and can be restored.",
        days,
    )
    return Text(
        _("{people} will be deleted later").format(people=counted(people, Noun.PERSON)), advice.format(days=days)
    )


def _left(people: int, groups: int, by_mappings: bool) -> Text:
    return Text(
        _("{objects} will be kept in AWS").format(objects=objects(people, groups)),
        (
            _("They are no longer in scope. The allowed actions of the mapping do not change them.")
            if by_mappings
            else _("They are no longer in scope. The safety settings do not change them.")
        ),
    )


def _lost_columns(columns: Sequence[str], people: int) -> Text:
    advice = ngettext(
        "{people} have values from it in AWS. These values do not change. If the column was renamed, choose it on the "
        "Directory page, or another source on the Attributes page.",
        "{people} have values from them in AWS. These values do not change. If the columns were renamed, choose them on "
        "the Directory page, or other sources on the Attributes page.",
        len(columns),
    ).format(people=counted(people, Noun.PERSON))
    return Text(_("The directory no longer has {columns}").format(columns=listed(columns)), advice)


def _foreign(people: int, groups: int) -> Text:
    title = ngettext(
        "{objects} in AWS is not managed by this job",
        "{objects} in AWS are not managed by this job",
        people + groups,
    )
    return Text(
        title.format(objects=objects(people, groups)),
        _("They are not in the directory, and this job did not create them. They stay unchanged."),
    )


def _foreign_members(memberships: int) -> Text:
    title = ngettext(
        "{count:,} membership in AWS is not managed by this job",
        "{count:,} memberships in AWS are not managed by this job",
        memberships,
    )
    return Text(
        title.format(count=memberships), _("These people are not in the directory, so they stay in the groups.")
    )


def _adapted(people: int, groups: int, examples: Sequence[tuple[str, Sequence[Nested]]]) -> Text:
    return Text(
        _("{objects} will be adjusted to the rules of AWS").format(objects=objects(people, groups)),
        _examples(
            [_("{name}: {notes}").format(name=label, notes=sentences(*notes)) for label, notes in examples],
            people + groups,
        ),
    )


def _nested_groups(groups: int) -> Text:
    return Text(
        _("{groups} inside other groups will be skipped").format(groups=counted(groups, Noun.GROUP)),
        _("AWS does not support nested groups. Only direct members of a group are provisioned."),
    )


def _row_remarks(rows: int, examples: Sequence[tuple[int, str, Nested]]) -> Text:
    title = ngettext(
        "{rows:,} row of the directory has a warning", "{rows:,} rows of the directory have a warning", rows
    )
    remarks = [
        _("Line {line}, {column}: {remark}").format(line=line, column=column or _("the whole row"), remark=remark)
        for line, column, remark in examples
    ]
    return Text(title.format(rows=rows), _examples(remarks, rows))


def _examples(examples: Sequence[str], count: int) -> str:
    more = count - len(examples)
    others = ngettext("{more:,} more.", "{more:,} more.", more).format(more=more) if more > 0 else ""
    return sentences(*examples, others)


def _manager_not_provisioned(manager: str, kept: bool) -> Text:
    return Text(
        (
            _("{manager} is not provisioned, so the manager in AWS does not change.")
            if kept
            else _("{manager} is not provisioned, so no manager is set.")
        ).format(manager=manager)
    )


def _members_not_provisioned(count: int, names: Sequence[str]) -> Text:
    title = ngettext(
        "{count:,} member is not provisioned ({names}).",
        "{count:,} members are not provisioned ({names}).",
        count,
    )
    return Text(title.format(count=count, names=named(names, count)))


# Concerns


def _concerns_not_accepted(concerns: Sequence[Nested], codes: Sequence[str]) -> Text:
    options = " ".join(f"--accept {code}" for code in codes)
    advice = _("Nothing was changed.")
    command = _("To accept, use {options}.").format(options=options)
    if len(concerns) == 1:
        return Text(concerns[0].title, advice, command=command)
    warnings = [
        _("{warning} ({code}).").format(warning=concern.title, code=code)
        for concern, code in zip(concerns, codes, strict=True)
    ]
    title = _("{count} warnings need your approval").format(count=len(concerns))
    return Text(title, sentences(*warnings, advice), command=command)


def _names(names: Sequence[str], count: int) -> str:
    """ "Ann, Bob, Cy and 4 more." """
    return _("{names}.").format(names=named(names, count)) if names else ""


def _of(part: int, whole: int) -> str:
    """ "That is 38% of 48." """
    return _("That is {share} of {whole:,}.").format(share=share(part, whole), whole=whole)


def _is_over(part: int, whole: int, count: int, percent: int) -> bool:
    return part > max(count, whole * percent / 100)


def _approve_all(count: int) -> str:
    return ngettext("Approve", "Approve all {count:,}", count).format(count=count)


def _too_many_deletions(
    disabled: int,
    deleted: int,
    groups: int,
    people_linked: int,
    groups_linked: int,
    threshold_count: int,
    threshold_percent: int,
    earlier: int = 0,
    names: Sequence[str] = (),
    count: int = 0,
) -> Text:
    lost = disabled + deleted
    of_people = (
        ngettext("{n:,} person would lose access", "{n:,} people would lose access", lost)
        if disabled
        else ngettext("{n:,} person would be deleted", "{n:,} people would be deleted", lost)
    )
    of_groups = ngettext("{n:,} group would be deleted", "{n:,} groups would be deleted", groups)
    parts = ([of_people.format(n=lost)] if lost else []) + ([of_groups.format(n=groups)] if groups else [])
    part, whole = (lost, people_linked) if lost else (groups, groups_linked)
    limits = (threshold_count, threshold_percent)
    if _is_over(part + earlier, whole, *limits):
        limit = _limit(part + earlier, whole, *limits)
    else:
        limit = _limit(lost + groups + earlier, people_linked + groups_linked, *limits)
    before = _("{n:,} more lost access in the last 24 hours without approval.").format(n=earlier)
    deleting = ngettext("{n:,} of them would be deleted.", "{n:,} of them would be deleted.", deleted).format(
        n=deleted
    )
    return Text(
        listed(parts),
        sentences(
            _names(names, count),
            _of(part, whole),
            limit,
            before if earlier else "",
            deleting if disabled and deleted else "",
            _("Deleted people and groups lose their assignments. This cannot be undone.")
            if deleted or groups
            else "",
        ),
        _approve_all(lost + groups),
    )


def _limit(part: int, whole: int, count: int, percent: int) -> str:
    """The limit that is exceeded, or that half of all always needs approval; "" where the limit is not known."""
    if not percent:
        return ""
    return (
        _("Your limit is {count:,} or {percent}%, whichever is more.").format(count=count, percent=percent)
        if _is_over(part, whole, count, percent)
        else _("Half or more always needs your approval.")
    )


def _too_many_enables(
    count: int, people_linked: int, names: Sequence[str], threshold_count: int = 0, threshold_percent: int = 0
) -> Text:
    title = ngettext(
        "{n:,} disabled person would be enabled", "{n:,} disabled people would be enabled", count
    ).format(n=count)
    return Text(
        title,
        sentences(
            _of(count, people_linked),
            _limit(count, people_linked, threshold_count, threshold_percent),
            _("They could sign in again. Check the column or attribute that says who is enabled."),
            _names(names, count),
        ),
        _approve_all(count),
    )


def _too_many_renames(
    count: int, people_linked: int, names: Sequence[str], threshold_count: int = 0, threshold_percent: int = 0
) -> Text:
    title = ngettext(
        "{n:,} person would get a new user name or email address",
        "{n:,} people would get a new user name or email address",
        count,
    )
    return Text(
        title.format(n=count),
        sentences(
            _of(count, people_linked),
            _limit(count, people_linked, threshold_count, threshold_percent),
            _("People sign in with their user name. Your identity provider must send the new one too."),
            _names(names, count),
        ),
        _approve_all(count),
    )


def _ids_moved(count: int, names: Sequence[str]) -> Text:
    return Text(
        _("{people} would get the account of another person").format(people=counted(count, Noun.PERSON)),
        sentences(
            _names(names, count),
            _(
                "In the last run, these user names or unique IDs belonged to other people. A column may have been sorted "
                "alone, the unique ID may come from another column, or IDs may have been reused."
            ),
        ),
        _("The unique IDs are correct"),
    )


def _too_many_removals(
    removed: int,
    memberships: int,
    earlier: int = 0,
    group: str = "",
    group_removed: int = 0,
    group_members: int = 0,
    names: Sequence[str] = (),
    count: int = 0,
) -> Text:
    title = ngettext("{n:,} membership would be removed", "{n:,} memberships would be removed", removed).format(
        n=removed
    )
    most = _("{group} would lose {removed:,} of {members:,} members.").format(
        group=group, removed=group_removed, members=group_members
    )
    before = _("{n:,} more were removed in the last 24 hours without approval.").format(n=earlier)
    return Text(
        title,
        sentences(
            most if group else "",
            _("Groups: {names}.").format(names=named(names, count)) if count > 1 else "",
            _of(removed, memberships),
            before if earlier else "",
            _("Check that the list of members is complete."),
        ),
        _approve_all(removed),
    )


def _too_many_additions(
    added: int,
    memberships: int,
    group: str,
    group_added: int,
    group_members: int,
    names: Sequence[str],
    count: int,
) -> Text:
    title = ngettext("{n:,} membership would be added", "{n:,} memberships would be added", added).format(n=added)
    return Text(
        title,
        sentences(
            _("{group} has {members:,} members and would get {added:,} more.").format(
                group=group, added=group_added, members=group_members
            ),
            _("Groups: {names}.").format(names=named(names, count)) if count > 1 else "",
            _("All groups together have {whole:,} memberships now.").format(whole=memberships)
            if count > 1
            else "",
            _("People who are already in AWS would get the access of these groups."),
        ),
        _approve_all(added),
    )


def _values_cleared(attributes: Sequence[str], having: int, names: Sequence[str], count: int) -> Text:
    return Text(
        _("{attributes} would be cleared for {people}").format(
            attributes=listed([spoken(attribute) for attribute in attributes]), people=counted(count, Noun.PERSON)
        ),
        sentences(
            _names(names, count),
            _("{having} have a value in AWS. Check that the column was exported with its values.").format(
                having=counted(having, Noun.PERSON)
            ),
        ),
        _("Clear these values"),
    )


def _empty_source(people_linked: int, names: Sequence[str] = (), count: int = 0, unusable: int = 0) -> Text:
    return Text(
        _("No row of the directory can be used") if unusable else _("The directory is empty"),
        sentences(
            _("All {count:,} rows have errors.").format(count=unusable) if unusable else "",
            _("This job manages {people} in AWS.").format(people=counted(people_linked, Noun.PERSON)),
            _names(names, count),
            "" if unusable else _("Check the file. The export is probably incomplete."),
        ),
        _("The directory really is empty"),
    )


def _short_source(
    people: int, people_before: int, what: str = "people", names: Sequence[str] = (), count: int = 0
) -> Text:
    noun = Noun.MEMBERSHIP if what == "memberships" else Noun.PERSON
    title = _("The directory has {people}, {share} of the {before:,} in the last run")
    absent = _("Missing: {names}.") if what == "people" else _("Groups: {names}.")
    return Text(
        title.format(people=counted(people, noun), share=share(people, people_before), before=people_before),
        sentences(
            absent.format(names=named(names, count)) if names else "",
            _("Check that the directory is complete and was exported without a filter."),
        ),
        _("The directory is complete"),
    )


def _truncated_source(files: Sequence[str], names: Sequence[str], count: int) -> Text:
    words = {"users": _("The file with people is incomplete"), "members": _("The file with members is incomplete")}
    return Text(
        words[files[0]] if len(files) == 1 else _("Both files of the directory are incomplete"),
        sentences(
            _("It ends within a row, or without its usual final line break. Export it again."),
            _("Missing: {names}.").format(names=named(names, count)) if names else "",
        ),
        _("The file is complete"),
    )


def _columns_lost(columns: Sequence[str], empty: bool, status: bool, names: Sequence[str], count: int) -> Text:
    title = ngettext("{columns} has no values anymore", "{columns} have no values anymore", len(columns))
    if not empty:
        title = _("The directory no longer has {columns}")
    return Text(
        title.format(columns=listed(columns)),
        sentences(
            _("{people} had a value in the last run.").format(people=counted(count, Noun.PERSON)),
            _("Without it, the directory does not say who is enabled.") if status else "",
            _("If the column was renamed, choose it on the Directory page."),
        ),
        _("Continue without it"),
    )


def _other_provisioner(
    changed: int, people_linked: int, by: str, names: Sequence[str] = (), count: int = 0
) -> Text:
    return Text(
        _("Another program changes the same people in AWS"),
        sentences(
            _names(names, count),
            (
                _("{people}, {share} of {linked:,}, have an external ID that this job did not set.")
                if by == "external-id"
                else _("{people}, {share} of {linked:,}, were changed in AWS since the last run.")
            ).format(
                people=counted(changed, Noun.PERSON), share=share(changed, people_linked), linked=people_linked
            ),
            _("Two programs undo each other's changes. Stop one of them."),
        ),
        _("No other program provisions these people"),
    )


# Why an operation is in the plan


def _not_in_aws_yet(members: int) -> Text:
    return Text(
        _("Not in AWS yet, with {people}").format(people=counted(members, Noun.PERSON))
        if members
        else _("Not in AWS yet")
    )


def _enabled_again(attributes: Sequence[str]) -> Text:
    listing = comma_list(attributes)
    return Text(_("Enabled again, {attributes}").format(attributes=listing) if listing else _("Enabled again"))


def _attributes_differ(count: int, attributes: Sequence[str]) -> Text:
    title = ngettext("{count} attribute differs: {attributes}", "{count} attributes differ: {attributes}", count)
    return Text(title.format(count=count, attributes=comma_list(attributes)))


def _people_join(count: int) -> Text:
    return Text(ngettext("{count:,} person joins", "{count:,} people join", count).format(count=count))


def _people_leave(count: int) -> Text:
    return Text(ngettext("{count:,} person leaves", "{count:,} people leave", count).format(count=count))


# Why an object is rejected, skipped or held back


def _several_violations(violations: Sequence[Nested]) -> Text:
    return Text(sentences(*violations))


def _duplicate_value(attribute: str, value: str, others: Sequence[str], count: int) -> Text:
    return Text(
        _("{others} would have the same {attribute} ({value}), which must be unique in AWS").format(
            others=named(others, count), attribute=spoken(attribute), value=value
        ),
        _("Change it for one of them, or remove one of them from the scope."),
    )


def _value_taken(attribute: str, value: str, owner: str) -> Text:
    return Text(
        _("{owner} already has this {attribute} ({value}) in AWS").format(
            owner=owner, attribute=spoken(attribute), value=value
        ),
        _("Change it in the directory or in AWS."),
    )


def _external_id_taken(attribute: str, value: str, owner: str) -> Text:
    return Text(
        _("{owner} already has this {attribute} ({value}) in AWS").format(
            owner=owner, attribute=spoken(attribute), value=value
        ),
        _(
            "Another job or program set it. Add a prefix to the external IDs of this job: on the "
            'Attributes page, map externalId to the expression Join("", "myjob-", [objectId]).'
        ),
    )


def _duplicate_match(attribute: str, value: str, owner: str) -> Text:
    return Text(
        _("{owner} has this {attribute} ({value}) and belongs to another person in the directory").format(
            owner=owner, attribute=spoken(attribute), value=value
        ),
        _("Give each of them a different value, or choose another matching attribute."),
    )


def _ambiguous_match(attribute: str, value: str, count: int) -> Text:
    return Text(
        _("{count:,} objects in AWS have this {attribute} ({value})").format(
            count=count, attribute=spoken(attribute), value=value
        ),
        _("Keep one of them in AWS, or choose another matching attribute."),
    )


def _filtered_out(clauses: Sequence[str]) -> Text:
    why = ngettext(
        "{clauses} is not met (EntrySynchronizationSkipped).",
        "{clauses} are not met (EntrySynchronizationSkipped).",
        len(clauses),
    )
    return Text(_("Did not match the scoping filter"), why.format(clauses=listed(clauses)))


def _refused_repeatedly(times: int, next_attempt: str) -> Text:
    title = _("Rejected by AWS {times} times. Next attempt after {then}, or when it changes")
    return Text(
        title.format(times=times, then=_moment(next_attempt)), _("A run from the window tries it immediately.")
    )


# Rows of the log


def _rejected(rule: str, attribute: str, line: int, why: Nested) -> Text:
    title = _(_REJECTED.get(rule, _OTHER_RULE)).format(attribute=friendly_name(attribute))
    reason = why.advice if rule in _SAME_TITLE and why.advice else why
    return Text(title, _("Line {line}: {why}").format(line=line, why=reason) if line else reason)


def _object_created(members: int) -> Text:
    return Text(
        _("Created in AWS, with {people}").format(people=counted(members, Noun.PERSON))
        if members
        else _("Created in AWS")
    )


def _memberships_not_read(groups: int) -> Text:
    return Text(
        ngettext(
            "The members of {count:,} group were not read", "The members of {count:,} groups were not read", groups
        ).format(count=groups),
        _(
            "Reading them all takes more requests than one run may send (Safety settings, Advanced). "
            "Their memberships do not change in this run. Later runs read them."
        ),
    )


def _changed_elsewhere(attributes: Sequence[str]) -> Text:
    return Text(
        _("Changed in AWS outside this job: {attributes}").format(attributes=comma_list(attributes)),
        _("Mapped attributes are set again. Other attributes do not change."),
    )


def _members_changed_elsewhere(joined: int, left: int) -> Text:
    parts = [
        ngettext("{count:,} person was added", "{count:,} people were added", joined).format(count=joined)
        if joined
        else "",
        ngettext("{count:,} person was removed", "{count:,} people were removed", left).format(count=left)
        if left
        else "",
    ]
    return Text(
        _("Members changed in AWS outside this job: {what}").format(what=listed([p for p in parts if p])),
        _("This run restores the members from the directory."),
    )


def _attributes_changed(attributes: Sequence[str]) -> Text:
    return Text(comma_list(attributes))


def _object_enabled_again(attributes: Sequence[str]) -> Text:
    listing = comma_list(attributes)
    return Text(_("Enabled again, {attributes}").format(attributes=listing) if listing else _("Enabled again"))


def _members_joined(count: int) -> Text:
    return Text(ngettext("{count:,} person joined", "{count:,} people joined", count).format(count=count))


def _members_left(count: int) -> Text:
    return Text(ngettext("{count:,} person left", "{count:,} people left", count).format(count=count))


def _manager_left_out(names: Sequence[str], count: int) -> Text:
    return Text(
        _("Manager not set: {names}").format(names=named(names, count)),
        _("Not in AWS yet. The next run adds them."),
    )


def _members_left_out(names: Sequence[str], count: int) -> Text:
    return Text(
        _("Members not added: {names}").format(names=named(names, count)),
        _("Not in AWS yet. The next run adds them."),
    )


def _not_written(why: Nested, status: int, in_doubt: bool) -> Text:
    title = _("{reason} ({status})").format(reason=why.title, status=status) if status else why.title
    return Text(title, sentences(why.advice, _(_LOOKED_UP) if in_doubt else ""))


# Runs


def _run_stopped(why: Nested, partly: bool) -> Text:
    done = _("Completed changes are kept. The next run continues with the rest.")
    return Text(why.title, sentences(why.advice, done if partly else ""))


def _most_failed(failed: int, total: int) -> Text:
    return Text(
        _("{failed:,} of {total:,} people and groups failed, {share}").format(
            failed=failed, total=total, share=share(failed, total)
        )
    )


def _job_in_quarantine(failures: int, since: str, next_attempt: str, why: Nested) -> Text:
    return Text(
        _("This job is in quarantine until {moment}").format(moment=_moment(next_attempt)),
        _quarantine_advice(failures, since, why),
        command=_(_CHECK_ENDS_IT),
    )


def _job_disabled(failures: int, since: str, next_attempt: str, why: Nested) -> Text:
    return Text(
        _("This job is disabled after four weeks in quarantine"),
        _quarantine_advice(failures, since, why),
        command=_(_CHECK_ENDS_IT),
    )


_CHECK_ENDS_IT = N_("If access was denied, a successful `check` also ends the quarantine.")


def _quarantine_advice(failures: int, since: str, why: Nested) -> str:
    return _(
        "{failures} runs in a row failed since {since}: {why}. Nothing was changed. Fix the cause, then run the job from "
        "the window. A new token or a change of the job also ends the quarantine."
    ).format(failures=failures, since=_moment(since), why=why.title)


def _setting_out_of_range(setting: str, lowest: int, highest: int) -> Text:
    ranges = {
        "threshold_count": _("The number of people must be between {lowest:,} and {highest:,}."),
        "threshold_percent": _("The share must be between {lowest}% and {highest}%."),
        "membership_requests": _(
            "The number of requests that read memberships must be between {lowest:,} and {highest:,}."
        ),
        "results_kept_days": _("The number of days to keep results must be between {lowest:,} and {highest:,}."),
        "delete_after_days": _(
            "The number of days until people are deleted must be between {lowest:,} and {highest:,}."
        ),
    }
    return Text(ranges[setting].format(lowest=lowest, highest=highest))


ROWS: Rows = {
    # Notes and warnings of a plan
    "made-anew": _created_again,
    "links-restored": _links_restored,
    "accounts-adopted": _adopted,
    "accounts-inherited": _inherited,
    "deleted-later": _deleted_later,
    "left-in-aws": _left,
    "lost-columns": _lost_columns,
    "foreign-objects": _foreign,
    "foreign-members": _foreign_members,
    "values-adapted": _adapted,
    "nested-groups": _nested_groups,
    "row-remarks": _row_remarks,
    "memberships-not-read": _memberships_not_read,
    "failed-ones-only": Text(
        N_("Only the failures of the last run are retried"), N_("All other changes wait for the next run.")
    ),
    "other-tenant": Text(
        N_("This job used another SCIM endpoint before"),
        N_("Its records of the other endpoint are kept but not used. Everything was read from this endpoint."),
    ),
    "manager-not-provisioned": _manager_not_provisioned,
    "members-not-provisioned": _members_not_provisioned,
    "leaver-held": _leaver_held,
    "leaver-unknown": Text(
        N_("This job created or took over this account, and no one in scope matches it"),
        N_(
            "The person may have left while the journal was lost. Disable the account in AWS, or add the "
            "person to the scope."
        ),
    ),
    # Concerns
    "too-many-deletions": _too_many_deletions,
    "too-many-enables": _too_many_enables,
    "too-many-renames": _too_many_renames,
    "too-many-removals": _too_many_removals,
    "too-many-additions": _too_many_additions,
    "ids-moved": _ids_moved,
    "values-cleared": _values_cleared,
    "columns-lost": _columns_lost,
    "truncated-source": _truncated_source,
    "empty-source": _empty_source,
    "short-source": _short_source,
    "other-provisioner": _other_provisioner,
    "changed-since-approval": Text(
        N_("The plan has changed: {changes:,} changes instead of {approved:,}"),
        N_("The directory or AWS has changed. Nothing was written yet. Review the changes again."),
        N_("Approve the new changes"),
    ),
    "concerns-not-accepted": _concerns_not_accepted,
    # Why an operation is in the plan
    "not-in-aws-yet": _not_in_aws_yet,
    "enabled-again": _enabled_again,
    "attributes-differ": _attributes_differ,
    "people-join": _people_join,
    "people-leave": _people_leave,
    "no-longer-in-scope": Text(N_("No longer in scope")),
    "no-longer-in-directory": Text(N_("No longer in the directory")),
    # Why an object is rejected, skipped or held back
    "several-violations": _several_violations,
    "duplicate-value": _duplicate_value,
    "value-taken": _value_taken,
    "external-id-taken": _external_id_taken,
    "duplicate-match": _duplicate_match,
    "ambiguous-match": _ambiguous_match,
    "take-over": _take_over,
    "agreement": _agreement,
    "inherited": _would_inherit,
    "many-take-overs": _many_take_overs,
    "many-inherited": _many_inherited,
    "protected": Text(
        N_("Protected on this computer"),
        N_("No job may change this account or group."),
        command=N_("On the command line, `protect list` shows the list."),
    ),
    "blocked-in-directory": Text(
        N_("Disabled in the directory"),
        N_(
            "accountEnabled is false (NotEffectivelyEntitled). Disabled people are not created, and "
            "people created by this job are disabled in AWS."
        ),
    ),
    "not-chosen": Text(
        N_("Not in scope"),
        N_("Neither selected nor a member of a selected group (NotEffectivelyEntitled)."),
    ),
    "not-among-first": Text(
        N_("Not one of the first few"),
        N_(
            "This job starts with a few people and groups. Remove this limit on the Scope page to "
            "provision everyone."
        ),
    ),
    "filtered-out": _filtered_out,
    "people-not-created": Text(
        N_("Not in AWS, and creating people is turned off"),
        N_("Turn on Create in the allowed actions for people."),
    ),
    "groups-not-created": Text(
        N_("Not in AWS, and creating groups is turned off"),
        N_("Turn on Create in the allowed actions for groups."),
    ),
    "refused-repeatedly": _refused_repeatedly,
    "waits-for-refused": Text(
        N_("Waits for another object that AWS rejected"), N_("A run from the window tries it immediately.")
    ),
    # Rows of the log
    "object-rejected": _rejected,
    "object-created": _object_created,
    "attributes-changed": _attributes_changed,
    "object-enabled-again": _object_enabled_again,
    "changed-elsewhere": _changed_elsewhere,
    "members-changed-elsewhere": _members_changed_elsewhere,
    "deleted-elsewhere": Text(
        N_("Deleted in AWS outside this job"), N_("This run creates it again if it is in scope.")
    ),
    "object-disabled": Text(N_("Disabled in AWS")),
    "object-deleted": Text(N_("Deleted in AWS")),
    "members-joined": _members_joined,
    "members-left": _members_left,
    "manager-left-out": _manager_left_out,
    "members-left-out": _members_left_out,
    "not-written": _not_written,
    "step-before-failed": Text(N_("An earlier step for this object failed"), _NEXT_RUN),
    "name-not-freed": Text(N_("{owner} still has this name, email address, or ID in AWS"), _NEXT_RUN),
    "exchange-undone": Text(
        N_("The exchange of names was undone, because {owner} could not be changed"),
        N_("See the report for {owner}, or run again."),
    ),
    "temporary-name-left": Text(
        N_("Has the temporary name {name}: AWS rejected the rest of an exchange of names"), _NEXT_RUN
    ),
    "group-not-in-aws": Text(N_("The group is not in AWS"), _NEXT_RUN),
    "members-not-in-aws": Text(N_("None of these people is in AWS"), _NEXT_RUN),
    "person-not-in-aws": Text(N_("The person is not in AWS"), _NEXT_RUN),
    "manager-not-in-aws": Text(N_("The manager is not in AWS"), _NEXT_RUN),
    "no-answer": Text(N_("AWS did not return a usable response"), _LOOKED_UP),
    "cut-off-by-cancel": Text(N_("Interrupted when the run was canceled"), _LOOKED_UP),
    "unexpected-error": Text(N_("An unexpected error occurred. See the log file for details"), _LOOKED_UP),
    "done-not-noted": Text(N_("Done in AWS, but not recorded in the journal"), _LOOKED_UP),
    "not-done-run-cancelled": Text(N_("Not done, because the run was canceled"), N_("The next run does it.")),
    "not-done-run-stopped": Text(N_("Not done: {why.title}"), N_("The next run does it.")),
    # Runs
    "reading-memberships": Text(N_("Reading memberships from AWS")),
    "aws-not-readable": Text(N_("AWS could not be read"), N_("{why.title}. {why.advice} Nothing was changed.")),
    "aws-answer-lost": Text(
        N_("AWS could not be read"), N_("A response was lost. Nothing was changed. Try again.")
    ),
    "matching-cannot-be-looked-up": Text(
        N_("This person cannot be provisioned separately"),
        N_("People are matched by {attribute}, which AWS cannot search for one person. Run all changes instead."),
    ),
    "only-a-whole-run-can-do-it": Text(
        N_("Other people must be changed first"),
        N_("They still have names that this change needs. Run all changes instead. Nothing was changed."),
    ),
    "run-stopped": _run_stopped,
    "run-broke-off": Text(
        N_("The run was interrupted"), N_("Completed changes are kept. The next run continues.")
    ),
    "most-failed": _most_failed,
    "job-in-quarantine": _job_in_quarantine,
    "job-disabled-by-quarantine": _job_disabled,
    "nothing-failed": Text(N_("Nothing failed in the last run"), N_("There is nothing to retry.")),
    "access-refused": Text(N_("Access was denied")),
    # Settings of a job
    "setting-out-of-range": _setting_out_of_range,
    "notification-address-malformed": Text(
        N_("Enter the notification email address in the form name@example.com.")
    ),
}

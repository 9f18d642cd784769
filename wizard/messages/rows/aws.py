"""Messages of `wizard.aws`: SCIM endpoint and token, AWS's rules, its refusals, the connection test."""

from collections.abc import Sequence

from wizard.messages.attribute_names import friendly_name
from wizard.messages.counting import listed
from wizard.messages.row import Nested, Rows, Text, sentences
from wizard.messages.translation import N_, _, ngettext

_CHARACTERS = {
    "\t": N_("a tab"),
    "\n": N_("a line break"),
    "\r": N_("a line break"),
    ":": N_("a colon"),
    ";": N_("a semicolon"),
    "%": N_("a percent sign"),
    " ": N_("a space"),
}


def _character(code_point: int) -> str:
    """A character by its name, or as “x”."""
    character = chr(code_point)
    if character in _CHARACTERS:
        return _(_CHARACTERS[character])
    if character.isspace():
        return _("a special space (U+{code:04X})").format(code=code_point)
    if character.isprintable():
        return f"“{character}”"
    return _("an invisible character (U+{code:04X})").format(code=code_point)


def _said(detail: str) -> str:
    return _("AWS said: {detail}.").format(detail=detail.rstrip(".")) if detail else ""


# Rules


def _required_attribute_missing(kind: str, path: str) -> Text:
    advice = (
        _("AWS requires {path}. Fill it in the directory, or map it to an attribute that has a value.")
        if kind == "user"
        else _("AWS requires {path}. Give the group a name.")
    )
    return Text(_("{name} is empty").format(name=friendly_name(path)), advice.format(path=path))


def _attribute_unknown(kind: str, path: str) -> Text:
    text = (
        _("AWS has no attribute {path} for people. Remove it from the mappings.")
        if kind == "user"
        else _("AWS has no attribute {path} for groups. Remove it from the mappings.")
    )
    return Text(text.format(path=path))


def _contains(path: str, characters: Sequence[int]) -> str:
    names = list(dict.fromkeys(map(_character, characters)))
    return _("{name} contains {characters}").format(name=friendly_name(path), characters=listed(names))


def _character_not_taken(path: str, character: int) -> Text:
    advice = _("AWS does not accept it in {path}. Remove it in the directory, or with Replace() in the mapping.")
    return Text(_contains(path, (character,)), advice.format(path=path))


def _white_space(path: str, value: str, character: int) -> Text:
    advice = _(
        "AWS does not accept it in {path} (“{value}”). Remove it in the directory, or with StripSpaces() in the mapping."
    )
    return Text(_contains(path, (character,)), advice.format(path=path, value=value))


def _forbidden_character(path: str, value: str, characters: tuple[int, ...]) -> Text:
    several = len({_character(character) for character in characters}) > 1
    advice = (
        _(
            "AWS does not accept them in {path} (“{value}”). Replace them in the directory, or with Replace() in the "
            "mapping."
        )
        if several
        else _(
            "AWS does not accept it in {path} (“{value}”). Replace it in the directory, or with Replace() in the mapping."
        )
    )
    return Text(_contains(path, characters), advice.format(path=path, value=value))


def _too_long(path: str, length: int, limit: int) -> Text:
    return Text(
        _("{name} has {length:,} characters").format(name=friendly_name(path), length=length),
        _("AWS accepts {limit:,} in {path}. Shorten it in the directory, or with Left() in the mapping.").format(
            limit=limit, path=path
        ),
    )


def _more_than_one_value(path: str, count: int) -> Text:
    return Text(
        _("{name} has {count} values").format(name=friendly_name(path), count=count),
        _(
            "AWS accepts one in {path}. Keep one in the directory, or let the mapping choose one, for example with "
            "Item([attribute], 1)."
        ).format(path=path),
    )


def _reserved_name(kind: str, path: str, value: str) -> Text:
    advice = (
        _(
            "AWS keeps the name “{value}” for itself. Change it in the directory, or leave this person out of scope."
        )
        if kind == "user"
        else _(
            "AWS keeps the name “{value}” for itself. Change it in the directory, or leave this group out of scope."
        )
    )
    return Text(_("{name} is reserved").format(name=friendly_name(path)), advice.format(value=value))


def _sent_as_boolean(path: str, value: str, sent: bool) -> Text:
    return Text(_("{path}: “{value}” is sent as {sent}.").format(path=path, value=value, sent=str(sent).lower()))


_RULES: Rows = {
    "required-attribute-missing": _required_attribute_missing,
    "attribute-unknown-to-aws": _attribute_unknown,
    "more-than-one-value": _more_than_one_value,
    "empty-list": Text(N_("{path} has an empty list for a value. Map it to an attribute that has one.")),
    "only-white-space": Text(N_("{path} holds only white space. Leave it empty in the directory.")),
    "character-not-taken": _character_not_taken,
    "too-long": _too_long,
    "white-space": _white_space,
    "forbidden-character": _forbidden_character,
    "reserved-name": _reserved_name,
    "not-a-boolean": Text(N_("{path} is neither true nor false. Change the mapping.")),
    "not-a-person": Text(N_("{path} does not name a person of the directory. Change the mapping.")),
    "not-a-text": Text(N_("{path} is a text in AWS, and has another kind of value. Change the mapping.")),
    "sent-as-boolean": _sent_as_boolean,
    "outer-spaces-left-out": Text(N_("{path}: spaces before or after the value are left out.")),
}


# Refusals


def _aws_forbids_provisioning(detail: str) -> Text:
    return Text(
        _("AWS does not allow this access token to provision"),
        sentences(
            _(
                "AWS refused it (403). Check in the AWS console that automatic provisioning is still enabled, and "
                "that the token was made for this SCIM endpoint. Two other causes: the network settings of the identity "
                "store allow SCIM only from certain IP addresses (ScimAllowSourceIps), and the address of this "
                "computer is not among them; or Identity Center uses a customer managed KMS key whose policy does not "
                "allow provisioning."
            ),
            _said(detail),
        ),
    )


def _aws_tenant_unknown(detail: str) -> Text:
    return Text(
        _("AWS does not know this tenant"),
        sentences(
            _(
                "The host answered, but there is no tenant of this name (404). Copy the SCIM endpoint again from the "
                "AWS console, and check that automatic provisioning is still enabled."
            ),
            _said(detail),
        ),
    )


def _aws_has_a_problem(doing: str, status: int, detail: str, tries: int = 1) -> Text:
    failed = ngettext(
        "{doing} failed ({status}). The cause is not on this computer: try again later.",
        "{doing} failed {tries} times ({status}). The cause is not on this computer: try again later.",
        tries,
    )
    return Text(
        _("AWS has a problem of its own"),
        sentences(failed.format(doing=doing, status=status, tries=tries), _said(detail)),
    )


def _aws_has_a_problem_with_object(status: int, tries: int = 1) -> Text:
    failed = ngettext(
        "The request failed ({status}), and the cause is not on this computer. The next run tries again.",
        "The request failed {tries} times ({status}), and the cause is not on this computer. The next run tries "
        "again.",
        tries,
    )
    return Text(_("AWS has a problem of its own"), failed.format(status=status, tries=tries))


def _request_not_offered(doing: str, detail: str) -> Text:
    return Text(
        _("The service does not offer what is needed"),
        sentences(
            _("{doing} was answered with 501, not implemented. Trying again does not help.").format(doing=doing),
            _said(detail),
        ),
    )


def _id_not_usable(kind: str, id: str) -> Text:
    return Text(
        _("The service gave the new person an unusable id")
        if kind == "user"
        else _("The service gave the new group an unusable id"),
        _("“{id}” cannot be part of an address. Report it to whoever runs the service.").format(id=id),
    )


def _id_of_another_object(kind: str, id: str) -> Text:
    return Text(
        _("The service gave the new person the id of somebody else")
        if kind == "user"
        else _("The service gave the new group the id of another group"),
        _("“{id}” was given before, so nothing is written to it. Report it to whoever runs the service.").format(
            id=id
        ),
    )


def _aws_refused_request(doing: str, status: int, detail: str) -> Text:
    return Text(
        _("{doing} was refused").format(doing=doing),
        sentences(_("AWS answered {status}.").format(status=status), _said(detail)),
    )


def _taken_in_aws(kind: str) -> Text:
    return Text(
        _("Another person in AWS has the same user name, e-mail address or external id")
        if kind == "user"
        else _("Another group in AWS has the same name or external id"),
        _("AWS refused the change (409). Find who else has it in the AWS console, and correct one of them."),
    )


def _gone_in_aws(kind: str) -> Text:
    return Text(
        _("The person is no longer in AWS") if kind == "user" else _("The group is no longer in AWS"),
        _(
            "Somebody may have deleted it in the AWS console (404). The next run creates it again; access in AWS "
            "then has to be assigned again."
        ),
    )


def _name_of_another_object(kind: str, path: str, value: str) -> Text:
    if kind == "user":
        title = _("Another person of this job has the same {path}")
        advice = _(
            "“{value}” stands in AWS already and belongs to another person that this job provisions. Give each its "
            "own in the directory, or run again if they exchanged names."
        )
    else:
        title = _("Another group of this job has the same {path}")
        advice = _(
            "“{value}” stands in AWS already and belongs to another group that this job provisions. Give each its "
            "own in the directory, or run again if they exchanged names."
        )
    return Text(title.format(path=path), advice.format(value=value))


def _name_of_others(kind: str, path: str, value: str) -> Text:
    if kind == "user":
        title = _("Another person in AWS has the same {path}")
        advice = _(
            "“{value}” was made by somebody else in the meantime. The next run asks whether to take it over."
        )
    else:
        title = _("Another group in AWS has the same {path}")
        advice = _(
            "“{value}” was made by somebody else in the meantime. The next run asks whether to take it over."
        )
    return Text(title.format(path=path), advice.format(value=value))


def _aws_takes_one_value(path: str) -> Text:
    title = _("AWS takes one value of {path}").format(path=path) if path else _("AWS takes one value")
    return Text(title, _("Keep one value in the directory, or let the mapping choose one."))


def _aws_needs_a_value(path: str) -> Text:
    title = _("AWS needs a value of {path}").format(path=path) if path else _("AWS needs a value")
    return Text(title, _("Fill it in the directory, or map it to an attribute that has a value."))


def _value_too_long(path: str) -> Text:
    title = (
        _("The value of {path} is too long for AWS").format(path=path)
        if path
        else _("The value is too long for AWS")
    )
    return Text(title, _("Shorten it in the directory, or with Left() in the mapping."))


def _characters_refused(path: str) -> Text:
    title = (
        _("AWS does not take the characters of {path}").format(path=path)
        if path
        else _("AWS does not take the characters")
    )
    return Text(title, _("Replace them in the directory or in the mapping."))


def _values_refused(path: str, status: int) -> Text:
    return Text(
        _("AWS refused the values of {path}").format(path=path) if path else _("AWS refused the values"),
        _(
            "AWS gives its reason below ({status}). Compare the values with the rules of the attribute, correct "
            "them in the directory or the mapping, and run again."
        ).format(status=status),
    )


_REFUSALS: Rows = {
    "reading-people-from-aws": Text(N_("Reading people from AWS")),
    "reading-groups-from-aws": Text(N_("Reading groups from AWS")),
    "reading-memberships-from-aws": Text(N_("Reading memberships from AWS")),
    "token-unusable": Text(
        N_("The access token cannot be used"),
        N_("It is empty, or holds characters that no token has. Paste it again as AWS shows it."),
    ),
    "host-not-confirmed": Text(
        N_("The host {host} has not been confirmed"),
        N_(
            "It is neither a host of AWS nor this computer, and the token would go there. Confirm the host on "
            "the AWS page, or with --allow-host {host}."
        ),
    ),
    "aws-refuses-token": Text(
        N_("AWS does not accept the access token"),
        N_(
            "AWS refused it (401): it has expired, was deleted, or belongs to another SCIM endpoint. A token lives one "
            "year, and AWS keeps at most two at a time. In the AWS console open IAM Identity Center, Settings, "
            "Identity source, Actions, Manage provisioning: delete the old token, choose Generate token and paste "
            "the new one."
        ),
    ),
    "aws-forbids-provisioning": _aws_forbids_provisioning,
    "aws-tenant-unknown": _aws_tenant_unknown,
    "aws-throttles": Text(
        N_("AWS asks us to slow down"),
        N_(
            "{doing} did not come through: too many requests (429), for minutes. Another program may be "
            "provisioning the same tenant. Wait a while and try again."
        ),
    ),
    "aws-has-a-problem": _aws_has_a_problem,
    "aws-refused-request": _aws_refused_request,
    "email-taken-in-aws": Text(
        N_("The e-mail address is taken"),
        N_(
            "Another person in AWS has the address {address}, under another user name. Find that person in the "
            "AWS console, change or delete the address there, or correct it in the directory."
        ),
    ),
    "unique-value-taken-in-aws": Text(
        N_("Somebody in AWS has a value that must be unique"),
        N_(
            "AWS says that this person exists (409), but finds nobody by user name or external id. Look for the "
            "person in the AWS console."
        ),
    ),
    "taken-in-aws": _taken_in_aws,
    "gone-in-aws": _gone_in_aws,
    "name-of-another-object": _name_of_another_object,
    "name-of-others": _name_of_others,
    "aws-throttles-object": Text(
        N_("AWS asks us to slow down"), N_("Too many requests (429), for minutes. The next run tries again.")
    ),
    "aws-has-a-problem-with-object": _aws_has_a_problem_with_object,
    "request-not-offered": _request_not_offered,
    "change-not-offered": Text(
        N_("The service does not offer this change"),
        N_("It answered 501, not implemented. Trying again does not help."),
    ),
    "not-found-by-a-gateway": Text(
        N_("Something between this computer and AWS answered “not found”"),
        N_(
            "The answer (404) did not come from the SCIM service, so it does not show that the object is gone. Check "
            "the SCIM endpoint, and ask your network team about proxies and gateways."
        ),
    ),
    "id-not-usable": _id_not_usable,
    "id-of-another-object": _id_of_another_object,
    "aws-takes-one-value": _aws_takes_one_value,
    "aws-needs-a-value": _aws_needs_a_value,
    "value-too-long-for-aws": _value_too_long,
    "characters-refused-by-aws": _characters_refused,
    "change-not-supported-by-aws": Text(
        N_("AWS does not take this kind of change"),
        N_("This is a fault of this program: report it with the text below."),
    ),
    "values-refused-by-aws": _values_refused,
}


# The connection test


def _connection_works(service: str, people: int, more_people: bool, groups: int, more_groups: bool) -> Text:
    if service == "other":
        text = _("The service answered and nothing was changed. It holds {people} and {groups} already.")
    elif service == "loopback":
        text = _("The sandbox answered and nothing was changed. It holds {people} and {groups} already.")
    else:
        text = _("AWS answered and nothing was changed. It holds {people} and {groups} already.")
    counted_people = (
        _("{count} or more people") if more_people else ngettext("{count} person", "{count} people", people)
    )
    counted_groups = (
        _("{count} or more groups") if more_groups else ngettext("{count} group", "{count} groups", groups)
    )
    return Text(
        _("Connected"),
        text.format(people=counted_people.format(count=people), groups=counted_groups.format(count=groups)),
    )


def _step_rows(count: int, more: bool) -> Text:
    return Text(_("{count} or more").format(count=count) if more else str(count))


def _step_duration(seconds: float) -> Text:
    if seconds < 1:
        return Text(_("{count:.0f} ms").format(count=seconds * 1000))
    return Text(_("{count:.1f} s").format(count=seconds))


def _token_to_be_replaced(why: Nested) -> Text:
    return Text(why.title, sentences(_("The endpoint is right; only the token has to be replaced."), why.advice))


_CONNECTION_TEST: Rows = {
    "connection-works": _connection_works,
    "step-rows": _step_rows,
    "step-duration": _step_duration,
    "step-status": Text("{status}"),
    "doing-connection-test": Text(N_("The test")),
    "token-to-be-replaced": _token_to_be_replaced,
    "answer-not-scim": Text(
        N_("{host} answered, but not as a SCIM service"),
        N_("There is no SCIM endpoint at this address. Copy it again from the AWS console."),
    ),
    "no-tenant-at-address": Text(
        N_("{host} answered, but knows no tenant at this address"),
        N_(
            "Copy the SCIM endpoint again from the AWS console (404). It ends in /scim/v2, and the part before it "
            "is the tenant."
        ),
    ),
}

_TYPED: Rows = {
    "tenant-url-unusable": Text(N_("The SCIM endpoint cannot be used"), "{why}"),
    "tenant-url-empty": Text(N_("Enter the SCIM endpoint.")),
    "tenant-url-with-odd-characters": Text(
        N_("The SCIM endpoint holds characters that no address has. Copy the whole value from AWS.")
    ),
    "tenant-url-not-an-address": Text(N_("This is not an address. Copy the whole value from AWS.")),
    "tenant-url-with-credentials": Text(
        N_("The SCIM endpoint holds a name or a password before the host. The token has its own field.")
    ),
    "tenant-url-without-host": Text(
        N_("The SCIM endpoint has no host that could be asked. Copy the whole value from AWS.")
    ),
    "tenant-url-not-a-host": Text(N_("“{host}” is not the name of a host. Copy the whole value from AWS.")),
    "tenant-url-of-access-portal": Text(
        N_("This is the address of the access portal. Copy the SCIM endpoint from Automatic provisioning.")
    ),
    "tenant-url-of-console": Text(N_("This is the address of the AWS console. Copy the SCIM endpoint it shows.")),
    "tenant-url-with-query": Text(
        N_("The SCIM endpoint goes on after /scim/v2, with “?” or “#”. Copy the whole value from AWS.")
    ),
    "tenant-url-begins-with-http": Text(
        N_("The SCIM endpoint begins with http. It has to be https, or the token could be read on the way.")
    ),
    "tenant-url-with-other-scheme": Text(
        N_("The SCIM endpoint begins with {scheme}. It has to begin with https.")
    ),
    "tenant-url-too-long": Text(N_("The SCIM endpoint goes on after /scim/v2. Copy the whole value from AWS.")),
    "tenant-url-without-tenant": Text(
        N_("The part between the host and /scim/v2 is missing. Copy the whole value from AWS.")
    ),
    "tenant-url-with-longer-path": Text(
        N_("There is more than the tenant between the host and /scim/v2. Copy the whole value from AWS.")
    ),
    "tenant-url-with-placeholder": Text(
        N_("“{tenant}” stands where the tenant belongs. Copy the whole value from AWS.")
    ),
    "tenant-url-with-odd-tenant": Text(
        N_("“{tenant}” is not the tenant as AWS writes it. Copy the whole value from AWS.")
    ),
    "token-not-kept": Text(N_("No token was kept"), "{why}"),
    "token-empty": Text(N_("Paste the access token. AWS shows it a single time, when you generate it.")),
    "token-is-an-address": Text(N_("This is an address, not a token. It belongs in the field SCIM endpoint.")),
    "token-is-dots": Text(N_("These are the dots that hide a token, not the token. Copy it where AWS shows it.")),
    "token-with-odd-characters": Text(N_("The token holds characters that no token has. Copy it again from AWS.")),
    "token-too-short": Text(
        N_("The token is too short. Copy it again from AWS, from its first to its last character.")
    ),
    "token-too-long": Text(N_("This is too long for a token. Copy only the token from AWS.")),
}

ROWS: Rows = {**_RULES, **_REFUSALS, **_CONNECTION_TEST, **_TYPED}

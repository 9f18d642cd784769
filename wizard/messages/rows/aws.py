"""Messages of `wizard.aws`: SCIM endpoint and token, AWS's rules, its refusals, the connection test."""

from collections.abc import Sequence

from wizard.messages.attribute_names import friendly_name
from wizard.messages.counting import listed
from wizard.messages.formats import grouped, short_span
from wizard.messages.row import Nested, Rows, Text, quoted, sentences
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
        return quoted(character)
    return _("an invisible character (U+{code:04X})").format(code=code_point)


def _said(detail: str) -> str:
    return _("AWS reported: {detail}.").format(detail=detail.rstrip(".")) if detail else ""


# Rules


def _required_attribute_missing(kind: str, path: str) -> Text:
    advice = (
        _("AWS requires {path}. Enter a value in the directory, or map another attribute.")
        if kind == "user"
        else _("AWS requires {path}. Name the group in the directory.")
    )
    return Text(_("{name} is empty").format(name=friendly_name(path)), advice.format(path=path))


def _attribute_unknown(kind: str, path: str) -> Text:
    text = (
        _("AWS has no attribute {path} for people. Remove this row from the attribute mapping.")
        if kind == "user"
        else _("AWS has no attribute {path} for groups. Remove this row from the attribute mapping.")
    )
    return Text(text.format(path=path))


def _contains(path: str, characters: Sequence[int]) -> str:
    names = list(dict.fromkeys(map(_character, characters)))
    return _("{name} contains {characters}").format(name=friendly_name(path), characters=listed(names))


def _character_not_taken(path: str, character: int) -> Text:
    advice = _("AWS does not allow it in {path}. Remove it in the directory, or with Replace() in the mapping.")
    return Text(_contains(path, (character,)), advice.format(path=path))


def _white_space(path: str, value: str, character: int) -> Text:
    advice = _(
        "AWS does not allow it in {path} (“{value}”). Remove it in the directory, or with "
        "StripSpaces() in the mapping."
    )
    return Text(_contains(path, (character,)), advice.format(path=path, value=value))


def _forbidden_character(path: str, value: str, characters: tuple[int, ...]) -> Text:
    several = len({_character(character) for character in characters}) > 1
    advice = (
        _(
            "AWS does not allow them in {path} (“{value}”). Replace them in the directory, or with "
            "Replace() in the mapping."
        )
        if several
        else _(
            "AWS does not allow it in {path} (“{value}”). Replace it in the directory, or with Replace() "
            "in the mapping."
        )
    )
    return Text(_contains(path, characters), advice.format(path=path, value=value))


def _too_long(path: str, length: int, limit: int) -> Text:
    return Text(
        _("{name} has {length:,} characters").format(name=friendly_name(path), length=length),
        _("AWS allows {limit:,} in {path}. Shorten it in the directory, or with Left() in the mapping.").format(
            limit=limit, path=path
        ),
    )


def _more_than_one_value(path: str, count: int) -> Text:
    return Text(
        _("{name} has {count} values").format(name=friendly_name(path), count=count),
        _(
            "AWS allows one in {path}. Keep one in the directory, or select one in the mapping, for "
            "example with Item([attribute], 1)."
        ).format(path=path),
    )


def _reserved_name(kind: str, path: str, value: str) -> Text:
    advice = (
        _("AWS reserves the name “{value}”. Change it in the directory, or remove this person from the scope.")
        if kind == "user"
        else _("AWS reserves the name “{value}”. Change it in the directory, or remove this group from the scope.")
    )
    return Text(_("{name} is reserved").format(name=friendly_name(path)), advice.format(value=value))


def _sent_as_boolean(path: str, value: str, sent: bool) -> Text:
    return Text(_("{path}: “{value}” is sent as {sent}.").format(path=path, value=value, sent=str(sent).lower()))


_RULES: Rows = {
    "required-attribute-missing": _required_attribute_missing,
    "attribute-unknown-to-aws": _attribute_unknown,
    "more-than-one-value": _more_than_one_value,
    "empty-list": Text(N_("{path} is an empty list. Map an attribute that has a value.")),
    "only-white-space": Text(N_("{path} contains only spaces. Clear it in the directory.")),
    "character-not-taken": _character_not_taken,
    "too-long": _too_long,
    "white-space": _white_space,
    "forbidden-character": _forbidden_character,
    "reserved-name": _reserved_name,
    "not-a-boolean": Text(N_("{path} is neither true nor false. Correct the mapping.")),
    "not-a-person": Text(N_("{path} is not a person in the directory. Correct the mapping.")),
    "not-a-text": Text(N_("{path} must be text in AWS. Correct the mapping.")),
    "sent-as-boolean": _sent_as_boolean,
    "outer-spaces-left-out": Text(N_("{path}: spaces before and after the value are removed.")),
}


# Refusals


def _aws_forbids_provisioning(detail: str) -> Text:
    return Text(
        _("AWS does not allow provisioning with this access token"),
        sentences(
            _(
                "AWS returned 403. Check in the AWS console that automatic provisioning is enabled and that "
                "the token belongs to this SCIM endpoint. Other causes: the identity store accepts SCIM "
                "requests only from certain IP addresses (ScimAllowSourceIps) and this computer's address is "
                "not one of them, or Identity Center uses a customer managed KMS key whose policy does not "
                "allow provisioning."
            ),
            _said(detail),
        ),
    )


def _aws_tenant_unknown(detail: str) -> Text:
    return Text(
        _("AWS does not recognize this SCIM endpoint"),
        sentences(
            _(
                "AWS returned 404. Copy the SCIM endpoint again from the AWS console, and check that "
                "automatic provisioning is enabled."
            ),
            _said(detail),
        ),
    )


def _aws_has_a_problem(doing: str, status: int, detail: str, tries: int = 1) -> Text:
    failed = ngettext(
        "{doing} failed ({status}). The problem is on the AWS side. Try again later.",
        "{doing} failed {tries} times ({status}). The problem is on the AWS side. Try again later.",
        tries,
    )
    return Text(
        _("AWS reported a server error"),
        sentences(failed.format(doing=doing, status=status, tries=tries), _said(detail)),
    )


def _aws_has_a_problem_with_object(status: int, tries: int = 1) -> Text:
    failed = ngettext(
        "The request failed ({status}). The problem is on the AWS side. The next run tries again.",
        "The request failed {tries} times ({status}). The problem is on the AWS side. The next run tries again.",
        tries,
    )
    return Text(_("AWS reported a server error"), failed.format(status=status, tries=tries))


def _request_not_offered(doing: str, detail: str) -> Text:
    return Text(
        _("The service does not support this request"),
        sentences(
            _("{doing} failed: not implemented (501). Trying again does not help.").format(doing=doing),
            _said(detail),
        ),
    )


def _id_not_usable(kind: str, id: str) -> Text:
    return Text(
        _("The service returned an unusable ID for the new person")
        if kind == "user"
        else _("The service returned an unusable ID for the new group"),
        _("“{id}” cannot be part of a URL. Contact the operator of the service.").format(id=id),
    )


def _id_of_another_object(kind: str, id: str) -> Text:
    return Text(
        _("The service returned another person's ID for the new person")
        if kind == "user"
        else _("The service returned another group's ID for the new group"),
        _(
            "“{id}” is already in use, so this program writes nothing to it. Contact the operator of the service."
        ).format(id=id),
    )


def _aws_refused_request(doing: str, status: int, detail: str) -> Text:
    return Text(
        _("{doing} failed").format(doing=doing),
        sentences(_("AWS returned {status}.").format(status=status), _said(detail)),
    )


def _taken_in_aws(kind: str) -> Text:
    return Text(
        _("Another person in AWS has the same user name, email address, or external ID")
        if kind == "user"
        else _("Another group in AWS has the same name or external ID"),
        _("AWS returned 409 (conflict). Find the other one in the AWS console and correct one of the two."),
    )


def _gone_in_aws(kind: str) -> Text:
    return Text(
        _("The person is no longer in AWS") if kind == "user" else _("The group is no longer in AWS"),
        _(
            "AWS returned 404: it was probably deleted in the AWS console. The next run creates it again; "
            "assign its access in AWS again afterwards."
        ),
    )


def _name_of_another_object(kind: str, path: str, value: str) -> Text:
    if kind == "user":
        title = _("Another person in this job has the same {path}")
        advice = _(
            "“{value}” belongs to another person that this job provisions in AWS. Give each a different "
            "value in the directory. If the two exchanged names, run again."
        )
    else:
        title = _("Another group in this job has the same {path}")
        advice = _(
            "“{value}” belongs to another group that this job provisions in AWS. Give each a different "
            "value in the directory. If the two exchanged names, run again."
        )
    return Text(title.format(path=path), advice.format(value=value))


def _name_of_others(kind: str, path: str, value: str) -> Text:
    if kind == "user":
        title = _("Another person in AWS has the same {path}")
        advice = _(
            "“{value}” was created outside this job in the meantime. The next run asks whether to take it over."
        )
    else:
        title = _("Another group in AWS has the same {path}")
        advice = _(
            "“{value}” was created outside this job in the meantime. The next run asks whether to take it over."
        )
    return Text(title.format(path=path), advice.format(value=value))


def _aws_takes_one_value(path: str) -> Text:
    title = _("AWS allows one value of {path}").format(path=path) if path else _("AWS allows one value")
    return Text(title, _("Keep one value in the directory, or select one in the mapping."))


def _aws_needs_a_value(path: str) -> Text:
    title = _("AWS requires a value of {path}").format(path=path) if path else _("AWS requires a value")
    return Text(title, _("Enter it in the directory, or map another attribute."))


def _value_too_long(path: str) -> Text:
    title = (
        _("The value of {path} is too long for AWS").format(path=path)
        if path
        else _("The value is too long for AWS")
    )
    return Text(title, _("Shorten it in the directory, or with Left() in the mapping."))


def _characters_refused(path: str) -> Text:
    title = (
        _("{path} contains characters that AWS does not allow").format(path=path)
        if path
        else _("The value contains characters that AWS does not allow")
    )
    return Text(title, _("Replace them in the directory or in the mapping."))


def _values_refused(path: str, status: int) -> Text:
    return Text(
        _("AWS rejected the values of {path}").format(path=path) if path else _("AWS rejected the values"),
        _(
            "See the reason from AWS below ({status}). Correct the values in the directory or in the "
            "mapping, then run again."
        ).format(status=status),
    )


_REFUSALS: Rows = {
    "reading-people-from-aws": Text(N_("Reading people from AWS")),
    "reading-groups-from-aws": Text(N_("Reading groups from AWS")),
    "reading-memberships-from-aws": Text(N_("Reading memberships from AWS")),
    "token-unusable": Text(
        N_("The access token cannot be used"),
        N_(
            "It is empty or contains characters that access tokens never have. Copy it again from the AWS console."
        ),
    ),
    "host-not-confirmed": Text(
        N_("The host {host} is not confirmed"),
        N_(
            "It is neither an AWS host nor this computer, so the access token was not sent. "
            "Confirm the host on the AWS page."
        ),
        command=N_("On the command line, use --allow-host {host}."),
    ),
    "aws-refuses-token": Text(
        N_("AWS does not accept the access token"),
        N_(
            "AWS returned 401: the token has expired, was deleted, or belongs to another SCIM endpoint. "
            "Tokens are valid for one year, and AWS allows two at a time. In the AWS console, open IAM "
            "Identity Center > Settings > Identity source > Actions > Manage provisioning. Delete the old "
            "token, choose Generate token, and paste the new one."
        ),
    ),
    "aws-forbids-provisioning": _aws_forbids_provisioning,
    "aws-tenant-unknown": _aws_tenant_unknown,
    "aws-throttles": Text(
        N_("AWS limits the request rate"),
        N_(
            "{doing} failed: too many requests for several minutes (429). Another program may be "
            "provisioning to the same SCIM endpoint. Try again later."
        ),
    ),
    "aws-has-a-problem": _aws_has_a_problem,
    "aws-refused-request": _aws_refused_request,
    "email-taken-in-aws": Text(
        N_("The email address is already in use"),
        N_(
            "Another person in AWS, with a different user name, has {address}. Change or delete it in "
            "the AWS console, or correct it in the directory."
        ),
    ),
    "unique-value-taken-in-aws": Text(
        N_("Another person in AWS has a value that must be unique"),
        N_(
            "AWS returned 409 (conflict), but no person with this user name or external ID was found. Look "
            "for the person in the AWS console."
        ),
    ),
    "taken-in-aws": _taken_in_aws,
    "gone-in-aws": _gone_in_aws,
    "name-of-another-object": _name_of_another_object,
    "name-of-others": _name_of_others,
    "aws-throttles-object": Text(
        N_("AWS limits the request rate"),
        N_("Too many requests for several minutes (429). The next run tries again."),
    ),
    "aws-has-a-problem-with-object": _aws_has_a_problem_with_object,
    "request-not-offered": _request_not_offered,
    "change-not-offered": Text(
        N_("The service does not support this change"),
        N_("It returned 501 (not implemented). Trying again does not help."),
    ),
    "not-found-by-a-gateway": Text(
        N_("A server between this computer and AWS returned “not found”"),
        N_(
            "The response (404) did not come from the SCIM service, so it does not mean that the object was "
            "deleted. Check the SCIM endpoint, and ask your network team about proxies and gateways."
        ),
    ),
    "id-not-usable": _id_not_usable,
    "id-of-another-object": _id_of_another_object,
    "aws-takes-one-value": _aws_takes_one_value,
    "aws-needs-a-value": _aws_needs_a_value,
    "value-too-long-for-aws": _value_too_long,
    "characters-refused-by-aws": _characters_refused,
    "change-not-supported-by-aws": Text(
        N_("AWS does not support this kind of change"),
        N_("This is an error in this program. Report it with the text below."),
    ),
    "values-refused-by-aws": _values_refused,
}


# The connection test


def _connection_works(service: str, people: int, more_people: bool, groups: int, more_groups: bool) -> Text:
    if service == "other":
        text = _("The service responded. It has {people} and {groups}. This test changes nothing.")
    elif service == "loopback":
        text = _("The sandbox responded. It has {people} and {groups}. This test changes nothing.")
    else:
        text = _("AWS responded. It has {people} and {groups}. This test changes nothing.")
    counted_people = (
        _("{count:,} or more people") if more_people else ngettext("{count:,} person", "{count:,} people", people)
    )
    counted_groups = (
        _("{count:,} or more groups") if more_groups else ngettext("{count:,} group", "{count:,} groups", groups)
    )
    return Text(
        _("Connected"),
        text.format(people=counted_people.format(count=people), groups=counted_groups.format(count=groups)),
    )


def _step_rows(count: int, more: bool) -> Text:
    return Text(_("{count:,} or more").format(count=count) if more else grouped(count))


def _step_duration(seconds: float) -> Text:
    return Text(short_span(seconds))


def _token_to_be_replaced(why: Nested) -> Text:
    return Text(
        why.title,
        sentences(_("The SCIM endpoint is correct. Only the access token must be replaced."), why.advice),
    )


_CONNECTION_TEST: Rows = {
    "connection-works": _connection_works,
    "step-rows": _step_rows,
    "step-duration": _step_duration,
    "step-status": Text("{status}"),
    "doing-connection-test": Text(N_("The connection test")),
    "token-to-be-replaced": _token_to_be_replaced,
    "answer-not-scim": Text(
        N_("{host} responded, but not as a SCIM service"),
        N_("This address is not a SCIM endpoint. Copy the SCIM endpoint again from the AWS console."),
    ),
    "no-tenant-at-address": Text(
        N_("{host} does not recognize this SCIM endpoint"),
        N_(
            "It returned 404. Copy the SCIM endpoint again from the AWS console. It ends with /scim/v2, after "
            "the ID of your Identity Center."
        ),
    ),
}

_TYPED: Rows = {
    "tenant-url-unusable": Text(N_("The SCIM endpoint cannot be used"), "{why}"),
    "tenant-url-empty": Text(N_("Enter the SCIM endpoint.")),
    "tenant-url-with-odd-characters": Text(
        N_(
            "The SCIM endpoint contains characters that a URL cannot have. Copy the whole value from the "
            "AWS console."
        )
    ),
    "tenant-url-not-an-address": Text(N_("This is not a URL. Copy the whole SCIM endpoint from the AWS console.")),
    "tenant-url-with-credentials": Text(
        N_("The SCIM endpoint contains a user name or password. Enter the token in the access token field.")
    ),
    "tenant-url-without-host": Text(
        N_("The SCIM endpoint has no host name. Copy the whole value from the AWS console.")
    ),
    "tenant-url-not-a-host": Text(N_("“{host}” is not a host name. Copy the whole value from the AWS console.")),
    "tenant-url-of-access-portal": Text(
        N_(
            "This is the URL of the AWS access portal. Copy the SCIM endpoint, shown in the AWS console "
            "under Automatic provisioning."
        )
    ),
    "tenant-url-of-console": Text(N_("This is the URL of the AWS console. Copy the SCIM endpoint shown there.")),
    "tenant-url-with-query": Text(
        N_("The SCIM endpoint has “?” or “#” after /scim/v2. Copy only the SCIM endpoint from the AWS console.")
    ),
    "tenant-url-begins-with-http": Text(
        N_("The SCIM endpoint begins with http://. It must begin with https:// to protect the token.")
    ),
    "tenant-url-with-other-scheme": Text(
        N_("The SCIM endpoint begins with {scheme}. It must begin with https://.")
    ),
    "tenant-url-too-long": Text(
        N_("The SCIM endpoint is longer than expected after /scim/v2. Copy the whole value from the AWS console.")
    ),
    "tenant-url-without-tenant": Text(
        N_("The ID between the host and /scim/v2 is missing. Copy the whole value from the AWS console.")
    ),
    "tenant-url-with-longer-path": Text(
        N_("There is more than one part between the host and /scim/v2. Copy the whole value from the AWS console.")
    ),
    "tenant-url-with-placeholder": Text(
        N_("“{tenant}” is a placeholder. Copy the whole value from the AWS console.")
    ),
    "tenant-url-with-odd-tenant": Text(
        N_("“{tenant}” is not an Identity Center ID. Copy the whole value from the AWS console.")
    ),
    "token-not-kept": Text(N_("The access token was not stored"), "{why}"),
    "token-empty": Text(N_("Paste the access token. AWS shows it only once, when you generate it.")),
    "token-is-an-address": Text(N_("This is a URL, not a token. Paste it into the SCIM endpoint field.")),
    "token-is-dots": Text(
        N_("These are masking dots, not the token. Choose Show token in the AWS console and copy it again.")
    ),
    "token-with-odd-characters": Text(
        N_("The token contains characters that access tokens never have. Copy it again from the AWS console.")
    ),
    "token-too-short": Text(N_("The token is too short. Copy all of it from the AWS console.")),
    "token-too-long": Text(N_("This is too long for a token. Copy only the access token from the AWS console.")),
}

ROWS: Rows = {**_RULES, **_REFUSALS, **_CONNECTION_TEST, **_TYPED}

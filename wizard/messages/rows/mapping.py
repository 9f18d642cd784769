"""Messages of `wizard.mapping`: expressions, regular expressions, dates, scoping filters, tables, imported schemas.

Reasons of people out of scope are in `rows.provisioning`, beside the other rows of the log.
"""

from collections.abc import Sequence

from wizard.messages.attribute_names import friendly_name
from wizard.messages.formats import comma_list, either, listed
from wizard.messages.row import Rows, Text, sentences
from wizard.messages.translation import N_, _, ngettext

_ONE_ITEM = "list attributes only allow single item"
"""AWS's own words (CreateUser, ValidationException)."""


# Expressions


def _expression_unreadable(position: int, expected: str, nearest: str, remark: str | None) -> Text:
    return Text(
        _("Syntax error at character {place}").format(place=position + 1),
        sentences(
            _("Expected {expected}.").format(expected=expected),
            _("Did you mean {nearest}?").format(nearest=nearest) if nearest else "",
            remark,
        ),
    )


def _function_without_value(function: str, position: int, reason: str) -> Text:
    return Text(
        _("{function} at character {place} returns no value").format(function=function, place=position + 1), reason
    )


def _any_of(options: Sequence[str]) -> Text:
    return Text(either(options))


_EXPECTED: Rows = {
    "expected-any-of": _any_of,
    "expected-argument": Text(N_("the argument {argument}: {signature}")),
    "expected-argument-left-out": Text(N_("the argument {argument} of {function}, which is missing")),
    "expected-attribute": Text(N_("an attribute in brackets")),
    "expected-attribute-name": Text(N_("the name of an attribute")),
    "expected-closing-bracket": Text(N_("a closing bracket after this name")),
    "expected-closing-parenthesis": Text(N_("a closing parenthesis")),
    "expected-closing-quote": Text(N_("a closing quotation mark")),
    "expected-comma": Text(N_("a comma")),
    "expected-comparison": Text(N_("a comparison")),
    "expected-end": Text(N_("the end of the expression")),
    "expected-end-of-call": Text(N_("a closing parenthesis: {signature}")),
    "expected-end-of-long-expression": Text(N_("the end: an expression can have up to {limit:,} characters")),
    "expected-function": Text(N_("a function")),
    "expected-function-call": Text(N_("a function, as in ToLower([mail])")),
    "expected-function-name": Text(N_("the name of a function")),
    "expected-less-nesting": Text(N_("at most {limit} nested functions")),
    "expected-number": Text(N_("a number")),
    "expected-opening-parenthesis": Text(N_("an opening parenthesis")),
    "expected-other-argument": Text(N_("another value for {argument}")),
    "expected-other-value": Text(N_("another value")),
    "expected-pairs": Text(N_("pairs of a key and a value after the source and the default")),
    "expected-shorter-number": Text(N_("a number with up to {limit} digits")),
    "expected-something-else": Text(N_("something else")),
    "expected-text": Text(N_("text in quotation marks")),
    "expected-value-not-comparison": Text(
        N_("a value. Comparisons are allowed only in the condition of IIF and in CBool")
    ),
}

_EXPRESSIONS: Rows = {
    "expression-unreadable": _expression_unreadable,
    "expression-length": Text(N_("This expression has {length:,} characters.")),
    "attribute-needs-no-expression": Text(
        N_("Choose the attribute directly instead of an expression. For a fixed text, choose a constant.")
    ),
    "brackets-or-quotes-missing": Text(N_('For the attribute write [{word}], for the text "{word}".')),
    "function-names-case": Text(N_("Function names are case-sensitive.")),
    "no-and-or-in-expressions": Text(
        N_("AND and OR are not available in expressions. Nest one IIF inside another.")
    ),
    "quotes-are-straight": Text(N_('Use straight quotation marks (").')),
    "text-in-double-quotes": Text(N_('Put text in double quotation marks (").')),
    "switch-on-truth-value": Text(
        N_(
            "Switch on {function} compares true or false with text, which Microsoft advises against. Use "
            'Switch([x], [x], "", "Other").'
        )
    ),
    "comparison-with-empty-text": Text(
        N_(
            "A comparison with an empty attribute is never true, so this never applies. Use Switch([x], "
            '[x], "", "Other").'
        )
    ),
    "condition-unsupported-in-entra": Text(
        N_(
            "Entra ID does not support {function} as the condition of IIF, but this program does. "
            'Switch([x], [x], "", "Other") works in both.'
        )
    ),
    "ignore-flow-in-condition": Text(
        N_("IgnoreFlowIfNullOrEmpty in a condition removes the whole attribute. Put it around the IIF.")
    ),
    "value-changes-each-time": Text(
        N_("{function} returns a different value each time. Apply this mapping only during object creation.")
    ),
}


# Expressions without a value for a person


def _number_needed(value: str | None) -> Text:
    if value is None:
        return Text(_("Expected a number, but there is no value."))
    return Text(_('Expected a number, not "{value}".').format(value=value))


def _date_needed(value: str | None) -> Text:
    if value is None:
        return Text(_("Expected a date, but there is no value."))
    return Text(_('Expected a date, not "{value}".').format(value=value))


def _date_style_unknown(style: str, styles: Sequence[str]) -> Text:
    return Text(
        _("{style} is not a date style. Use one of {styles}.").format(style=style, styles=comma_list(styles))
    )


_VALUES: Rows = {
    "expression-without-value": Text(N_("The expression returns no value"), N_("{reason}")),
    "function-without-value": _function_without_value,
    "number-needed": _number_needed,
    "date-needed": _date_needed,
    "date-not-in-format": Text(N_('"{value}" does not match the format {format}.')),
    "date-outside-years": Text(N_("The date is outside the years 1 to 9999.")),
    "number-outside-years": Text(N_("The number is outside the years 1 to 9999.")),
    "date-style-unknown": _date_style_unknown,
    "interval-unknown": Text(
        N_(
            '"{interval}" is not an interval. Use yyyy (years), m (months), d (days), ww (weeks), h '
            "(hours), n (minutes), or s (seconds)."
        )
    ),
    "date-format-empty": Text(N_("Enter a date format, for example yyyy-MM-dd.")),
    "date-format-ends-with-backslash": Text(N_("The format {format} ends with a backslash.")),
    "date-format-of-one-letter": Text(N_("{letter} alone is not a date format.")),
    "date-format-part-twice": Text(
        N_("The format {format} contains {part} twice, so dates cannot be read with it.")
    ),
    "date-format-percent": Text(N_("In the format {format}, a % is not followed by a date letter.")),
    "date-format-quote-unclosed": Text(N_("The format {format} has no closing quotation mark.")),
    "date-format-too-exact": Text(N_("A date format can have up to seven digits of a second (fffffff).")),
    "encoding-too-long": Text(N_("Up to {limit:,} characters can be encoded, but there are {length:,}.")),
    "replacement-too-long": Text(N_("The replacement returns more than {limit:,} characters.")),
    "random-text-length": Text(
        N_(
            "A random text must have 1 to {limit} characters, and at least as many as the required "
            "character classes."
        )
    ),
    "random-text-without-characters": Text(N_("All characters of a required class are excluded.")),
    "default-domain-unknown": Text(
        N_("The default domain of the directory is unknown. Write the domain as text in quotation marks."),
        command=N_("On the command line, use --domain."),
    ),
    "several-app-roles": Text(N_("SingleAppRoleAssignment supports one app role, but this person has several.")),
    "app-roles-not-applicable": Text(
        N_(
            "{function} is not available: app roles belong to an enterprise application, and this "
            "directory has none. Use a column of the file."
        )
    ),
    "roles-not-applicable": Text(
        N_("{function} is not available for AWS: it fills the attribute roles, which AWS does not accept.")
    ),
    "select-unique-value-not-applicable": Text(
        N_(
            "SelectUniqueValue is not available for AWS: Entra ID supports it only for on-premises "
            "Active Directory. Use an attribute that is already unique, such as userPrincipalName."
        )
    ),
    "ignore-object-flow-not-applicable": Text(
        N_(
            "IgnoreObjectFlow is not available: the scope decides who is provisioned. Exclude people "
            "with a scoping filter."
        )
    ),
}


# Regular expressions


def _pattern_refused(pattern: str, detail: str) -> Text:
    return Text(
        _("The regular expression {pattern} cannot be used: {detail}.").format(pattern=pattern, detail=detail)
    )


def _pattern_group_missing(pattern: str, group: str, groups: Sequence[str]) -> Text:
    text = (
        _("The regular expression {pattern} has no group {group}. Its groups are {groups}.")
        if groups
        else _("The regular expression {pattern} has no group {group}. It has no groups.")
    )
    return Text(text.format(pattern=pattern, group=group, groups=comma_list(groups)))


_PATTERNS: Rows = {
    "pattern-unusable": Text(N_("The regular expression cannot be used"), N_("{reason}")),
    "pattern-too-slow": Text(
        N_(
            "The regular expression takes longer than one second. Nested repeats, such as (a+)+, try too "
            "many combinations. Rewrite it so that each character can match in one way only."
        )
    ),
    "pattern-too-large": Text(N_("The regular expression {pattern} is too large.")),
    "pattern-refused": _pattern_refused,
    "pattern-group-missing": _pattern_group_missing,
    "pattern-without-closing-parenthesis": Text(
        N_("The regular expression {pattern} has no closing parenthesis for the one at character {character}.")
    ),
    "pattern-with-extra-closing-parenthesis": Text(
        N_("The regular expression {pattern} has an extra closing parenthesis at character {character}.")
    ),
    "pattern-repeats-nothing": Text(
        N_("The regular expression {pattern} has nothing to repeat at character {character}.")
    ),
    "pattern-repeat-reversed": Text(
        N_("The regular expression {pattern} has a repeat with reversed numbers at character {character}.")
    ),
    "pattern-groups-too-deep": Text(
        N_("The regular expression {pattern} has more than {limit} nested groups at character {character}.")
    ),
    "pattern-comment-unclosed": Text(
        N_("The regular expression {pattern} has an unclosed comment at character {character}.")
    ),
    "pattern-group-unsupported": Text(
        N_("The regular expression {pattern} has an unsupported group at character {character}.")
    ),
    "pattern-repeats-too-much": Text(
        N_(
            "The regular expression {pattern} repeats too much: its counted repeats multiply to more "
            "than {limit:,}. Use + or * instead."
        )
    ),
    "pattern-reference-unknown": Text(
        N_("The regular expression {pattern} refers to group {group}, which does not exist.")
    ),
    "pattern-classes-too-deep": Text(
        N_("The regular expression {pattern} has too many nested character classes.")
    ),
    "pattern-class-after-subtraction": Text(
        N_("The regular expression {pattern} has something after the subtracted character class.")
    ),
    "pattern-class-unclosed": Text(
        N_("The regular expression {pattern} has an unclosed character class at character {character}.")
    ),
    "pattern-range-reversed": Text(N_("The regular expression {pattern} has a reversed range ({low}-{high}).")),
    "pattern-ends-with-backslash": Text(
        N_("The regular expression {pattern} ends with a backslash, which .NET does not allow.")
    ),
    "pattern-escape-unknown": Text(
        N_("The regular expression {pattern} has {escape}, which .NET does not allow.")
    ),
}


# Scoping filters


def _filter_unreadable(position: int, expected: str, remark: str | None) -> Text:
    return Text(
        _("Syntax error at character {place}").format(place=position + 1),
        sentences(_("Expected {expected}.").format(expected=expected), remark),
    )


def _expected_operator(operators: Sequence[str]) -> Text:
    return Text(_("an operator: {operators}").format(operators=comma_list(operators)))


def _unknown_operators(unknown: Sequence[str]) -> Text:
    return Text(
        _("The scoping filter cannot be used"),
        _(
            "It was imported with {clauses}, which this program does not support. Write this condition again."
        ).format(clauses=comma_list(unknown)),
    )


_FILTERS: Rows = {
    "filter-unreadable": _filter_unreadable,
    "filter-with-unknown-operators": _unknown_operators,
    "expected-and-or-end": Text(N_("AND, OR, or the end of the filter")),
    "expected-and-or-parenthesis": Text(N_("AND or a closing parenthesis")),
    "expected-attribute-inside-brackets": Text(N_("the name of an attribute in the brackets")),
    "expected-closing-quote-of-value": Text(N_("a closing quotation mark after this value")),
    "expected-end-of-long-filter": Text(N_("the end: a filter can have up to {limit:,} characters")),
    "expected-filter-attribute": Text(N_("the name of an attribute, such as department")),
    "expected-filter-value": Text(N_("a value")),
    "expected-operator": _expected_operator,
    "expected-or-between-parentheses": Text(N_("OR between parentheses and AND inside them")),
    "expected-other-operator": Text(N_("another operator")),
    "and-binds-closer": Text(N_("AND is evaluated before OR.")),
    "empty-value-is-quoted": Text(N_('Write an empty value as "". To find people without a value, use IS NULL.')),
    "is-member-of-unsupported": Text(N_("Entra ID does not support IsMemberOf. Choose groups instead.")),
    "clause-attribute-unusable": Text(
        N_("Entra ID does not support {attribute} in a scoping filter. Choose another attribute.")
    ),
    "clause-value-not-whole": Text(N_("{operator} compares whole numbers, and {value} is not one.")),
    "clause-without-attribute": Text(N_("A condition needs an attribute.")),
    "clause-without-value": Text(N_("{operator} needs a value. To find people without a value, use IS NULL.")),
}


# Mapping tables, and what AWS would refuse of the whole directory


def _mapped_twice(target: str, times: int) -> Text:
    return Text(
        _(
            "{target} is mapped {times} times, but AWS allows one value (400: {reason}). Keep one of the rows."
        ).format(target=target, times=times, reason=_ONE_ITEM)
    )


def _several_items_mapped(targets: Sequence[str], attribute: str) -> Text:
    return Text(
        _(
            "{targets} are {count} items of {attribute}, but AWS allows one (400: {reason}). Keep one of them."
        ).format(targets=listed(targets), count=len(targets), attribute=attribute, reason=_ONE_ITEM)
    )


def _not_filterable(target: str, filterable: Sequence[str]) -> Text:
    return Text(
        _("AWS cannot search by {target}. Choose one of {filterable} as the matching attribute.").format(
            target=target, filterable=comma_list(filterable)
        )
    )


def _source_unknown(target: str, missing: Sequence[str]) -> Text:
    if not all(missing):
        return Text(_("An attribute without a name is mapped to {target}. Choose another.").format(target=target))
    text = ngettext(
        "The directory has no attribute {names}. Choose another for {target}, or add the column to the file.",
        "The directory has no attributes {names}. Choose others for {target}, or add the columns to the file.",
        len(missing),
    )
    return Text(text.format(names=listed(missing), target=target))


def _values_equal(names: Sequence[str], path: str, value: str) -> Text:
    return Text(
        _("{first} and {second} would have the same {path} ({value}), which must be unique in AWS.").format(
            first=names[0], second=names[1], path=path, value=value
        )
    )


def _use_other_attribute(attribute: str) -> Text:
    return Text(_("Use “{attribute}”").format(attribute=friendly_name(attribute)))


_TABLES: Rows = {
    "required-target-unmapped": Text(N_("AWS requires {target}. Choose a source for it.")),
    "target-mapped-twice": _mapped_twice,
    "several-items-of-a-list-mapped": _several_items_mapped,
    "no-matching-attribute": Text(
        N_("No matching attribute is chosen. Choose one to find people who are already in AWS.")
    ),
    "matching-attribute-not-filterable": _not_filterable,
    "matching-attribute-unmapped": Text(
        N_("The matching attribute {target} has no source. Choose a source, or another matching attribute.")
    ),
    "mapped-expression-unreadable": Text(N_("{target}: {error}")),
    "source-attribute-unknown": _source_unknown,
    "several-list-items": Text(N_("{attribute} has {count} items, but AWS allows one. Keep one of the rows.")),
    "values-equal-in-directory": _values_equal,
    "use-full-name": Text(N_("Use first and last name")),
    "use-other-attribute": _use_other_attribute,
    "replace-characters-with-space": Text(N_("Replace with a space")),
    "leave-characters-out": Text(N_("Remove the characters")),
    "replace-characters-with-hyphen": Text(N_("Replace with a hyphen")),
    "leave-unsupported-characters-out": Text(N_("Remove unsupported characters")),
    "strip-spaces": Text(N_("Remove spaces before and after")),
    "leave-white-space-out": Text(N_("Remove all spaces")),
    "replace-white-space": Text(N_("Replace white space with single spaces")),
    "keep-first-value": Text(N_("Keep the first value")),
    "keep-first-characters": Text(N_("Keep the first {count:,} characters")),
}


# Imported synchronization schemas


def _schema_not_json(line: int, column: int) -> Text:
    return Text(
        _("The schema is not valid JSON (line {line}, column {column})").format(line=line, column=column)
        if line
        else _("The schema is not valid JSON"),
        _("Save the response of GET …/synchronization/jobs/{id}/schema without changes."),
    )


def _function_without_expression(function: str) -> Text:
    return Text(
        _("The function {function} has no expression.").format(function=function)
        if function
        else _("A function without a name has no expression.")
    )


_SCHEMAS: Rows = {
    "schema-too-large": Text(N_("The schema is too large"), N_("It has more than {limit:,} characters.")),
    "schema-nested-too-deeply": Text(N_("The schema cannot be read"), N_("It is nested too deeply.")),
    "schema-not-json": _schema_not_json,
    "schema-without-mappings": Text(
        N_("The file has no attribute mappings"),
        N_("It must contain attributeMappings of users or groups, like the response of GET …/schema."),
    ),
    "imported-clause-unknown": Text(N_("{clause} is not supported. Write this condition again.")),
    "imported-filter-ignored": Text(N_("{filter} is not supported and is ignored.")),
    "imported-mapping-off": Text(
        N_("This mapping is disabled in Entra ID, so these objects are not provisioned.")
    ),
    "imported-flow-unknown": Text(
        N_("The mapping type {flow} is not supported. The value is set only during object creation.")
    ),
    "imported-expression-unusable": Text(N_("The expression {expression} is not supported. {error}")),
    "imported-function-without-expression": _function_without_expression,
    "imported-source-unknown": Text(
        N_("Sources of type {kind} are not supported, so this attribute is not mapped.")
    ),
}

ROWS: Rows = {**_EXPECTED, **_EXPRESSIONS, **_VALUES, **_PATTERNS, **_FILTERS, **_TABLES, **_SCHEMAS}

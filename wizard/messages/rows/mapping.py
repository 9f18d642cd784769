"""Messages of `wizard.mapping`: expressions, regular expressions, dates, scoping filters, tables, imported schemas.

Reasons of people out of scope are in `rows.provisioning`, beside the other rows of the log.
"""

from collections.abc import Sequence

from wizard.messages.attribute_names import friendly_name
from wizard.messages.formats import comma_list, listed
from wizard.messages.row import Rows, Text, sentences
from wizard.messages.translation import N_, _, ngettext

_ONE_ITEM = "list attributes only allow single item"
"""AWS's own words (CreateUser, ValidationException)."""


# Expressions


def _expression_unreadable(position: int, expected: str, nearest: str, remark: str | None) -> Text:
    return Text(
        _("The expression cannot be read at character {place}").format(place=position + 1),
        sentences(
            _("Expected {expected}.").format(expected=expected),
            _("Did you mean {nearest}?").format(nearest=nearest) if nearest else "",
            remark,
        ),
    )


def _function_without_value(function: str, position: int, reason: str) -> Text:
    return Text(
        _("{function} at character {place} gives no value").format(function=function, place=position + 1), reason
    )


def _any_of(options: Sequence[str]) -> Text:
    return Text(_("{several} or {last}").format(several=comma_list(options[:-1]), last=options[-1]))


_EXPECTED: Rows = {
    "expected-any-of": _any_of,
    "expected-argument": Text(N_("the argument {argument}: {signature}")),
    "expected-argument-left-out": Text(N_("the argument {argument} of {function}, which is left out")),
    "expected-attribute": Text(N_("an attribute in brackets")),
    "expected-attribute-name": Text(N_("the name of an attribute")),
    "expected-closing-bracket": Text(N_("a bracket that closes this name")),
    "expected-closing-parenthesis": Text(N_("a closing parenthesis")),
    "expected-closing-quote": Text(N_("a quote that closes this text")),
    "expected-comma": Text(N_("a comma")),
    "expected-comparison": Text(N_("a comparison")),
    "expected-end": Text(N_("the end")),
    "expected-end-of-call": Text(N_("a closing parenthesis: {signature}")),
    "expected-end-of-long-expression": Text(N_("the end, because an expression has at most {limit:,} characters")),
    "expected-function": Text(N_("a function")),
    "expected-function-call": Text(N_("a function, as in ToLower([mail])")),
    "expected-function-name": Text(N_("the name of a function")),
    "expected-less-nesting": Text(N_("at most {limit} functions inside each other")),
    "expected-number": Text(N_("a number")),
    "expected-opening-parenthesis": Text(N_("an opening parenthesis")),
    "expected-other-argument": Text(N_("another {argument}")),
    "expected-other-value": Text(N_("another value")),
    "expected-pairs": Text(N_("pairs of a key and a value behind source and default")),
    "expected-shorter-number": Text(N_("a number of at most {limit} digits")),
    "expected-something-else": Text(N_("something else")),
    "expected-text": Text(N_("text in quotes")),
    "expected-value-not-comparison": Text(
        N_("a value: comparisons stand in the condition of IIF and in CBool only")
    ),
}

_EXPRESSIONS: Rows = {
    "expression-unreadable": _expression_unreadable,
    "expression-length": Text(N_("This one has {length:,}.")),
    "attribute-needs-no-expression": Text(
        N_("An attribute alone needs no expression; to flow a fixed text, choose a constant.")
    ),
    "brackets-or-quotes-missing": Text(N_('For the attribute write [{word}], for the text "{word}".')),
    "function-names-case": Text(N_("Upper and lower case count in the names of functions.")),
    "no-and-or-in-expressions": Text(N_("Expressions have neither AND nor OR: put one IIF inside another.")),
    "quotes-are-straight": Text(N_('Quotes are straight ones ("), not typographic ones.')),
    "text-in-double-quotes": Text(N_('Text stands in double quotes (").')),
    "switch-on-truth-value": Text(
        N_(
            "Switch on {function} compares a truth value with text: Microsoft advises against it. "
            'Use Switch([x], [x], "", "Other").'
        )
    ),
    "comparison-with-empty-text": Text(
        N_(
            "A comparison with an empty attribute is never true, so this does not find it. "
            'Use Switch([x], [x], "", "Other").'
        )
    ),
    "condition-unsupported-in-entra": Text(
        N_(
            "Entra does not support {function} as the condition of IIF; here it works. "
            'Switch([x], [x], "", "Other") works in both.'
        )
    ),
    "ignore-flow-in-condition": Text(
        N_("IgnoreFlowIfNullOrEmpty in a condition drops the whole attribute. Put it around the IIF.")
    ),
    "value-changes-each-time": Text(
        N_("{function} gives something else each time: let it flow only when an object is made.")
    ),
}


# Expressions without a value for somebody


def _quoted(value: str | None) -> str:
    return _("no value") if value is None else f'"{value}"'


def _number_needed(value: str | None) -> Text:
    return Text(_("A number is needed, but there is {value}.").format(value=_quoted(value)))


def _date_needed(value: str | None) -> Text:
    return Text(_("A date is needed, but there is {value}.").format(value=_quoted(value)))


def _date_style_unknown(style: str, styles: Sequence[str]) -> Text:
    return Text(
        _("{style} is no style of reading a date: one of {styles}.").format(style=style, styles=comma_list(styles))
    )


_VALUES: Rows = {
    "expression-without-value": Text(N_("The expression gives no value"), N_("{reason}")),
    "function-without-value": _function_without_value,
    "number-needed": _number_needed,
    "date-needed": _date_needed,
    "date-not-in-format": Text(N_('"{value}" is not written as {format}.')),
    "date-outside-years": Text(N_("The date lies outside the years 1 to 9999.")),
    "number-outside-years": Text(N_("The number lies outside the years 1 to 9999.")),
    "date-style-unknown": _date_style_unknown,
    "interval-unknown": Text(
        N_(
            '"{interval}" is no interval: one of yyyy (years), m (months), d (days), ww (weeks), h (hours), '
            "n (minutes), s (seconds)."
        )
    ),
    "date-format-empty": Text(N_("A format of a date is needed, as yyyy-MM-dd.")),
    "date-format-ends-with-backslash": Text(N_("The format {format} ends with a backslash.")),
    "date-format-of-one-letter": Text(N_("{letter} alone is no format of a date.")),
    "date-format-part-twice": Text(N_("The format {format} has {part} twice, so a date cannot be read by it.")),
    "date-format-percent": Text(N_("A % in the format {format} stands before no letter of a date.")),
    "date-format-quote-unclosed": Text(N_("A quote in the format {format} is not closed.")),
    "date-format-too-exact": Text(N_("A format of a date has at most seven digits of a second (fffffff).")),
    "encoding-too-long": Text(N_("Only {limit:,} characters can be written so, and there are {length:,}.")),
    "replacement-too-long": Text(N_("The replacement gives more than {limit:,} characters.")),
    "random-text-length": Text(
        N_("A random text has 1 to {limit} characters, and at least as many as its classes ask for.")
    ),
    "random-text-without-characters": Text(N_("Every character of a class that is asked for is to be avoided.")),
    "default-domain-unknown": Text(
        N_(
            "The directory's default domain is not known. Write the domain itself as text in quotes, or name it with "
            "--domain."
        )
    ),
    "several-app-roles": Text(
        N_("SingleAppRoleAssignment is for people with one app role; this person has several.")
    ),
    "app-roles-not-applicable": Text(
        N_(
            "{function} does not apply: app roles belong to an application in Entra, and this directory has none. "
            "Use a column of the file."
        )
    ),
    "roles-not-applicable": Text(
        N_(
            "{function} does not apply to AWS: its values belong into the attribute roles, which AWS does not take."
        )
    ),
    "select-unique-value-not-applicable": Text(
        N_(
            "SelectUniqueValue does not apply to AWS: Entra offers it only where people go to an on-premises Active "
            "Directory. Use an attribute that is unique already, as the user principal name."
        )
    ),
    "ignore-object-flow-not-applicable": Text(
        N_(
            "IgnoreObjectFlow does not apply: who is provisioned is decided by the scope. Leave such people out with "
            "a scoping filter."
        )
    ),
}


# Regular expressions


def _pattern_refused(pattern: str, detail: str) -> Text:
    return Text(
        _("{detail} in the regular expression {pattern}.").format(
            detail=detail[:1].upper() + detail[1:], pattern=pattern
        )
    )


def _pattern_group_missing(pattern: str, group: str, groups: Sequence[str]) -> Text:
    return Text(
        _("The regular expression {pattern} has no group {group}; its groups: {groups}.").format(
            pattern=pattern, group=group, groups=comma_list(groups) or _("none")
        )
    )


_PATTERNS: Rows = {
    "pattern-unusable": Text(N_("The regular expression cannot be used"), N_("{reason}")),
    "pattern-too-slow": Text(
        N_(
            "The regular expression takes longer than a second: repeats inside repeats, as in (a+)+, "
            "try too many ways. Write it so that each character can match in one way only."
        )
    ),
    "pattern-too-large": Text(N_("The regular expression {pattern} is too large.")),
    "pattern-refused": _pattern_refused,
    "pattern-group-missing": _pattern_group_missing,
    "pattern-without-closing-parenthesis": Text(
        N_("The regular expression {pattern} has no closing parenthesis at its character {character}.")
    ),
    "pattern-with-extra-closing-parenthesis": Text(
        N_("The regular expression {pattern} has a closing parenthesis too many at its character {character}.")
    ),
    "pattern-repeats-nothing": Text(
        N_(
            "The regular expression {pattern} has a repeat sign with nothing to repeat at its character {character}."
        )
    ),
    "pattern-repeat-reversed": Text(
        N_(
            "The regular expression {pattern} has a repeat whose numbers are the wrong way round at its character "
            "{character}."
        )
    ),
    "pattern-groups-too-deep": Text(
        N_(
            "The regular expression {pattern} has more than {limit} groups inside each other at its character {character}."
        )
    ),
    "pattern-comment-unclosed": Text(
        N_("The regular expression {pattern} has a comment that never closes at its character {character}.")
    ),
    "pattern-group-unsupported": Text(
        N_("The regular expression {pattern} has a group that cannot be read here at its character {character}.")
    ),
    "pattern-repeats-too-much": Text(
        N_(
            "The regular expression {pattern} repeats too much: its counted repeats, multiplied, come to more than "
            "{limit:,}. Use + or * instead."
        )
    ),
    "pattern-reference-unknown": Text(
        N_("The regular expression {pattern} refers to a group {group}, which it has not.")
    ),
    "pattern-classes-too-deep": Text(
        N_("The regular expression {pattern} has too many classes inside each other.")
    ),
    "pattern-class-after-subtraction": Text(
        N_("The regular expression {pattern} has something after the class that is taken away.")
    ),
    "pattern-class-unclosed": Text(
        N_("The regular expression {pattern} has no bracket that closes the class at its character {character}.")
    ),
    "pattern-range-reversed": Text(
        N_("The regular expression {pattern} has a range that runs backwards ({low}-{high}).")
    ),
    "pattern-ends-with-backslash": Text(
        N_("The regular expression {pattern} has a backslash at its end, which means nothing in .NET.")
    ),
    "pattern-escape-unknown": Text(
        N_("The regular expression {pattern} has {escape}, which means nothing in .NET.")
    ),
}


# Scoping filters


def _filter_unreadable(position: int, expected: str, remark: str | None) -> Text:
    return Text(
        _("The filter cannot be read at character {place}").format(place=position + 1),
        sentences(_("Expected {expected}.").format(expected=expected), remark),
    )


def _expected_operator(operators: Sequence[str]) -> Text:
    return Text(_("an operator: {operators}").format(operators=comma_list(operators)))


def _unknown_operators(unknown: Sequence[str]) -> Text:
    return Text(
        _("The scoping filter cannot be used"),
        _("It was imported with {clauses}, which this program does not know. Write the condition anew.").format(
            clauses=comma_list(unknown)
        ),
    )


_FILTERS: Rows = {
    "filter-unreadable": _filter_unreadable,
    "filter-with-unknown-operators": _unknown_operators,
    "expected-and-or-end": Text(N_("AND, OR or the end")),
    "expected-and-or-parenthesis": Text(N_("AND or a closing parenthesis")),
    "expected-attribute-inside-brackets": Text(N_("the name of an attribute inside the brackets")),
    "expected-closing-quote-of-value": Text(N_("a quote that closes this value")),
    "expected-end-of-long-filter": Text(N_("the end, because a filter has at most {limit:,} characters")),
    "expected-filter-attribute": Text(N_("the name of an attribute, as department")),
    "expected-filter-value": Text(N_("a value")),
    "expected-operator": _expected_operator,
    "expected-or-between-parentheses": Text(N_("OR between parentheses, AND inside")),
    "expected-other-operator": Text(N_("another operator")),
    "and-binds-closer": Text(N_("AND binds closer than OR.")),
    "empty-value-is-quoted": Text(N_('An empty value is written "". To find people without one, use IS NULL.')),
    "is-member-of-unsupported": Text(N_("Entra does not support IsMemberOf: choose groups instead.")),
    "clause-attribute-unusable": Text(
        N_("Entra takes no {attribute} in a scoping filter: choose another attribute.")
    ),
    "clause-value-not-whole": Text(N_("{operator} compares whole numbers, and {value} is none.")),
    "clause-without-attribute": Text(N_("A clause needs the name of an attribute.")),
    "clause-without-value": Text(N_("{operator} needs a value. To find people without one, use IS NULL.")),
}


# Mapping tables, and what AWS would refuse of the whole directory


def _mapped_twice(target: str, times: int) -> Text:
    return Text(
        _(
            "{target} is mapped {times} times, and AWS takes one value for it: two would be answered with 400 "
            "({reason}). Keep one of the rows."
        ).format(target=target, times=times, reason=_ONE_ITEM)
    )


def _several_items_mapped(targets: Sequence[str], attribute: str) -> Text:
    return Text(
        _(
            "{targets} are {count} items of {attribute}, and AWS takes one: it would answer with 400 ({reason}). "
            "Keep one of them."
        ).format(targets=listed(targets), count=len(targets), attribute=attribute, reason=_ONE_ITEM)
    )


def _not_filterable(target: str, filterable: Sequence[str]) -> Text:
    return Text(
        _("AWS cannot search by {target}: match by one of {filterable}.").format(
            target=target, filterable=comma_list(filterable)
        )
    )


def _source_unknown(target: str, missing: Sequence[str]) -> Text:
    names = (
        listed([_("no attribute {name}").format(name=name) for name in missing])
        if all(missing)
        else _("no attribute without a name")
    )
    return Text(
        ngettext(
            "The directory has {names}: choose another for {target}, or give the file a column for it.",
            "The directory has {names}: choose another for {target}, or give the file a column for them.",
            len(missing),
        ).format(names=names, target=target)
    )


def _values_equal(names: Sequence[str], path: str, value: str) -> Text:
    return Text(
        _("{first} and {second} would have the same {path} ({value}), and AWS takes it only once.").format(
            first=names[0], second=names[1], path=path, value=value
        )
    )


def _use_other_attribute(attribute: str) -> Text:
    name = friendly_name(attribute)
    within = name if name[1:2].isupper() else name[:1].lower() + name[1:]
    return Text(_("Use {attribute}").format(attribute=within))


_TABLES: Rows = {
    "required-target-unmapped": Text(N_("AWS requires {target}: choose a source for it.")),
    "target-mapped-twice": _mapped_twice,
    "several-items-of-a-list-mapped": _several_items_mapped,
    "no-matching-attribute": Text(
        N_("No attribute finds who is already in AWS: make one of them a matching attribute.")
    ),
    "matching-attribute-not-filterable": _not_filterable,
    "matching-attribute-unmapped": Text(
        N_("{target} is a matching attribute without a source: choose one, or match by another.")
    ),
    "mapped-expression-unreadable": Text(N_("{target}: {error}")),
    "source-attribute-unknown": _source_unknown,
    "several-list-items": Text(N_("{attribute} has {count} items, and AWS takes one. Keep one of the rows.")),
    "values-equal-in-directory": _values_equal,
    "use-full-name": Text(N_("Use first and last name")),
    "use-other-attribute": _use_other_attribute,
    "replace-characters-with-space": Text(N_("Replace with a space")),
    "leave-characters-out": Text(N_("Remove the characters")),
    "replace-characters-with-hyphen": Text(N_("Replace with a hyphen")),
    "leave-unsupported-characters-out": Text(N_("Remove what AWS refuses")),
    "strip-spaces": Text(N_("Trim the spaces")),
    "leave-white-space-out": Text(N_("Remove all spaces")),
    "replace-white-space": Text(N_("Replace white space with one space")),
    "keep-first-value": Text(N_("Keep the first")),
    "keep-first-characters": Text(N_("Keep the first {count:,} characters")),
}


# Imported synchronization schemas


def _schema_not_json(line: int, column: int) -> Text:
    return Text(
        _("The schema is no JSON (line {line}, column {column})").format(line=line, column=column)
        if line
        else _("The schema is no JSON"),
        _("Take the answer of GET …/synchronization/jobs/{id}/schema as it is."),
    )


def _function_without_expression(function: str) -> Text:
    return Text(
        _("The function {function} has no expression.").format(function=function)
        if function
        else _("The function without a name has no expression.")
    )


_SCHEMAS: Rows = {
    "schema-too-large": Text(N_("The schema is too large"), N_("It has more than {limit:,} characters.")),
    "schema-nested-too-deeply": Text(N_("The schema cannot be read"), N_("It is nested too deeply.")),
    "schema-not-json": _schema_not_json,
    "schema-without-mappings": Text(
        N_("The JSON holds no attribute mappings"),
        N_("It needs attributeMappings of users or groups, as in the answer of GET …/schema."),
    ),
    "imported-clause-unknown": Text(N_("{clause} is not understood: write it anew.")),
    "imported-filter-ignored": Text(N_("Nobody is judged by {filter}.")),
    "imported-mapping-off": Text(N_("Entra does not provision these objects: the mapping is switched off there.")),
    "imported-flow-unknown": Text(
        N_("The flow {flow} is not known here: the value is written only when an object is made.")
    ),
    "imported-expression-unusable": Text(N_("The expression {expression} cannot be used here. {error}")),
    "imported-function-without-expression": _function_without_expression,
    "imported-source-unknown": Text(N_("Values of the kind {kind} are not known here, so nothing flows.")),
}

ROWS: Rows = {**_EXPECTED, **_EXPRESSIONS, **_VALUES, **_PATTERNS, **_FILTERS, **_TABLES, **_SCHEMAS}

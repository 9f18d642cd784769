"""Messages of `wizard.sources`: files that cannot be read, problems of rows, notes about a whole source."""

from wizard.messages.formats import comma_list, listed
from wizard.messages.row import Rows, Text, quoted
from wizard.messages.translation import N_, _, ngettext

# Files

_KINDS = {
    "picture": N_("{file} is a picture, not a table"),
    "pdf": N_("{file} is a PDF document, not a table"),
    "archive": N_("{file} is a compressed archive, not a table"),
    "database": N_("{file} is a database, not a table"),
    "numbers": N_("{file} is a Numbers document, not a table"),
    "presentation": N_("{file} is a presentation, not a table"),
    "program": N_("{file} is a program, not a table"),
    "word": N_("{file} is a text document, not a table"),
}
_ENCODINGS = {
    "utf-8": N_("UTF-8"),
    "utf-8-sig": N_("UTF-8 with BOM"),
    "utf-16": N_("UTF-16"),
    "utf-16-le": N_("UTF-16 without BOM"),
    "utf-16-be": N_("UTF-16 without BOM"),
    "utf-32": N_("UTF-32"),
    "cp1250": N_("Windows-1250 (Central European)"),
    "cp1251": N_("Windows-1251 (Cyrillic)"),
    "cp1252": N_("Windows-1252"),
    "cp1253": N_("Windows-1253 (Greek)"),
    "cp1254": N_("Windows-1254 (Turkish)"),
    "cp1255": N_("Windows-1255 (Hebrew)"),
    "cp1256": N_("Windows-1256 (Arabic)"),
    "cp1257": N_("Windows-1257 (Baltic)"),
    "cp850": N_("DOS 850"),
    "cp852": N_("DOS 852 (Central European)"),
    "cp866": N_("DOS 866 (Cyrillic)"),
    "mac_roman": N_("Mac Roman"),
    "mac_latin2": N_("Mac Central European"),
    "koi8_r": N_("KOI8-R (Cyrillic)"),
    "cp932": N_("Shift-JIS (Japanese)"),
    "euc_jp": N_("EUC-JP (Japanese)"),
    "gb18030": N_("GB18030 (Chinese)"),
    "big5": N_("Big5 (Chinese)"),
    "cp949": N_("Windows-949 (Korean)"),
    "cp874": N_("Windows-874 (Thai)"),
}
_SEPARATORS = {
    ",": N_("{encoding}, commas"),
    ";": N_("{encoding}, semicolons"),
    "\t": N_("{encoding}, tabs"),
    "|": N_("{encoding}, vertical bars"),
}


def _encoding(codec: str) -> str:
    return _(_ENCODINGS[codec]) if codec in _ENCODINGS else codec


def _file_of_another_kind(file: str, kind: str) -> Text:
    return Text(
        _(_KINDS.get(kind, N_("{file} is not a table"))).format(file=file),
        _("Choose a .csv, .tsv, .xlsx or .json file. Nothing was changed."),
    )


def _file_too_large(file: str, size_bytes: int, limit_bytes: int) -> Text:
    return Text(
        _("{file} is too large").format(file=file),
        _(
            "It has {size:,.0f} MB; files up to {limit:,.0f} MB can be read. Is it the right file? Nothing was changed."
        ).format(size=size_bytes / 1e6, limit=limit_bytes / 1e6),
    )


def _file_unreadable(file: str, reason: str) -> Text:
    return Text(
        _("{file} cannot be read").format(file=file),
        _("{reason}. Nothing was changed.").format(reason=reason or _("The disk gave no reason")),
    )


def _file_with_damaged_text(file: str, line: int, encoding: str) -> Text:
    return Text(
        _("{file} holds damaged text near line {line}").format(file=file, line=line),
        _("The file is {encoding}, but this place is not. Save it again as UTF-8. Nothing was changed.").format(
            encoding=_encoding(encoding)
        ),
    )


def _workbook_too_large(file: str, limit_bytes: int) -> Text:
    return Text(
        _("{file} is too large").format(file=file),
        _("Unpacked it has more than {limit:,.0f} MB. Save it as CSV UTF-8.").format(limit=limit_bytes / 1e6),
    )


def _format_delimited(encoding: str, separator: str) -> Text:
    text = _(_SEPARATORS.get(separator, N_("{encoding}, separated by {separator}")))
    return Text(text.format(encoding=_encoding(encoding), separator=separator))


def _format_json(encoding: str) -> Text:
    return Text(_("JSON, {encoding}").format(encoding=_encoding(encoding)))


def _sheet_chosen(sheet: str, others: tuple[str, ...]) -> Text:
    return Text(
        _("Read from the sheet {sheet}; not read: {others}.").format(sheet=sheet, others=comma_list(others))
    )


def _readings(readings: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return "; ".join(f"{_encoding(codec)}: {', '.join(names)}" for codec, names in readings)


def _encoding_name(encoding: str) -> Text:
    return Text(_encoding(encoding))


def _encoding_guessed(file: str, encoding: str, names: tuple[str, ...]) -> Text:
    if not names:
        text = _("{file} is not UTF-8 and was read as {encoding}.")
    else:
        text = _("{file} is not UTF-8 and was read as {encoding}. Look whether these names are right: {names}.")
    return Text(text.format(file=file, encoding=_encoding(encoding), names=comma_list(names)))


def _encoding_unsure(file: str, encoding: str, readings: tuple[tuple[str, tuple[str, ...]], ...]) -> Text:
    return Text(
        _("The encoding of {file} is not certain").format(file=file),
        _(
            "It is not UTF-8, and read as {encoding} some names look wrong. Choose the encoding in which they are "
            "right, on the page Directory or with --encoding, or save the file as UTF-8. {readings}."
        ).format(encoding=_encoding(encoding), readings=_readings(readings)),
        _("The names are right as they are"),
    )


def _cell_too_long(file: str, line: int, limit: int) -> Text:
    where = _("In line {line} a cell").format(line=line) if line else _("A cell")
    return Text(
        _("A cell of {file} is too long").format(file=file),
        _(
            "{where} has more than {limit:,} characters. Export it without that column. Nothing was changed."
        ).format(where=where, limit=limit),
    )


def _headings_found_below(file: str, row: int, above: tuple[str, ...]) -> Text:
    titles = comma_list([quoted(text) for text in above if text])
    return Text(
        _("The headings of {file} were found in row {row}; above it stands {titles}.").format(
            file=file, row=row, titles=titles or _("a title")
        )
    )


def _sheet_missing(file: str, sheet: str, sheets: tuple[str, ...]) -> Text:
    return Text(
        _("{file} has no sheet {sheet}").format(file=file, sheet=sheet),
        _("This job reads that sheet. Its sheets are: {sheets}. Nothing was changed.").format(
            sheets=comma_list(sheets)
        ),
    )


def _json_without_people(file: str, names: tuple[str, ...]) -> Text:
    return Text(
        _("{file} holds no people").format(file=file),
        _(
            "The objects of its list have no user name, e-mail address, first or last name. Found: {names}. "
            "Is it the right file? Nothing was changed."
        ).format(names=comma_list(names)),
    )


def _format_ldif(encoding: str) -> Text:
    return Text(_("LDIF, {encoding}").format(encoding=_encoding(encoding)))


def _display_name_made(count: int, line: int) -> Text:
    return Text(
        ngettext(
            "{count:,} person has no display name (line {line}): first and last name were taken.",
            "{count:,} people have no display name (the first is on line {line}): "
            "first and last names were taken.",
            count,
        ).format(count=count, line=line)
    )


def _cells_beside_table(count: int, line: int) -> Text:
    return Text(
        ngettext(
            "{count:,} row has text beside the table (line {line}), which was not read.",
            "{count:,} rows have text beside the table (the first is on line {line}), which was not read.",
            count,
        ).format(count=count, line=line)
    )


def _type_names_left_out(count: int, heading: str) -> Text:
    title = ngettext(
        "{count:,} value under {heading} was left out: PowerShell wrote the name of a type in place of it. Export the "
        "property with -join, such as @{{n='Phone'; e={{$_.BusinessPhones -join ';'}}}}.",
        "{count:,} values under {heading} were left out: PowerShell wrote the name of a type in place of them. Export "
        "the property with -join, such as @{{n='Phone'; e={{$_.BusinessPhones -join ';'}}}}.",
        count,
    )
    return Text(title.format(count=count, heading=heading))


_FILES: Rows = {
    "reading-file": Text(N_("Reading {file}")),
    "file-of-another-kind": _file_of_another_kind,
    "file-without-table": Text(
        N_("{file} is not a table"),
        N_(
            "It holds neither text nor an Excel workbook. Choose a .csv, .tsv, .xlsx or .json file. "
            "Nothing was changed."
        ),
    ),
    "file-is-folder": Text(N_("{file} is a folder"), N_("Choose the file inside it. Nothing was changed.")),
    "file-is-schema": Text(
        N_("{file} is an exported attribute mapping, not a list of people"),
        N_("Import it on the page Attributes. Here choose the file with your people."),
    ),
    "file-is-job": Text(
        N_("{file} is a job of this program, not a list of people"), N_("Choose the file with your people.")
    ),
    "file-is-special": Text(
        N_("{file} is not a file"), N_("Choose a .csv, .tsv, .xlsx or .json file. Nothing was changed.")
    ),
    "file-is-web-page": Text(
        N_("{file} is a web page or XML, not a table"),
        N_(
            "Some systems name such a file .xls. Open it in Excel and save it as .xlsx or CSV UTF-8. "
            "Nothing was changed."
        ),
    ),
    "file-too-large": _file_too_large,
    "file-not-there": Text(
        N_("{file} is not there"),
        N_("It was looked for in {folder}. Was it moved or renamed? Choose it again. Nothing was changed."),
    ),
    "file-not-accessible": Text(
        N_("{file} cannot be opened"),
        N_(
            "Another program, such as Excel, holds it open, or your account may not read it. "
            "Close it there, or choose a copy. Nothing was changed."
        ),
    ),
    "file-unreadable": _file_unreadable,
    "file-empty": Text(N_("{file} is empty"), N_("There is nothing in it. Export it again. Nothing was changed.")),
    "file-without-lines": Text(
        N_("{file} is empty"), N_("There is not one line in it. Export it again. Nothing was changed.")
    ),
    "file-ends-within-character": Text(
        N_("{file} ends in the middle of a character"),
        N_("It was probably not copied or saved to its end. Export it again. Nothing was changed."),
    ),
    "file-with-damaged-text": _file_with_damaged_text,
    "encoding-guessed": _encoding_guessed,
    "encoding-name": _encoding_name,
    "encoding-unsure": _encoding_unsure,
    "encoding-unknown-in-job": Text(
        N_("{encoding} is not an encoding"),
        N_("The job names it for {file}. Choose another on the page Directory. Nothing was changed."),
    ),
    "line-too-long": Text(
        N_("A line of {file} is too long"),
        N_(
            "Line {line} has more than {limit:,} characters. Is it a table, with one line for each person? "
            "Export it again with fewer columns. Nothing was changed."
        ),
    ),
    "cell-too-long": _cell_too_long,
    "too-many-columns": Text(
        N_("{file} has too many columns"),
        N_("Up to {limit:,} columns can be read. Export it again with fewer columns. Nothing was changed."),
    ),
    "too-many-rows": Text(
        N_("{file} has too many rows"),
        N_("Rows up to number {limit:,} can be read. Split it, or export fewer people. Nothing was changed."),
    ),
    "workbook-with-too-much-text": Text(
        N_("{file} holds too much text"),
        N_(
            "Up to {limit:,} characters of a workbook can be read. Export it with fewer columns. Nothing was changed."
        ),
    ),
    "file-beyond-memory": Text(
        N_("The file does not fit into memory"),
        N_(
            "This computer has not enough free memory to read it. Export it with fewer columns or people, or close "
            "other programs. Nothing was changed."
        ),
    ),
    "too-many-cells": Text(
        N_("{file} has too many cells"),
        N_("Up to {limit:,} cells of a sheet can be read. Save it as CSV UTF-8. Nothing was changed."),
    ),
    "heading-row-empty": Text(
        N_("{file} has no headings in row {row}"),
        N_("That row is empty or not there. Choose another row on the page Directory. Nothing was changed."),
    ),
    "headings-found-below": _headings_found_below,
    "sheet-missing": _sheet_missing,
    "workbook-binary": Text(
        N_("{file} is a binary workbook (.xlsb)"),
        N_("Open it in Excel and save it as .xlsx or as CSV UTF-8. Nothing was changed."),
    ),
    "json-without-people": _json_without_people,
    "ldif-broken": Text(
        N_("{file} is not whole LDIF"),
        N_("Line {line} is no attribute with a value. Export it again. Nothing was changed."),
    ),
    "format-ldif": _format_ldif,
    "display-name-made": _display_name_made,
    "cells-beside-table": _cells_beside_table,
    "ldif-members-cut": Text(
        N_("{file} has only a part of the members of a group"),
        N_(
            "On line {line} the values of {attribute} end before the last one, because the server limits how many it "
            "sends. Export the file again with ldifde or csvde, or ask for the remaining values. Nothing was changed."
        ),
    ),
    "entries-not-people": Text(N_("{count:,} entries of the class {kind} are not people and were left out.")),
    "long-values-left-out": Text(
        N_("{count:,} values under {heading} are photos or other long data and were left out.")
    ),
    "type-names-left-out": _type_names_left_out,
    "remark-row-left-out": Text(N_("Line {line} holds one text only ({text}) and was left out.")),
    "formula-without-value": Text(
        N_(
            "The cell under {heading} is a formula, and the file does not hold its value. This person is left as they "
            "are. Open the file in Excel and save it there, or leave the column out."
        )
    ),
    "headings-missing": Text(
        N_("{file} has no headings"),
        N_("The first line should name the columns, such as userPrincipalName,givenName,surname."),
    ),
    "quotation-mark-not-closed": Text(
        N_("A quotation mark is not closed in {file}"),
        N_(
            "The row that begins on line {line} opens one and the file ends before it is closed: the "
            "file was not saved to its end, or the mark is a slip. Nothing was changed."
        ),
    ),
    "workbook-with-password": Text(
        N_("{file} is protected by a password"),
        N_("Open it in Excel, take the password off and save it, or save it as CSV UTF-8. Nothing was changed."),
    ),
    "workbook-in-old-format": Text(
        N_("{file} is in Excel's old format"),
        N_("Open it in Excel and save it as .xlsx or as CSV UTF-8. Nothing was changed."),
    ),
    "workbook-without-rows": Text(
        N_("{file} has no sheet with rows"), N_("Every sheet of the workbook is empty. Export it again.")
    ),
    "sheet-without-headings": Text(
        N_("{file} has no headings"), N_("The first row of the sheet {sheet} should name the columns.")
    ),
    "sheet-chosen": _sheet_chosen,
    "file-is-opendocument": Text(
        N_("{file} is an OpenDocument file, not an Excel workbook"),
        N_("Save it as .xlsx or CSV UTF-8. Nothing was changed."),
    ),
    "file-is-zip-archive": Text(
        N_("{file} is a zip archive, not an Excel workbook"),
        N_("Unpack it and choose the file inside. Nothing was changed."),
    ),
    "workbook-too-large": _workbook_too_large,
    "workbook-unpacks-too-far": Text(
        N_("{file} is not read"),
        N_("Unpacked it is {ratio} times as large, and {limit} times is the limit. Save it as CSV UTF-8."),
    ),
    "file-silent": Text(
        N_("{path} does not answer"),
        N_(
            "Nothing arrived for {seconds} seconds. If it is on a network drive, check the connection and try again."
        ),
    ),
    "workbook-damaged": Text(
        N_("{file} is a damaged workbook"),
        N_("It was probably not copied or saved to its end. Save it again in Excel. Nothing was changed."),
    ),
    "json-list-empty": Text(
        N_("{file} is empty"), N_("Its list holds no one. Export it again. Nothing was changed.")
    ),
    "json-item-not-an-object": Text(
        N_("{file} is not a list of people"),
        N_("On line {line} stands a single value where an object with names and values was awaited."),
    ),
    "json-nested-too-deeply": Text(
        N_("{file} is nested too deeply"), N_("A list of people has no such depth. Is it the right file?")
    ),
    "json-without-list": Text(
        N_("{file} holds no list"),
        N_('A file of people is a list of objects, or one object with one list in it, such as {{"value": […]}}.'),
    ),
    "json-with-several-lists": Text(
        N_("{file} holds more than one list"),
        N_('A file of people is a list of objects, or one object with one list in it, such as {{"value": […]}}.'),
    ),
    "json-cut-off": Text(
        N_("{file} ends too early"),
        N_(
            "The JSON breaks off at line {line}, column {column}: the file was not copied or saved to its end. "
            "Nothing was changed."
        ),
    ),
    "json-broken": Text(
        N_("{file} is not whole JSON"),
        N_(
            "It cannot be read beyond line {line}, column {column}. Export it again, or mend that place. "
            "Nothing was changed."
        ),
    ),
    "format-delimited": _format_delimited,
    "format-workbook": Text(N_("Excel workbook, sheet {sheet}")),
    "format-json": _format_json,
    "format-graph": Text(N_("Microsoft Graph v1.0")),
    "export-entra": Text(N_("Entra ID, Download users")),
    "export-entra-older": Text(N_("Entra ID, Download users (older form)")),
    "export-entra-template": Text(N_("Entra ID, bulk create template")),
    "export-entra-tenant": Text(N_("Microsoft Entra ID")),
    "export-graph": Text(N_("Microsoft Graph, people as JSON")),
    "export-json": Text(N_("A list of people, JSON")),
    "export-google": Text(N_("Google Workspace, Download users")),
    "export-microsoft-365": Text(N_("Microsoft 365, Export users")),
    "export-sample": Text(N_("Tidewater Instruments, a made-up company")),
    "export-unknown": Text(N_("A table of people")),
}


# Columns


def _column_missing(file: str, heading: str, headings: tuple[str, ...], more: bool) -> Text:
    return Text(
        _("{file} has no column {heading}").format(file=file, heading=heading),
        _(
            "This job reads that column. Its headings are: {headings}. Was it renamed? Choose the columns again. "
            "Nothing was changed."
        ).format(headings=comma_list(headings) + (" …" if more else "")),
    )


def _attribute_in_several_columns(file: str, count: int, attribute: str, headings: tuple[str, ...]) -> Text:
    return Text(
        _("{count} columns of {file} are {attribute}").format(file=file, count=count, attribute=attribute),
        _("{headings}: a person has one {attribute} only. Leave one of the columns out.").format(
            headings=listed(headings), attribute=attribute
        ),
    )


def _no_identity_column(file: str, headings: tuple[str, ...]) -> Text:
    return Text(
        _("{file} has no column with a unique ID").format(file=file),
        _(
            "It needs a column with an object ID, employee ID or user principal name, and a first line that names the "
            "columns. Found: {headings}. Choose the unique ID above, or export the file again."
        ).format(headings=comma_list(headings)),
    )


_COLUMNS: Rows = {
    "column-missing": _column_missing,
    "attribute-in-several-columns": _attribute_in_several_columns,
    "identity-column-repeated": Text(
        N_("{file} has {count} columns {heading}"),
        N_("Only one column can be the unique ID. Leave the other one out, or rename it in the file."),
    ),
    "no-identity-column": _no_identity_column,
    "file-without-columns": Text(
        N_("{file} is not a table"),
        N_(
            "Its first line, “{line}”, names no columns. Choose a .csv, .tsv, .xlsx, .json or .ldif file with one row "
            "per person. Nothing was changed."
        ),
    ),
    "file-without-people": Text(
        N_("{file} has headings but no people"),
        N_("Choose the file with your people, or export it again. Nothing was changed."),
    ),
    "no-row-usable": Text(
        N_("No row of {file} can be used"), N_("Each of its {count:,} rows has a problem. Nothing was changed.")
    ),
    "tenant-without-people": Text(
        N_("No one is assigned to the application in Entra ID"),
        N_("Assign people or groups to it, or read everyone in the tenant."),
    ),
    "groups-column-not-read": Text(
        N_("The column {heading} was left out, because the members file names the groups.")
    ),
    "mail-is-user-name": Text(N_("No column has user names, so {heading} is the user name too.")),
    "passwords-not-read": Text(N_("A column with passwords was left out: passwords are never read.")),
    "identity-column": Text(N_("The unique ID is the column {heading}.")),
    "identity-is-user-name": Text(
        N_(
            "The unique ID is {heading}, because no column has an object ID or employee ID. "
            "A person whose user name changes will count as a new person."
        )
    ),
}


# People


def _short_rows(count: int, line: int) -> Text:
    return Text(
        ngettext(
            "{count} row has fewer cells than there are headings (the first is on line {line}); "
            "the cells at the end were taken as empty.",
            "{count} rows have fewer cells than there are headings (the first is on line {line}); "
            "the cells at the end were taken as empty.",
            count,
        ).format(count=count, line=line)
    )


def _identity_repeated(identity: str, lines: tuple[int, ...]) -> Text:
    return Text(
        _(
            "{identity} also stands on line {lines}: an identity belongs to one person. "
            "None of them is provisioned until one row is left."
        ).format(identity=identity, lines=comma_list([str(line) for line in lines]))
    )


def _listed(values: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{text} ({count:,})" for text, count in values) or _("no value")


def _status_column(
    heading: str, enabled: tuple[tuple[str, int], ...], disabled: tuple[tuple[str, int], ...]
) -> Text:
    return Text(
        _("The column {heading} says who is enabled. Enabled: {enabled}. Disabled: {disabled}.").format(
            heading=heading, enabled=_listed(enabled), disabled=_listed(disabled)
        )
    )


def _status_column_besides(
    heading: str, enabled: tuple[tuple[str, int], ...], disabled: tuple[tuple[str, int], ...]
) -> Text:
    return Text(
        _("The column {heading} also disables people. Disabled: {disabled}.").format(
            heading=heading, disabled=_listed(disabled)
        )
    )


def _status_values_unknown(heading: str, count: int, values: tuple[str, ...]) -> Text:
    shown = comma_list([quoted(value) for value in values[:8]]) + (" …" if len(values) > 8 else "")
    return Text(
        ngettext(
            "{count} person has a value under {heading} that does not say whether they are enabled ({values}), and is "
            "left as they are. Say what the value means on the page Directory, or with --enabled-values.",
            "{count} people have values under {heading} that do not say whether they are enabled ({values}), and are "
            "left as they are. Say what the values mean on the page Directory, or with --enabled-values.",
            count,
        ).format(count=count, heading=heading, values=shown)
    )


_PEOPLE: Rows = {
    "no-people-below-headings": Text(N_("{file} has headings but no people.")),
    "example-row-left-out": Text(N_("Line {line} is the template's example and was left out.")),
    "totals-row-left-out": Text(N_("Line {line} is a totals row ({text}) and was left out.")),
    "short-rows": _short_rows,
    "row-cut-off": Text(
        N_(
            "The file ends in the middle of this row: it was not saved to its end. Export it again. Until then nobody "
            "is taken for gone."
        )
    ),
    "row-too-long": Text(
        N_(
            "This row has {cells} cells, the headings are {headings}: a value that holds the separator "
            "needs quotation marks around it."
        )
    ),
    "identity-empty": Text(
        N_(
            "The identity ({heading}) is empty or not a single value; everybody needs one. "
            "Fill it in, or choose another column to tell people apart."
        )
    ),
    "identity-repeated": _identity_repeated,
    "number-shortened-by-excel": Text(
        N_(
            "Excel has shortened this number, so it may stand for several people. Format the column as text and "
            "export it again."
        )
    ),
    "status-unclear": Text(
        N_(
            "Whether the account is enabled is not known: “{value}” under {heading} could mean either. This person is "
            "left as they are. Say what the value means on the page Directory, or write True or False."
        )
    ),
    "status-empty": Text(
        N_(
            "Whether the account is enabled is not known: the cell under {heading} is empty. This person is left as "
            "they are. Fill it in, or say on the page Directory what an empty cell means."
        )
    ),
    "status-not-told": Text(
        N_(
            "Microsoft did not say whether this account is enabled (accountEnabled is empty), so this person is left "
            "as they are. Check that the sign-in may read accountEnabled."
        )
    ),
    "hidden-membership": Text(
        N_(
            "The members of {group} are hidden in Entra ID and were not sent, so the group is left as it is. "
            "Give the sign-in the permission Member.Read.Hidden, or make the membership visible."
        )
    ),
    "no-status-column": Text(N_("No column says who is enabled, so everybody in the file counts as enabled.")),
    "status-column": _status_column,
    "status-column-besides": _status_column_besides,
    "status-column-empty": Text(
        N_(
            "The column {heading} says who is enabled, and every cell of it is empty. Nobody is enabled because of "
            "that: everybody is left as they are. Export the file again, or leave the column out."
        )
    ),
    "status-values-unknown": _status_values_unknown,
    "status-column-not-used": Text(
        N_(
            "The column {heading} looks like a status and is not used to tell who is enabled. "
            "Where it says who has left, take it for accountEnabled and say what its values mean."
        )
    ),
    "excel-error-left-out": Text(N_("Excel shows the error {error} here; the value was left out.")),
    "own-manager": Text(N_("This person is named as their own manager; they are provisioned without one.")),
    "manager-ambiguous": Text(
        N_("{manager} may be several people; this person is provisioned without a manager.")
    ),
    "manager-not-in-file": Text(
        N_("The manager {manager} is not in the file; this person is provisioned without one.")
    ),
}


# Groups


def _group_spelled_differently(spellings: tuple[str, ...], name: str) -> Text:
    return Text(
        _("{spellings} were taken for one group; it is called {name}.").format(
            spellings=comma_list(spellings), name=name
        )
    )


def _members_file_without_group(file: str, headings: tuple[str, ...]) -> Text:
    return Text(
        _("{file} has no column group").format(file=file),
        _(
            "Its first line should be group,member: no column names the group. Found: {headings}. "
            "Nothing was changed."
        ).format(headings=comma_list(headings)),
    )


def _members_file_without_member(file: str, headings: tuple[str, ...]) -> Text:
    return Text(
        _("{file} has no column member").format(file=file),
        _(
            "Its first line should be group,member: no column names the member, by user principal name or id. "
            "Found: {headings}. Nothing was changed."
        ).format(headings=comma_list(headings)),
    )


_GROUPS: Rows = {
    "group-spelled-differently": _group_spelled_differently,
    "commas-in-group-names": Text(
        N_(
            "Commas in the column {heading} were taken for parts of a group's name. "
            "Separate groups with semicolons where that is wrong."
        )
    ),
    "member-of-another-kind": Text(N_("{member} is a {kind}, not a person; it is left out of the group {group}.")),
    "member-ambiguous": Text(N_("{member} may be several people; nobody was put into the group {group} for it.")),
    "member-with-row-problem": Text(
        N_("The row of {member} could not be taken, so the group {group} is without this person.")
    ),
    "member-not-in-file": Text(
        N_("{member} is not among the people of the file, so the group {group} is without them.")
    ),
    "members-file-of-one-group": Text(
        N_(
            "{file} names no group, so all its members were taken for members of a group called {group}, "
            "as the file is."
        )
    ),
    "members-file-without-group": _members_file_without_group,
    "members-file-without-member": _members_file_without_member,
    "members-row-cut-off": Text(
        N_(
            "{file}: The file ends in the middle of this row: it was not saved to its end. Export it again. Until then "
            "nobody is taken for gone."
        )
    ),
    "members-row-without-group": Text(N_("This row of {file} names no group, so it was left out.")),
}

_CHOICE: Rows = {
    "no-people-file-chosen": Text(N_("No file with people is chosen"), N_("Choose it on the page Directory.")),
    "no-directory-chosen": Text(
        N_("No directory is chosen"), N_("Choose where people come from on the page Plan.")
    ),
    "no-application-chosen": Text(
        N_("No application is chosen"), N_("Choose the enterprise application whose assignments count.")
    ),
    "entra-changes-expired": Text(
        N_("Microsoft no longer keeps the changes since the last reading: everything was read.")
    ),
    "entra-groups-not-security": Text(
        N_("{count} groups are not security groups; Entra ID does not provision those.")
    ),
    "entra-nested-groups-not-expanded": Text(
        N_("Groups inside groups are not expanded: only direct members count, as in Entra ID.")
    ),
}

ROWS: Rows = {**_FILES, **_COLUMNS, **_PEOPLE, **_GROUPS, **_CHOICE}

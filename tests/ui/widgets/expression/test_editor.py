"""The expression editor: completed, coloured, matched, underlined; read only when typing rests."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from tests.work import counted_calls
from wizard.flow.mapping.expressions import check_expression, functions
from wizard.ui.theme.colors import DARK, LIGHT
from wizard.ui.theme.current import apply_theme
from wizard.ui.widgets.expression.editor import ExpressionEditor
from wizard.ui.widgets.expression.tokens import paint_expression

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def editor(app: QApplication, qtbot: QtBot) -> ExpressionEditor:
    room = QWidget()
    room.setAccessibleName("Room")
    made = ExpressionEditor("mappingExpression", "Expression")
    after = QLineEdit()
    after.setObjectName("after")
    after.setAccessibleName("After")
    column = QVBoxLayout(room)
    column.addWidget(made)
    column.addWidget(after)
    column.addStretch(1)
    qtbot.addWidget(room)
    made.room = room  # kept alive as long as the editor
    made.set_attributes(("mail", "displayName", "surname", "proxyAddresses"))
    made.set_functions(functions())
    made.paused.connect(lambda text: made.show_reading(text, check_expression(text)))
    room.resize(528, 300)
    room.show()
    room.activateWindow()
    made.edit.setFocus()
    return made


def press(editor: ExpressionEditor, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(editor.edit, key, modifier or Qt.KeyboardModifier.NoModifier)


def write(editor: ExpressionEditor, text: str) -> None:
    QTest.keyClicks(editor.edit, text)


def listed(editor: ExpressionEditor) -> list[str]:
    return [candidate.name for candidate in editor.edit.completion.list.candidates]


def test_functions_and_attributes_are_completed_while_one_types(editor: ExpressionEditor) -> None:
    write(editor, "tol")
    assert editor.edit.completion.isVisible()
    assert listed(editor) == ["ToLower"]
    assert "culture" in editor.edit.completion.list.current.signature
    press(editor, Qt.Key.Key_Return)
    assert editor.text == "ToLower()"
    write(editor, "[na")
    assert listed(editor) == ["displayName", "surname"]
    press(editor, Qt.Key.Key_Down)
    press(editor, Qt.Key.Key_Return)
    assert editor.text == "ToLower([surname])"
    assert not editor.edit.completion.isVisible()


def test_control_space_completes_and_escape_lets_it_be(editor: ExpressionEditor) -> None:
    press(editor, Qt.Key.Key_Space, CONTROL)
    assert listed(editor)[:2] == ["mail", "displayName"]
    assert "Switch" in listed(editor)
    press(editor, Qt.Key.Key_Escape)
    assert not editor.edit.completion.isVisible()
    assert editor.text == ""


def test_nothing_is_completed_inside_quotes(editor: ExpressionEditor) -> None:
    write(editor, 'Append("sw')
    press(editor, Qt.Key.Key_Space, CONTROL)
    assert not editor.edit.completion.isVisible()


def test_a_name_is_replaced_whole_and_its_bracket_kept(editor: ExpressionEditor) -> None:
    editor.show_text("ToLower([m])")
    cursor = editor.edit.textCursor()
    cursor.setPosition(10)
    editor.edit.setTextCursor(cursor)
    press(editor, Qt.Key.Key_Space, CONTROL)
    press(editor, Qt.Key.Key_Return)
    assert editor.text == "ToLower([mail])"


def test_the_reading_comes_when_typing_rests(editor: ExpressionEditor, qtbot: QtBot) -> None:
    write(editor, "ToLowr([mail])")
    assert editor.status == ""
    qtbot.waitUntil(lambda: editor.status != "")
    assert editor.status == "Character 1: expected the name of a function."
    assert editor.edit.error_range == (0, 6)
    assert editor.edit.accessibleDescription() == editor.status
    press(editor, Qt.Key.Key_Home)
    for _letter in range(6):
        press(editor, Qt.Key.Key_Delete)
    write(editor, "ToLower")
    qtbot.waitUntil(lambda: editor.status == "Valid")
    assert editor.edit.error_range is None


def test_a_missing_end_is_underlined_at_the_last_token(editor: ExpressionEditor, qtbot: QtBot) -> None:
    write(editor, "ToLower([mail] ")
    qtbot.waitUntil(lambda: editor.edit.error_range is not None)
    assert editor.edit.error_range == (8, 14)


def test_advice_is_shown_without_refusing(editor: ExpressionEditor) -> None:
    editor.show_text("Guid()")
    editor.show_reading("Guid()", check_expression("Guid()"))
    assert editor.status
    assert editor.edit.error_range is None
    assert editor.edit.error_range is None


def test_a_late_reading_of_another_text_is_not_shown(editor: ExpressionEditor) -> None:
    editor.show_text("ToLower([mail])")
    editor.show_reading("ToLower([mai", check_expression("ToLower([mai"))
    assert editor.status == ""


def test_showing_a_text_is_no_edit(editor: ExpressionEditor, qtbot: QtBot) -> None:
    told: list[str] = []
    editor.edited.connect(told.append)
    editor.paused.connect(told.append)
    editor.show_text("ToLower([mail])")
    qtbot.wait(200)
    assert told == []
    write(editor, " ")
    qtbot.waitUntil(lambda: len(told) == 2)


def test_another_theme_is_no_edit(editor: ExpressionEditor, app: QApplication, qtbot: QtBot) -> None:
    edited: list[str] = []
    editor.show_text("ToLower([mail])")
    editor.paused.connect(edited.append)
    editor.edited.connect(edited.append)
    apply_theme(app, "dark")
    qtbot.wait(200)
    assert edited == []
    assert not editor.is_unsettled


def test_undo_and_redo_go_step_by_step(editor: ExpressionEditor) -> None:
    editor.show_text("ToLower([mail])")
    write(editor, "Le")
    press(editor, Qt.Key.Key_Return)
    assert editor.text.startswith("Left()")
    press(editor, Qt.Key.Key_Z, CONTROL)
    assert editor.text == "LeToLower([mail])"
    press(editor, Qt.Key.Key_Z, CONTROL)
    assert editor.text == "ToLower([mail])"
    press(editor, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert editor.text == "LeToLower([mail])"


def test_it_grows_to_five_lines(editor: ExpressionEditor) -> None:
    assert editor.edit.height() == 52
    editor.show_text("\n".join(["ToLower("] * 4))
    taller = editor.edit.height()
    assert taller > 52
    editor.show_text("\n".join(["ToLower("] * 30))
    assert taller < editor.edit.height() <= 120


def test_tab_leaves_it(editor: ExpressionEditor) -> None:
    press(editor, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is editor.insert_attribute
    assert editor.text == ""


def test_tab_takes_the_suggestion_while_the_list_is_open(editor: ExpressionEditor) -> None:
    QTest.keyClicks(editor.edit, "ToL")
    assert editor.edit.completion.isVisible()
    press(editor, Qt.Key.Key_Tab)
    assert editor.text == "ToLower()"
    assert editor.edit.hasFocus()
    press(editor, Qt.Key.Key_Tab)
    assert not editor.edit.hasFocus()


def test_functions_are_searched_with_their_help(editor: ExpressionEditor) -> None:
    editor.insert_function.click()
    popup = editor.window().findChild(QWidget, "mappingExpressionFindFunctionPopup")
    search = popup.findChild(QLineEdit, "mappingExpressionFindFunction")
    QTest.keyClicks(search, "datea")
    assert popup.list.current.signature == "DateAdd(interval, value, date)"
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert editor.text == "DateAdd()"
    assert popup.isHidden()
    assert editor.edit.textCursor().position() == 8


def test_an_attribute_is_inserted_at_the_cursor(editor: ExpressionEditor) -> None:
    editor.show_text("ToLower()")
    cursor = editor.edit.textCursor()
    cursor.setPosition(8)
    editor.edit.setTextCursor(cursor)
    editor.insert_attribute.click()
    popup = editor.window().findChild(QWidget, "mappingExpressionFindAttributePopup")
    QTest.keyClick(popup.search, Qt.Key.Key_Down)
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert editor.text == "ToLower([displayName])"


def test_brackets_are_marked_beside_the_cursor(editor: ExpressionEditor) -> None:
    editor.show_text("ToLower([mail])")
    press(editor, Qt.Key.Key_End)
    marked = [(s.cursor.selectionStart(), s.cursor.selectionEnd()) for s in editor.edit.extraSelections()]
    assert marked == [(14, 15), (7, 8)]


def test_colours_follow_the_theme(editor: ExpressionEditor, app: QApplication) -> None:
    editor.show_text('ToLower("a")')

    def colours() -> set[str]:
        formats = editor.edit.document().firstBlock().layout().formats()
        return {piece.format.foreground().color().name().upper() for piece in formats}

    assert colours() == {LIGHT.function, LIGHT.string}
    apply_theme(app, "dark")
    assert colours() == {DARK.function, DARK.string}


def test_text_in_quotes_may_run_over_lines(editor: ExpressionEditor) -> None:
    editor.show_text('Append("a\nb", [mail])')
    formats = editor.edit.document().lastBlock().layout().formats()
    assert [(piece.start, piece.length) for piece in formats] == [(0, 2), (4, 6)]


def test_a_cell_shows_the_same_colours_and_ends_in_dots(app: QApplication) -> None:
    picture = QImage(640, 112, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(4)  # thick strokes: a thin one of any font is all edge and no colour
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    paint_expression(painter, QRect(0, 0, 160, 28), 'Switch([surname], "x", [displayName], "y")')
    painter.end()
    assert any(picture.pixelColor(639 - x, y).name() != "#ffffff" for x in range(48) for y in range(112))
    seen = {picture.pixelColor(x, y).name().upper() for x in range(640) for y in range(112)}
    assert {LIGHT.function, LIGHT.attribute} <= seen


def test_it_is_as_good_without_eyes_or_mouse(editor: ExpressionEditor) -> None:
    assert audit(editor.window()) == []


def test_the_nearest_name_is_taken_with_one_click(editor: ExpressionEditor, qtbot: QtBot) -> None:
    write(editor, "ToLowr([mail])")
    qtbot.waitUntil(editor.use_nearest.isVisible)
    editor.use_nearest.click()
    assert editor.text == "ToLower([mail])"
    qtbot.waitUntil(lambda: editor.status == "Valid")
    assert not editor.use_nearest.isVisible()


def test_the_signature_of_the_function_around_the_cursor_is_shown(editor: ExpressionEditor, qtbot: QtBot) -> None:
    write(editor, "Left(ToLower([mail]), 3")
    hint = editor.findChild(QLabel, "mappingExpressionHint")
    assert hint.text() == "Left(source, numChars)"
    press(editor, Qt.Key.Key_Home)
    for _letter in range(14):
        press(editor, Qt.Key.Key_Right)
    assert hint.text().startswith("ToLower(")


def test_functions_that_do_not_apply_come_last(editor: ExpressionEditor) -> None:
    write(editor, "s")
    assert listed(editor).index("Switch") < listed(editor).index("SelectUniqueValue")


def test_the_longest_expression_is_shown_at_once(editor: ExpressionEditor) -> None:
    text = "Join(" + ",\n".join(f'"x{number}", [mail]' for number in range(600)) + ")"
    assert 9_000 < len(text) < 10_000
    with counted_calls() as showing:
        editor.show_text(text)
    with counted_calls() as typing:
        editor.edit.insertPlainText("x")
    assert showing.calls < 12 * len(text)
    assert typing.calls < 6 * len(text)
    last = editor.edit.document().lastBlock().layout().formats()
    assert [(piece.start, piece.length) for piece in last] == [(0, 6), (8, 6)]

"""A label whose figures change while it is looked at."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.widgets.layout import put
from wizard.ui.theme.fonts import set_type
from wizard.ui.widgets.labels import LineLabel, Paragraph, indent, label


class Layouts(QObject):
    """Counts how often a widget is asked to lay itself out."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__()
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def test_nothing_moves_while_a_text_takes_the_same_room(app: QApplication, qtbot: QtBot) -> None:
    sheet, number, beside = QWidget(), LineLabel(), QCheckBox("Beside it")
    qtbot.addWidget(sheet)
    row = QHBoxLayout(sheet)
    row.addWidget(number)
    row.addWidget(beside)
    row.addStretch(1)
    sheet.resize(400, 100)
    number.setText("111")
    sheet.show()
    qtbot.wait(20)
    layouts, place = Layouts(sheet), beside.x()
    number.setText("208")
    qtbot.wait(20)
    assert (layouts.count, beside.x(), number.text()) == (0, place, "208")

    number.setText("1,208")
    qtbot.wait(20)
    assert layouts.count > 0
    assert beside.x() > place
    assert number.width() == number.sizeHint().width()

    place = beside.x()
    set_type(number, "strip")
    qtbot.wait(20)
    assert beside.x() > place, "another font asks for other room"

    number.setText("")
    qtbot.wait(20)
    assert number.width() <= 1


def test_a_paragraph_wraps_and_gives_back_what_was_set(sheet: QWidget) -> None:
    words = Paragraph("Choose **Settings**, then <Identity source> & go on. " * 6)
    words.setFixedWidth(300)
    put(sheet, words)
    assert words.text().startswith("Choose **Settings**, then <Identity source>")
    assert words.accessibleName().startswith("Choose Settings, then <Identity source> & go")
    lines = words.heightForWidth(300) / 20
    assert lines == int(lines)
    assert lines > 3
    assert words.height() >= words.heightForWidth(300)


def test_a_line_begins_at_the_right_where_the_language_does(app: QApplication, qtbot: QtBot) -> None:
    def ink(direction: Qt.LayoutDirection) -> list[int]:
        """The columns of the picture that are not empty."""
        made = LineLabel()
        qtbot.addWidget(made)
        made.setText("51")
        made.setLayoutDirection(direction)
        made.setFixedSize(200, 30)
        picture = made.grab().toImage()
        ground, rows = picture.pixel(0, 0), range(picture.height())
        return [x for x in range(picture.width()) if any(picture.pixel(x, y) != ground for y in rows)]

    assert max(ink(Qt.LayoutDirection.LeftToRight)) < 100
    assert min(ink(Qt.LayoutDirection.RightToLeft)) > 100


def test_a_number_begins_at_the_right_where_the_language_does(app: QApplication, qtbot: QtBot) -> None:
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        made = label("51")
        qtbot.addWidget(made)
        assert made.alignment() & Qt.AlignmentFlag.AlignRight
        assert made.alignment() & Qt.AlignmentFlag.AlignAbsolute
    finally:
        app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert not label("51").alignment() & Qt.AlignmentFlag.AlignAbsolute


def test_only_words_that_no_line_holds_get_breaks_of_their_own(app: QApplication, qtbot: QtBot) -> None:
    """Japanese has no spaces: a break before "、" would begin a line with it."""
    japanese = (
        "ユーザーはすべての割り当てを維持しますが、サインインできません。これは元に戻せます、いつでも、どこでも。"
    )
    shown = Paragraph(f"{japanese} https://scim.eu-central-1.amazonaws.com/d-99672f7aa0/scim/v2")
    qtbot.addWidget(shown)
    assert japanese in QLabel.text(shown)
    assert "/\u200bscim" in QLabel.text(shown)


def test_what_belongs_to_a_box_begins_below_its_words_in_both_directions(app: QApplication) -> None:
    margins = {}
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        app.setLayoutDirection(direction)
        part = QWidget()
        indent(part, 4)
        margins[direction] = part.contentsMargins()
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    before, after = margins.values()
    assert (before.left(), before.right()) == (after.right(), after.left()) == (24, 0)
    assert before.bottom() == after.bottom() == 4

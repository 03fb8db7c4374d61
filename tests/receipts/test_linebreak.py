"""Line breaking: nothing lost, nothing too wide, no mark where it may not stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.pdf.linebreak import NEVER_FIRST, NEVER_LAST, break_lines


def measure(text):
    """Chinese characters are two wide, others one: a ruler that a reader can follow."""
    return sum(1 if character.isascii() else 2 for character in text)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("感谢您的支持", 8, ["感谢您的", "支持"]),
        # The mark takes the character before it along.
        ("感谢您的，支持", 8, ["感谢您", "的，支持"]),
        ("感谢（您）支持", 6, ["感谢", "（您）", "支持"]),
        # An amount is never torn apart, and its sign stays with it.
        ("合计¥1,409.50元", 12, ["合计", "¥1,409.50元"]),
        ("于2026年到账", 8, ["于2026年", "到账"]),
        ("thank you all", 9, ["thank you", "all"]),
        ("谢谢……", 6, ["谢", "谢……"]),
        ("", 8, [""]),
        ("一\n二", 8, ["一", "二"]),
        # A word wider than the line is cut: better than running off the page.
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
    ],
)
def test_text_breaks_where_a_typesetter_would(text, width, expected):
    assert break_lines(text, width, measure) == expected


@given(
    st.text(alphabet="捐赠基金会，。、（）《》“”¥%ab1 2.,-", max_size=80),
    st.integers(min_value=2, max_value=30),
)
def test_no_character_is_lost_and_no_line_is_too_wide(text, width):
    lines = break_lines(text, width, measure)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(measure(line) <= width for line in lines)


@given(st.text(alphabet="捐赠基金会，。、（）《》", max_size=60))
def test_marks_stand_where_they_may(text):
    pieces = text.replace("（", "捐（").replace("《", "捐《")
    lines = break_lines(pieces, 24, measure)
    longest = max((len(run) for run in _runs_of_marks(pieces)), default=0)
    if longest < 6:
        assert not any(line[0] in NEVER_FIRST for line in lines[1:] if line)
        assert not any(line[-1] in NEVER_LAST for line in lines[:-1] if line)


def _runs_of_marks(text):
    run = ""
    for character in text:
        if character in NEVER_FIRST | NEVER_LAST:
            run += character
        else:
            yield run
            run = ""
    yield run

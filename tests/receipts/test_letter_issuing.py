"""Letters of our own: numbered without gaps, frozen, replaced and cancelled with a reason."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from foundation import database
from ledger.clock import FixedClock
from ledger.integrity import run
from ledger.trail import TrailRecord
from receipts import integrity, letter_numbers, letters
from receipts.content import Designation, Kind, Recipient, digest
from receipts.models import LetterSeries, LetterState
from tests.factories import CLOCK, PREPARER
from tests.receipts import letter_cases
from tests.receipts.letter_cases import VERIFY_AT, Interrupted
from tests.refusals import refused
from tests.threads import together


def found(engine: Engine) -> list[tuple[str, str]]:
    with database.reading(engine) as session:
        return [(item.check, item.row) for item in run(session, integrity.CHECKS)]


def test_letter_gets_the_next_number_of_its_kind_and_year(
    engine: Engine, documents: SimpleNamespace
) -> None:
    first, second = letter_cases.issue(engine, documents.draft(), documents.draft())
    (annual,) = letter_cases.issue(engine, documents.draft(Kind.ANNUAL))
    (certificate,) = letter_cases.issue(engine, documents.draft(Kind.CERTIFICATE))

    assert [first.reference, second.reference] == ["QR-2026-000001", "QR-2026-000002"]
    assert (annual.reference, certificate.reference) == ("MX-2026-000001", "ZS-2026-000001")
    assert found(engine) == []


def test_year_of_the_number_is_that_of_the_day_at_home(
    engine: Engine, documents: SimpleNamespace
) -> None:
    # Half past four in the afternoon in UTC is half past midnight in Wuhan.
    eve = FixedClock(instant=datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    (issued,) = letter_cases.issue(engine, documents.draft(), clock=eve)

    assert issued.reference == "QR-2027-000001"


def test_stored_content_is_what_was_issued(engine: Engine, documents: SimpleNamespace) -> None:
    draft = documents.draft(recipient=Recipient("陈明澈"))
    (issued,) = letter_cases.issue(engine, draft)

    row = letter_cases.stored(engine, issued.id)
    with database.reading(engine) as session:
        letter = letters.get_letter(session, issued.reference)
        content = letters.content_of(letter)
    assert content.draft == draft
    assert (content.number, content.issued_on) == (issued.reference, CLOCK.today())
    assert content.verify_url == f"{VERIFY_AT}{row.verification_code}"
    assert row.digest == digest(content)
    assert (row.recipient_name, row.total_minor) == ("陈明澈", draft.gifts[0].amount_minor)
    assert (row.issued_by, row.issued_at, row.state) == (
        PREPARER,
        CLOCK.now(),
        LetterState.ISSUED,
    )
    assert json.loads(row.content)["schema"] == 1


def test_codes_have_128_bits_and_never_repeat(engine: Engine, documents: SimpleNamespace) -> None:
    issued = letter_cases.issue(engine, *(documents.draft() for _ in range(50)))

    codes = {letter_cases.stored(engine, each.id).verification_code for each in issued}
    assert len(codes) == 50
    assert {len(code) for code in codes} == {26}
    assert all(set(code) <= set("abcdefghijklmnopqrstuvwxyz234567") for code in codes)


def test_issue_that_is_undone_gives_its_numbers_back(
    engine: Engine, documents: SimpleNamespace
) -> None:
    with pytest.raises(Interrupted):
        letter_cases.issue(engine, *[documents.draft()] * 3, is_interrupted=True)
    assert letter_cases.references(engine) == []
    (issued,) = letter_cases.issue(engine, documents.draft())
    assert issued.reference == "QR-2026-000001"


@pytest.mark.parametrize(
    ("changes", "code", "saying"),
    [
        ({"message": "本函可作税前扣除凭证"}, "forbidden_word", "税前扣除"),
        ({"recipient": Recipient("赵\U00030729")}, "missing_glyph", "U+30729"),
        ({"profile": "xx"}, "not_found", "xx"),
        ({"kind": Kind.TAX_RECEIPT}, "not_found", "tax_receipt"),
    ],
)
def test_letter_that_could_not_be_printed_gets_no_number(
    engine: Engine, documents: SimpleNamespace, changes: dict[str, Any], code: str, saying: str
) -> None:
    with refused(code, saying):
        letter_cases.issue(engine, documents.draft(), documents.draft(**changes))
    assert letter_cases.references(engine) == []
    with database.reading(engine) as session:
        assert session.execute(select(LetterSeries)).all() == []


def test_amount_that_capitals_cannot_say_gets_no_number(
    engine: Engine, documents: SimpleNamespace
) -> None:
    minor = 10**14
    gift = documents.gift(amount_minor=minor, designations=(Designation("励学", minor),))

    with refused("invalid_amount", "大写"):
        letter_cases.issue(engine, documents.draft(gifts=(gift,)))


def test_letter_before_the_money_is_refused(engine: Engine, documents: SimpleNamespace) -> None:
    early = FixedClock(instant=datetime(2026, 1, 2, tzinfo=UTC))

    with refused("invalid", "出具日期"):
        letter_cases.issue(engine, documents.draft(), clock=early)
    assert letter_cases.references(engine) == []


def test_numbers_have_no_gap_and_no_repeat_with_many_writers(
    engine: Engine, documents: SimpleNamespace
) -> None:
    def write() -> int:
        done = 0
        for turn in range(6):
            drafts = [documents.draft()] * (1 + turn % 3)
            try:
                done += len(letter_cases.issue(engine, *drafts, is_interrupted=turn % 3 == 1))
            except Interrupted:
                continue
        return done

    done = together([write] * 5)

    assert all(isinstance(each, int) for each in done), done
    total = sum(each for each in done if isinstance(each, int))
    numbers = sorted(int(each[-6:]) for each in letter_cases.references(engine))
    assert numbers == list(range(1, total + 1))
    assert found(engine) == []


def test_replaced_letter_stays_and_names_its_successor(
    engine: Engine, documents: SimpleNamespace
) -> None:
    (old,) = letter_cases.issue(engine, documents.draft())
    new = letter_cases.replace(engine, old.id, documents.draft(recipient=Recipient("陈明彻")))

    row = letter_cases.stored(engine, old.id)
    assert (row.state, row.replaced_by_id) == (LetterState.REPLACED, new.id)
    assert (row.ended_reason, row.ended_by) == ("名称有误", PREPARER)
    assert row.recipient_name == "陈明澈"
    with database.reading(engine) as session:
        content = letters.content_of(letters.get_letter(session, new.reference))
    assert content.replaces == old.reference
    assert found(engine) == []


def test_cancelled_letter_keeps_number_and_reason(
    engine: Engine, documents: SimpleNamespace
) -> None:
    (first,) = letter_cases.issue(engine, documents.draft())
    letter_cases.cancel(engine, first.id)
    (second,) = letter_cases.issue(engine, documents.draft())

    row = letter_cases.stored(engine, first.id)
    assert (row.state, row.ended_reason) == (LetterState.CANCELLED, "重复出具")
    assert second.reference == "QR-2026-000002"
    with database.reading(engine) as session:
        acts = session.execute(select(TrailRecord.action).order_by(TrailRecord.sequence)).scalars()
        assert list(acts) == ["letter.issue", "letter.cancel", "letter.issue"]


def test_letter_ends_once(engine: Engine, documents: SimpleNamespace) -> None:
    (first,) = letter_cases.issue(engine, documents.draft())
    letter_cases.cancel(engine, first.id)

    with refused("letter_ended", "已作废"):
        letter_cases.cancel(engine, first.id)
    with refused("letter_ended", "已作废"):
        letter_cases.replace(engine, first.id, documents.draft())
    with refused("unknown_letter", "4711"):
        letter_cases.cancel(engine, 4711)
    assert letter_cases.references(engine) == ["QR-2026-000001"]


def test_end_needs_a_reason_and_the_same_kind(engine: Engine, documents: SimpleNamespace) -> None:
    (first,) = letter_cases.issue(engine, documents.draft())

    with refused("invalid", "作废原因"):
        letter_cases.cancel(engine, first.id, reason=" ")
    with refused("invalid", "更换原因"):
        letter_cases.replace(engine, first.id, documents.draft(), reason="")
    with refused("letter_of_other_kind", "QR-2026-000001"):
        letter_cases.replace(engine, first.id, documents.draft(Kind.ANNUAL))


def test_two_people_who_replace_a_letter_replace_it_once(
    engine: Engine, documents: SimpleNamespace
) -> None:
    (old,) = letter_cases.issue(engine, documents.draft())
    done = together([lambda: letter_cases.replace(engine, old.id, documents.draft())] * 3)

    codes = sorted(str(getattr(each, "code", "replaced")) for each in done)
    assert codes == ["letter_ended", "letter_ended", "replaced"]
    assert letter_cases.references(engine) == ["QR-2026-000001", "QR-2026-000002"]
    assert found(engine) == []


@pytest.mark.parametrize(
    "text", ["", "QR-2026-1", "QR-2026-0000001 x", "XX-2026-000001", "qr–2026–000001", "１"]
)
def test_text_that_is_no_number_finds_nothing(engine: Engine, text: str) -> None:
    with database.reading(engine) as session:
        assert letters.find_letter(session, text) is None
        with refused("unknown_letter"):
            letters.get_letter(session, text)


def test_number_is_found_however_it_was_typed(engine: Engine, documents: SimpleNamespace) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    with database.reading(engine) as session:
        letter = letters.find_letter(session, " qr-2026-000001 ")
    assert letter is not None
    assert letter.id == issued.id


@given(
    kind=st.sampled_from(Kind),
    year=st.integers(2000, 2199),
    number=st.integers(1, 999_999_999),
)
def test_printed_number_is_read_back(kind: Kind, year: int, number: int) -> None:
    text = letter_numbers.reference(kind, year, number)
    assert letter_numbers.parse(text) == (kind, year, number)

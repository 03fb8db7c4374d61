"""Letters for gifts: what is previewed is issued, once, for the money that is there."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.donors.models import DonorKind
from foundation.gifts import changes
from foundation.gifts.entry import Original
from foundation.gifts.kinds import GiftKind, RefundCause
from foundation.receipting import coverage
from foundation.receipting.eligibility import Document, Reason
from ledger import funds
from ledger.funds import Restriction
from receipts import letters
from receipts.content import Content, GiftForm, RecipientKind
from receipts.models import Letter, LetterState
from tests.factories import CLOCK, PREPARER
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import DAY, posted, recorded
from tests.foundation.imports import import_cases
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import issue, known, links, numbers, preview
from tests.refusals import refused
from tests.threads import together


def content(engine: Engine, reference: str) -> Content:
    with database.reading(engine) as session:
        return letters.content_of(letters.get_letter(session, reference))


def stored(engine: Engine, reference: str) -> Letter:
    with database.reading(engine) as session:
        letter = letters.get_letter(session, reference)
        session.expunge(letter)
        return letter


def test_letter_says_what_the_books_say(books: Engine) -> None:
    made = posted(books, allocations=(("SCHOL", 100_000_00), ("LAB", 20_000_00)))
    done = issue(books, gift_id=made.gift_id)

    assert (done.letters, done.total_minor, done.excluded) == (1, 120_000_00, ())
    found = content(books, done.first)
    (item,) = found.draft.gifts
    assert found.draft.issuer.name == "示例大学教育发展基金会"
    assert found.draft.issuer.registration == "53420000MJ000000X2"
    assert (item.reference, item.received_on) == (made.reference, DAY)
    assert [(part.project, part.amount_minor) for part in item.designations] == [
        ("奖学金", 100_000_00),
        ("实验室建设基金", 20_000_00),
    ]
    assert item.voucher == "记-2026-01-0001"
    assert item.bill is None
    assert document_cases.findings(books) == []


def test_letter_addresses_an_organisation_by_its_code(books: Engine) -> None:
    who = gift_cases.donor(
        books,
        name="东湖启明科技有限公司",
        kind=DonorKind.ORGANISATION,
        credit_code=donor_cases.CREDIT_CODE,
    )
    made = gift_cases.record(books, gift_cases.entry(who))
    gift_cases.post(books, made.voucher_id)

    recipient = content(books, issue(books, gift_id=made.gift_id).first).draft.recipient
    assert (recipient.kind, recipient.registration) == (
        RecipientKind.ORGANISATION,
        donor_cases.CREDIT_CODE,
    )


def test_identity_number_of_a_person_is_nowhere_in_a_letter(books: Engine) -> None:
    who = gift_cases.donor(books, id_number=donor_cases.ID_NUMBER)
    made = gift_cases.record(books, gift_cases.entry(who))
    gift_cases.post(books, made.voucher_id)

    letter = stored(books, issue(books, gift_id=made.gift_id).first)
    assert donor_cases.ID_NUMBER[-4:] not in letter.content


def test_gift_in_kind_is_described(books: Engine) -> None:
    made = posted(
        books,
        kind=GiftKind.IN_KIND,
        account_code="1201",
        item="图书",
        quantity="300册",
        value_evidence="发票",
    )
    (item,) = content(books, issue(books, gift_id=made.gift_id).first).draft.gifts

    assert (item.form, item.description) == (GiftForm.IN_KIND, "图书 300册")


def test_foreign_gift_keeps_its_original_amount(books: Engine) -> None:
    original = Original(1_000_00, "USD", "7.1234", DAY)
    made = posted(books, minor=7_123_40, original=original)
    (item,) = content(books, issue(books, gift_id=made.gift_id).first).draft.gifts

    assert item.original is not None
    assert (item.original.amount_minor, item.original.currency) == (1_000_00, "USD")


def test_second_letter_for_the_same_gift_is_refused(books: Engine) -> None:
    made = posted(books)
    issue(books, gift_id=made.gift_id)

    with refused("not_eligible", "同类有效文件"):
        issue(books, gift_id=made.gift_id)
    assert numbers(books, made.gift_id) == ["QR-2026-000001"]
    done = issue(books, Document.CERTIFICATE, gift_id=made.gift_id)
    assert numbers(books, made.gift_id) == ["QR-2026-000001", done.first]


def test_letter_for_an_unposted_gift_is_refused(books: Engine) -> None:
    made = recorded(books)

    with refused("not_eligible", "尚未记账"):
        issue(books, gift_id=made.gift_id)
    with refused("unknown_gift", "4711"):
        issue(books, gift_id=4711)
    assert links(books) == []


def test_letter_covers_what_is_left_after_a_refund(books: Engine) -> None:
    made = posted(books, minor=100_00, allocations=(("SCHOL", 75_00), ("LAB", 25_00)))
    gift_cases.refund(books, made.gift_id, 40_00)
    done = issue(books, gift_id=made.gift_id)

    (item,) = content(books, done.first).draft.gifts
    assert (done.total_minor, item.amount_minor) == (60_00, 60_00)
    assert [part.amount_minor for part in item.designations] == [45_00, 15_00]
    assert document_cases.findings(books) == []


def test_gift_that_went_back_gets_no_letter(books: Engine) -> None:
    whole, cancelled = posted(books), posted(books)
    gift_cases.refund(books, whole.gift_id, 120_000_00)
    gift_cases.cancel(books, cancelled.gift_id)

    with refused("not_eligible", "全部退还"):
        issue(books, gift_id=whole.gift_id)
    with refused("not_eligible", "已作废"):
        issue(books, gift_id=cancelled.gift_id)


def test_name_that_no_font_has_is_said_and_takes_no_number(books: Engine) -> None:
    made = posted(books, donor_name="赵\U00030729")
    planned = preview(books, gift_id=made.gift_id)

    assert [item.reason for item in planned.excluded] == [Reason.UNPRINTABLE]
    assert "U+30729" in planned.excluded[0].sentence
    with refused("not_eligible", "U+30729"):
        issue(books, gift_id=made.gift_id)


def test_fund_with_a_forbidden_name_prints_nothing(books: Engine) -> None:
    with database.transaction(books) as session:
        funds.open_fund(
            session,
            code="BILL",
            name="票据研究",
            restriction=Restriction.PURPOSE,
            actor=PREPARER,
            clock=CLOCK,
        )
    made = posted(books, allocations=(("BILL", 120_000_00),))

    with refused("not_eligible", "票据"):
        issue(books, gift_id=made.gift_id)


def test_preview_says_exactly_what_is_issued(books: Engine) -> None:
    keep = [posted(books, minor=minor) for minor in (100_00, 250_00, 3_33)]
    waiting = recorded(books)
    anonymous = posted(books, is_anonymous=True)
    planned = preview(books, year=2026)
    done = issue(books, year=2026, expected=planned.fingerprint)

    assert (planned.letters, planned.gifts, planned.total_minor) == (3, 3, 353_33)
    assert (done.letters, done.gifts, done.total_minor) == (3, 3, 353_33)
    assert done.excluded == planned.excluded
    assert {item.gift_id: item.reason for item in done.excluded} == {
        waiting.gift_id: Reason.NOT_POSTED,
        anonymous.gift_id: Reason.ANONYMOUS,
    }
    assert (done.first, done.last) == ("QR-2026-000001", "QR-2026-000003")
    assert [numbers(books, gift.gift_id) for gift in keep] == [
        [f"QR-2026-00000{place}"] for place in (1, 2, 3)
    ]
    assert document_cases.findings(books) == []


def change_nothing(engine: Engine, gift_id: int) -> None:
    """Leave everything as it was."""


def refund_part(engine: Engine, gift_id: int) -> None:
    gift_cases.refund(engine, gift_id, 1)


def add_gift(engine: Engine, gift_id: int) -> None:
    posted(engine)


def give_up(engine: Engine, gift_id: int) -> None:
    gift_cases.cancel(engine, gift_id)


@pytest.mark.parametrize(
    ("change", "is_stale"),
    [(change_nothing, False), (refund_part, True), (add_gift, True), (give_up, True)],
)
def test_issue_that_would_differ_from_its_preview_is_refused(
    books: Engine, change: Any, *, is_stale: bool
) -> None:
    made = posted(books)
    planned = preview(books, year=2026)
    change(books, made.gift_id)

    if is_stale:
        with refused("stale"):
            issue(books, year=2026, expected=planned.fingerprint)
        assert links(books) == []
    else:
        assert issue(books, year=2026, expected=planned.fingerprint).letters == 1


def test_preview_writes_nothing(books: Engine) -> None:
    posted(books)
    preview(books, year=2026)

    with database.reading(books) as session:
        assert session.execute(select(Letter.id)).all() == []


def test_annual_statement_lists_the_gifts_of_a_donor(books: Engine) -> None:
    who, other = gift_cases.donor(books), gift_cases.donor(books, name="周明远")
    entries = [
        gift_cases.entry(who, minor=10_00, received_on=date(2026, 3, 5)),
        gift_cases.entry(who, minor=20_00, received_on=date(2026, 1, 5)),
        gift_cases.entry(other, minor=30_00),
    ]
    made = [gift_cases.record(books, entry) for entry in entries]
    gift_cases.post(books, *(gift.voucher_id for gift in made))
    done = issue(books, Document.ANNUAL, year=2026)

    assert (done.letters, done.gifts, done.total_minor) == (2, 3, 60_00)
    first, second = content(books, "MX-2026-000001"), content(books, "MX-2026-000002")
    assert [item.amount_minor for item in first.draft.gifts] == [20_00, 10_00]
    assert [item.amount_minor for item in second.draft.gifts] == [30_00]
    assert (first.draft.period_from, first.draft.period_to) == (
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    assert issue(books, Document.ANNUAL, year=2026).letters == 0
    assert document_cases.findings(books) == []


def test_statement_of_one_donor_leaves_the_others_alone(books: Engine) -> None:
    first, second = posted(books), posted(books)
    donor_id = gift_cases.stored(books, second.gift_id).donor_id
    done = issue(books, Document.ANNUAL, year=2026, donor_id=donor_id)

    assert (done.letters, numbers(books, first.gift_id)) == (1, [])
    assert numbers(books, second.gift_id) == ["MX-2026-000001"]


def test_scope_is_one_gift_one_batch_or_one_year(books: Engine) -> None:
    for scope in ({}, {"gift_id": 1, "year": 2026}, {"donor_id": 3}):
        with refused("invalid", "范围"):
            issue(books, **scope)
    with refused("invalid", "年度"):
        issue(books, Document.ANNUAL, gift_id=1)
    with refused("unknown_import_batch", "4711"):
        issue(books, batch_id=4711)
    with refused("invalid", "年份"):
        issue(books, year=20260)


def test_replaced_letter_gives_its_gift_to_the_new_one(books: Engine) -> None:
    made = posted(books)
    old = stored(books, issue(books, gift_id=made.gift_id).first)
    new = document_cases.replace(books, old.id)

    assert stored(books, old.reference).state is LetterState.REPLACED
    assert content(books, new.reference).replaces == old.reference
    assert numbers(books, made.gift_id) == [new.reference]
    assert links(books) == [(made.gift_id, 120_000_00, False), (made.gift_id, 120_000_00, True)]
    with refused("letter_ended"):
        document_cases.replace(books, old.id)
    assert document_cases.findings(books) == []


def test_replaced_statement_takes_in_later_gifts(books: Engine) -> None:
    who = gift_cases.donor(books)
    first = gift_cases.record(books, gift_cases.entry(who, minor=10_00))
    gift_cases.post(books, first.voucher_id)
    old = stored(books, issue(books, Document.ANNUAL, year=2026).first)
    second = gift_cases.record(
        books, gift_cases.entry(who, minor=20_00, received_on=date(2026, 2, 1))
    )
    gift_cases.post(books, second.voucher_id)
    new = document_cases.replace(books, old.id)

    assert new.total_minor == 30_00
    assert numbers(books, first.gift_id) == numbers(books, second.gift_id) == [new.reference]
    assert document_cases.findings(books) == []


def test_letter_is_not_replaced_when_its_gift_lost_the_right_to_one(books: Engine) -> None:
    made = posted(books)
    done = issue(books, Document.CERTIFICATE, gift_id=made.gift_id)
    gift_cases.cancel(books, made.gift_id)

    with refused("not_eligible", "已作废"):
        document_cases.replace(books, stored(books, done.first).id)
    with refused("unknown_letter", "4711"):
        document_cases.replace(books, 4711)


def test_cancelled_letter_frees_its_gift(books: Engine) -> None:
    made = posted(books)
    first = stored(books, issue(books, gift_id=made.gift_id).first)
    document_cases.cancel(books, first.id)

    assert numbers(books, made.gift_id) == []
    assert issue(books, gift_id=made.gift_id).first == "QR-2026-000002"
    assert document_cases.findings(books) == []


def test_two_people_who_issue_for_one_gift_issue_once(books: Engine) -> None:
    made = posted(books)
    done = together([lambda: issue(books, gift_id=made.gift_id)] * 3)

    codes = sorted(str(getattr(each, "code", "issued")) for each in done)
    assert codes == ["issued", "not_eligible", "not_eligible"]
    assert numbers(books, made.gift_id) == ["QR-2026-000001"]
    assert document_cases.findings(books) == []


def test_letter_and_refund_at_once_never_disagree(books: Engine) -> None:
    made = posted(books, minor=100_00)

    def refund() -> None:
        with database.transaction(books) as session:
            coverage.refuse_documented(session, made.gift_id)
            changes.refund_gift(
                session,
                made.gift_id,
                amount_minor=40_00,
                cause=RefundCause.EXTERNAL,
                refunded_on=gift_cases.LATER,
                pay_from=None,
                reason="项目取消",
                actor=PREPARER,
                clock=CLOCK,
            )

    issued, refunded = together([lambda: issue(books, gift_id=made.gift_id), refund])

    # Whoever came first decides: a letter stops the refund, a refund makes the letter smaller.
    code = getattr(refunded, "code", None)
    assert (getattr(issued, "total_minor", None), code) in [
        (100_00, "gift_documented"),
        (60_00, None),
    ]
    assert known(books, made.gift_id).left_minor == (100_00 if code else 60_00)
    assert document_cases.findings(books) == []


def test_batch_import_is_documented_as_a_whole(books: Engine) -> None:
    brought = import_cases.bring(books, import_cases.table(import_cases.GIFTS))
    assert brought.batch_id is not None
    before = preview(books, batch_id=brought.batch_id)
    assert {item.reason for item in before.excluded} == {Reason.NOT_POSTED}
    import_cases.post_everything(books)
    done = issue(books, batch_id=brought.batch_id)

    assert (done.letters, done.total_minor) == (3, import_cases.TOTAL - 1)
    assert [item.reason for item in done.excluded] == [Reason.ANONYMOUS]
    assert issue(books, batch_id=brought.batch_id).letters == 0
    assert document_cases.findings(books) == []

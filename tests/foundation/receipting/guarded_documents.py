"""Documents of every kind and state, to try raw SQL on."""

from sqlalchemy import Engine

from foundation import database
from foundation.gifts import service as gifts
from foundation.receipting.eligibility import Document
from tests.foundation.gifts import gift_cases
from tests.foundation.receipting import document_cases
from tests.receipts import bill_cases, letter_cases
from tests.receipts.bill_cases import PAPER_CODE, bill, red

MINOR = 120_000_00


def build(engine: Engine) -> None:
    """Issue and record; the keys are found again by `names`."""
    document_cases.install(engine)
    # 1 has a bill and a letter, 2 nothing, 3 is not posted, 4 had a bill that was taken back,
    # 5 has a paper bill, 6 a letter that was replaced.
    made = [gift_cases.posted(engine) for _ in range(2)]
    gift_cases.recorded(engine)
    made += [gift_cases.posted(engine) for _ in range(3)]
    first, _second, fourth, fifth, sixth = (gift.gift_id for gift in made)
    bill_cases.draw(engine)
    bill_cases.draw_paper(engine)
    document_cases.agree(engine, fourth, title="林晓舟")
    document_cases.agree(engine, first, title="林晓舟")
    document_cases.bill(engine, bill(1, amount_minor=MINOR), first)
    wrong = bill(2, amount_minor=MINOR)
    document_cases.bill(engine, wrong, fourth)
    document_cases.bill(engine, red(3, wrong))
    document_cases.bill(engine, bill(4, amount_minor=MINOR), is_matching=False)
    document_cases.bill(engine, bill(101, code=PAPER_CODE, amount_minor=MINOR), fifth)
    bill_cases.void(engine, PAPER_CODE, "0000000102")
    document_cases.issue(engine, gift_id=first)
    document_cases.issue(engine, gift_id=sixth)
    document_cases.replace(engine, 2)
    document_cases.issue(engine, Document.CERTIFICATE, gift_id=sixth)


def names(engine: Engine) -> dict[str, object]:
    """Return what raw SQL may refer to."""
    found: dict[str, object] = {
        "now": "2026-11-22 02:00:00.000000",
        "digest": "0" * 64,
        "minor": MINOR,
    }
    with database.reading(engine) as session:
        for number in range(1, 7):
            gift = gifts.get_gift(session, number)
            found[f"gift{number}"] = gift.id
            found[f"voucher{number}"] = gift.voucher_id
    for number in (1, 2, 3, 4, 5, 6):
        found[f"bill{number}"] = bill_cases.stored(engine, number).id
    for number in (101, 102, 103):
        found[f"paper{number}"] = bill_cases.stored(engine, number, code=PAPER_CODE).id
    found["batch"] = bill_cases.stored(engine, 1).batch_id
    found["paper_batch"] = bill_cases.stored(engine, 101, code=PAPER_CODE).batch_id
    assert letter_cases.references(engine) == [
        "QR-2026-000001",
        "QR-2026-000002",
        "QR-2026-000003",
        "ZS-2026-000001",
    ]
    # By the order in which they were issued: live, replaced, its successor, a certificate.
    return found | {"live": 1, "replaced": 2, "successor": 3, "certificate": 4}

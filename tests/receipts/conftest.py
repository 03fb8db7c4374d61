"""Invented documents for the tests of this folder, handed out by the fixture `documents`."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from receipts.content import (
    BillReference,
    Content,
    Designation,
    Draft,
    GiftItem,
    Issuer,
    Kind,
    Recipient,
    RecipientKind,
)

ISSUER = Issuer(
    name="江汉示例大学教育发展基金会",
    registration="53420000MJB0000001",
    name_second="Jianghan Example University Education Foundation",
    address="湖北省武汉市示例路1号",
    telephone="027-00000000",
    email="office@example.org",
    website="https://foundation.example.org",
)
PERSON = Recipient("陈明澈", identity_tail="002X")
COMPANY = Recipient(
    "武汉示例新材料股份有限公司", RecipientKind.ORGANISATION, registration="91350100M000100Y43"
)
CHARITY = Issuer(
    name="Example Lakes College Foundation",
    registration="00000 0000 RR0001",
    address="1 Example Street, Halifax, Nova Scotia",
    signatory="Jordan Example, Treasurer",
)


def gift(position: int = 1, **changes: Any) -> GiftItem:
    amount = changes.get("amount_minor", 140950 + position)
    values: dict[str, Any] = {
        "reference": f"G2026-{position:06d}",
        "received_on": date(2026, 1 + position % 12, 1 + position % 27),
        "amount_minor": amount,
        "designations": (Designation("励学奖助学金", amount),),
        "voucher": f"记-2026-03-{position:04d}",
        "bill": BillReference("42050126", f"{position:010d}"),
    }
    return GiftItem(**{**values, **changes})


def draft(kind: Kind = Kind.LETTER, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "kind": kind,
        "profile": "cn",
        "issuer": ISSUER,
        "recipient": PERSON,
        "gifts": (gift(),),
    }
    if kind is Kind.ANNUAL:
        values |= {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)}
    return Draft(**{**values, **changes})


def content(
    kind: Kind = Kind.LETTER, *, issued: dict[str, Any] | None = None, **changes: Any
) -> Content:
    """Return an issued document; `issued` changes what issuing adds, the rest the draft."""
    values: dict[str, Any] = {
        "draft": draft(kind, **changes),
        "number": "QR-2027-000001",
        "issued_on": date(2027, 1, 5),
        "verify_url": "https://foundation.example.org/verify/a8f3k2a8f3k2",
    }
    return Content(**{**values, **(issued or {})})


def canadian(**changes: Any) -> Content:
    """Return an official receipt of a Canadian charity."""
    item = gift(
        amount_minor=125000,
        currency="CAD",
        bill=None,
        received_on=date(2026, 3, 5),
        advantage_minor=5000,
        advantage="(dinner)",
    )
    issued = content(
        Kind.TAX_RECEIPT,
        profile="ca",
        issuer=CHARITY,
        recipient=Recipient("Zoë Exemple", address="22 Sample Road, Toronto"),
        gifts=(item,),
        place="Halifax, Nova Scotia",
    )
    return replace(issued, **changes)


@pytest.fixture(scope="session")
def documents() -> SimpleNamespace:
    """Return the functions that make invented documents, and the people in them."""
    return SimpleNamespace(
        gift=gift,
        draft=draft,
        content=content,
        canadian=canadian,
        issuer=ISSUER,
        person=PERSON,
        company=COMPANY,
    )

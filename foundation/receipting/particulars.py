"""What the bill of a gift has to say: confirmed title, benefit in return, waiver (开票信息)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.donors import identity
from foundation.imports.names import normalise_name
from foundation.receipting import coverage
from foundation.receipting.models import BillingParticulars
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput
from receipts.checks import check_text
from receipts.content import RecipientKind


@dataclass(frozen=True, slots=True)
class Particulars:
    """What was agreed with the donor; empty for what nothing was said about.

    `waiver` is the evidence that the donor wants no bill (慈善法 第三十八条), `benefit` what the
    donor gets in return, which rules a bill out.
    """

    title: str = ""
    payer_kind: RecipientKind | None = None
    payer_code: str = ""
    benefit: str = ""
    waiver: str = ""
    payer_address: str = ""
    advantage_minor: int | None = None


def set_particulars(
    session: Session, gift_id: int, given: Particulars, *, actor: str, clock: Clock
) -> None:
    """Write down what the bill of a gift has to say, in the place of what was there.

    Raises GiftDocumented once the gift has a document, WrongNumber, InvalidInput.
    """
    checked = _checked(given)
    coverage.refuse_documented(session, gift_id)
    stored = session.get(BillingParticulars, gift_id) or BillingParticulars(gift_id=gift_id)
    stored.title = checked.title or None
    stored.payer_kind = checked.payer_kind if checked.title else None
    stored.payer_code = checked.payer_code or None
    stored.benefit = checked.benefit or None
    stored.waiver = checked.waiver or None
    stored.payer_address = checked.payer_address or None
    stored.advantage_minor = checked.advantage_minor
    stored.changed_by = actor
    stored.changed_at = clock.now()
    session.add(stored)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="gift.billing",
        subject=f"gift:{gift_id}",
        # Which particulars there are, never what they say of a person.
        detail={
            "given": [
                name
                for name in ("title", "payer_code", "benefit", "waiver", "payer_address")
                if getattr(checked, name)
            ]
        },
    )


def _checked(given: Particulars) -> Particulars:
    title = normalise_name(given.title)
    # As it was typed: what cannot be seen is refused here, and not dropped without a word.
    check_text("票据抬头", given.title.strip(), most=200, required=False)
    check_text("回报", given.benefit.strip(), most=200, required=False)
    check_text("放弃票据的依据", given.waiver.strip(), most=200, required=False)
    check_text("地址", given.payer_address.strip(), most=200, required=False)
    if given.advantage_minor is not None and given.advantage_minor < 0:
        raise InvalidInput(field="回报的价值", reason="不能是负数")
    kind = given.payer_kind or RecipientKind.PERSON
    code = ""
    if given.payer_code.strip():
        if kind is RecipientKind.PERSON:
            raise InvalidInput(field="统一社会信用代码", reason="个人不登记证件号码")
        code = identity.check_credit_code(given.payer_code)
    if code and not title:
        raise InvalidInput(field="票据抬头", reason="有代码而没有抬头")
    return Particulars(
        title=title,
        payer_kind=kind if title else None,
        payer_code=code,
        benefit=given.benefit.strip(),
        waiver=given.waiver.strip(),
        payer_address=given.payer_address.strip(),
        advantage_minor=given.advantage_minor,
    )


def get_particulars(session: Session, gift_id: int) -> Particulars:
    """Return what was written down of a gift; empty when nothing was."""
    stored = session.get(BillingParticulars, gift_id)
    if stored is None:
        return Particulars()
    return Particulars(
        title=stored.title or "",
        payer_kind=stored.payer_kind,
        payer_code=stored.payer_code or "",
        benefit=stored.benefit or "",
        waiver=stored.waiver or "",
        payer_address=stored.payer_address or "",
        advantage_minor=stored.advantage_minor,
    )

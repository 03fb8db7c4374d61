"""Pages of one claim: its figures and gifts, its work list, and every act on its way."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.claims import (
    awards,
    clawbacks,
    computing,
    labels,
    lifecycle,
    queries,
    questions,
    worklist,
)
from foundation.claims.awards import NewAward
from foundation.claims.desk_page import who
from foundation.claims.kinds import Payee
from foundation.http import forms, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.matching.results import GiftStatus
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.money import to_text

MOST_DIFFERENCES = 4


@guard.requires(Permission.GIFTS_READ)
def claim(claim_id: int) -> Any:
    """Show a claim with the gifts in it."""
    wanted = request.args.get("status", "")
    status = GiftStatus(wanted) if wanted in set(GiftStatus) else None
    code = request.args.get("code", "")[:80]
    with database.reading(services().engine) as session:
        found = computing.get_claim(session, claim_id)
        sums = worklist.sums(session, found)
        return render_template(
            "claims/claim.html",
            claim=queries.get_row(session, found),
            part=queries.line_page(session, found, lists.of_request(), status=status, code=code),
            sums=sums,
            asked=[
                (item.code[1:], labels.in_language(*questions.label(item.code[1:])))
                for item in sums
                if item.code.startswith("?")
            ],
            award=awards.view(session, claim_id),
            returned=clawbacks.returned_after_claim(session, claim_id=claim_id),
            code=code,
            **labels.words(),
        )


@guard.requires(Permission.CLAIMS_APPROVE)
def freeze(claim_id: int) -> Any:
    """Ask, then freeze the claim."""

    def act(session: Session, _form: Form) -> str:
        lifecycle.freeze(session, claim_id, **who())
        return translate("申请已定稿，其中的捐赠不再进入其他申请")

    return _asked(claim_id, "claims/freeze.html", act)


@guard.requires(Permission.CLAIMS_PREPARE)
def submit(claim_id: int) -> Any:
    """Note that the claim was handed in."""

    def act(session: Session, form: Form) -> str:
        day, to = form.day("submitted_on"), form.text("submitted_to")
        reference = form.text("reference", is_required=False, longest=120)
        form.require_complete()
        assert day is not None
        lifecycle.submit(
            session, claim_id, submitted_on=day, submitted_to=to, reference=reference, **who()
        )
        return translate("已登记报送")

    return _asked(claim_id, "claims/submit.html", act)


@guard.requires(Permission.CLAIMS_APPROVE)
def withdraw(claim_id: int) -> Any:
    """Give the claim up."""

    def act(session: Session, form: Form) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        lifecycle.withdraw(session, claim_id, reason=reason, **who())
        return translate("申请已撤回")

    return _asked(claim_id, "claims/withdraw.html", act, back="matching.index")


@guard.requires(Permission.CLAIMS_PREPARE)
def award(claim_id: int) -> Any:
    """Record the official award."""

    def act(session: Session, form: Form) -> str:
        amount, day = form.amount("amount"), form.day("awarded_on")
        title = form.text("document_title")
        number = form.text("document_number", is_required=False, longest=120)
        payee = form.choice("payee", Payee)
        reason = form.text("reason", is_required=False, longest=500)
        differences = []
        for place in range(1, MOST_DIFFERENCES + 1):
            minor = form.amount(f"difference_{place}", is_required=False)
            text = form.text(f"explained_{place}", is_required=False, longest=500)
            if minor is not None or text:
                differences.append((minor or 0, text))
        form.require_complete()
        assert amount is not None
        assert day is not None
        assert payee is not None
        given = NewAward(amount, day, title, number, payee, reason, tuple(differences))
        awards.record_award(session, claim_id, given, **who())
        return translate("已登记下达 {amount}", amount=to_text(amount))

    return _asked(
        claim_id,
        "claims/award.html",
        act,
        payee_options=[(item.value, translate(labels.PAYEES[item.value])) for item in Payee],
        places=range(1, MOST_DIFFERENCES + 1),
    )


@guard.requires(Permission.CLAIMS_PREPARE)
def receive(claim_id: int) -> Any:
    """Book the money of an award, or note it at the university."""

    def act(session: Session, form: Form) -> str:
        amount, day = form.amount("amount"), form.day("received_on")
        account = form.text("account", is_required=False, longest=32)
        fund = form.text("fund", is_required=False, longest=32)
        note = form.text("note", is_required=False, longest=500)
        form.require_complete()
        assert amount is not None
        assert day is not None
        made = awards.receive(
            session,
            claim_id,
            amount_minor=amount,
            received_on=day,
            account=account,
            fund=fund,
            note=note,
            **who(),
        )
        return translate("已登记到账") if made is None else translate("已编制凭证，等待审核")

    return _asked(claim_id, "claims/receive.html", act)


@guard.requires(Permission.CLAIMS_PREPARE)
def use(claim_id: int) -> Any:
    """Note what money of an award was used for."""

    def act(session: Session, form: Form) -> str:
        amount, day = form.amount("amount"), form.day("used_on")
        purpose = form.text("purpose")
        evidence = form.text("evidence", is_required=False, longest=500)
        form.require_complete()
        assert amount is not None
        assert day is not None
        verdict = awards.record_use(
            session,
            claim_id,
            amount_minor=amount,
            used_on=day,
            purpose=purpose,
            evidence=evidence,
            **who(),
        )
        if verdict == "USE_FORBIDDEN":
            return translate("已登记；办法禁止此项用途，请尽快纠正")
        return translate("已登记使用情况")

    return _asked(claim_id, "claims/use.html", act)


@guard.requires(Permission.CLAIMS_APPROVE)
def claw_back(claim_id: int, change_id: int) -> Any:
    """Record what follows from a claimed gift that went back."""

    def act(session: Session, form: Form) -> str:
        repay, day = form.amount("repay"), form.day("notified_on", is_required=False)
        reason = form.text("reason", longest=500)
        form.require_complete()
        assert repay is not None
        gift_id = next(
            (
                item.gift_id
                for item in clawbacks.returned_after_claim(session, claim_id=claim_id)
                if item.change_id == change_id
            ),
            0,
        )
        clawbacks.claw_back(
            session,
            claim_id,
            gift_id,
            change_id=change_id,
            repay_minor=repay,
            notified_on=day,
            reason=reason,
            **who(),
        )
        return translate("已登记追回")

    with database.reading(services().engine) as session:
        found = [
            item
            for item in clawbacks.returned_after_claim(session, claim_id=claim_id)
            if item.change_id == change_id
        ]
        repayment = clawbacks.repayment_of(session, found[0]) if found else None
    return _asked(
        claim_id,
        "claims/claw_back.html",
        act,
        found=found[0] if found else None,
        repayment=repayment,
    )


def _asked(
    claim_id: int,
    template: str,
    act: Callable[[Session, Form], str],
    *,
    back: str = "",
    **given: Any,
) -> Any:
    """Show a form of a claim, or do what it asks and go back."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        try:
            with database.transaction(services().engine) as session:
                message = act(session, form)
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(message)
            target = url_for(back) if back else url_for("matching.claim", claim_id=claim_id)
            return redirect(target, 303)
    with database.reading(services().engine) as session:
        found = computing.get_claim(session, claim_id)
        page = render_template(
            template,
            claim=queries.get_row(session, found),
            award=awards.view(session, claim_id),
            form=form,
            **given,
            **labels.words(),
        )
    return page, 422 if form.errors else 200

"""What the demo foundation promises and is promised: projects, agreements, pledges, a campaign.

Written at the end of the story, of what it has: agreements carry the numbers that gifts name, and
those gifts pay the pledges. Nothing here is booked.
"""

import tomllib
from datetime import date, timedelta
from importlib import resources
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.agreements import service as agreements
from foundation.agreements.service import AgreementInput
from foundation.donors import facts
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.models import Gift, GiftAllocation
from foundation.gifts.standing import ended
from foundation.pledges import changes, paying
from foundation.pledges import service as pledges
from foundation.pledges.models import PledgeEvidence
from foundation.pledges.schedule import Due
from foundation.pledges.service import PledgeInput
from foundation.projects import campaigns, endowments
from foundation.projects import service as projects
from foundation.projects.campaigns import CampaignInput
from foundation.projects.endowments import RuleInput
from foundation.projects.models import EndowmentBase, Remainder
from foundation.projects.service import ProjectInput
from ledger.clock import Clock
from ledger.funds import Fund

_FEN = 100
_PEOPLE_IN_CLASSES = 24
_SIGNATORIES = ("法定代表人", "基金会理事长")


def keep(session: Session, *, year: int, actor: str, clock: Clock) -> None:
    """Write everything that is not in the books; `year` is the first of the story."""
    text = resources.files("foundation.demo.data").joinpath("promises.toml").read_text("utf-8")
    told = tomllib.loads(text.replace("{year}", str(year)))
    who: dict[str, Any] = {"actor": actor, "clock": clock}
    today = clock.today()
    for item in told["project"]:
        _project(session, item, today, who)
    _endowment(session, told["endowment"], date(year, 1, 1), who)
    _campaign(session, told["campaign"], year, who)
    for item in told["promise"]:
        _promise(session, item, who)
    _classes(session, told["class"], who)


def _project(session: Session, item: dict[str, Any], today: date, who: dict[str, Any]) -> None:
    entry = ProjectInput(
        kind=item["kind"],
        purpose=item["purpose"],
        remainder=Remainder.SIMILAR_PURPOSE,
        name_en=item.get("name_en", ""),
        steward=item["steward"],
        college=item.get("college", ""),
        target_minor=item["target"] * _FEN if "target" in item else None,
        spending_rule=item.get("rule", ""),
        fee_basis_points=item.get("fee"),
        is_public=item.get("public", True),
        public_text=item.get("text", ""),
        public_text_en=item.get("text_en", ""),
    )
    projects.set_project(session, item["code"], entry, **who)
    if "budget" in item:
        amount = item["budget"] * _FEN
        projects.set_budget(
            session, item["code"], today.year, amount, resolution="年度预算决议", **who
        )


def _endowment(session: Session, item: dict[str, Any], since: date, who: dict[str, Any]) -> None:
    endowments.open_endowment(session, item["principal"], item["income"], since=since, **who)
    rule = RuleInput(
        in_force_from=since,
        base=EndowmentBase(item["base"]),
        spend_basis_points=item["spend"],
        reinvest_basis_points=item["reinvest"],
        resolution=item["resolution"],
    )
    endowments.set_rule(session, item["principal"], rule, **who)


def _campaign(session: Session, item: dict[str, Any], year: int, who: dict[str, Any]) -> None:
    entry = CampaignInput(
        code=item["code"],
        name=item["name"],
        name_en=item["name_en"],
        starts_on=date(year, 3, 1),
        ends_on=date(year + 2, 12, 31),
        funds=tuple(item["funds"]),
        target_minor=item["target"] * _FEN,
        is_public=True,
        public_text=item["text"],
        public_text_en=item["text_en"],
    )
    campaigns.set_campaign(session, entry, **who)


def _promise(session: Session, item: dict[str, Any], who: dict[str, Any]) -> None:
    """Sign the agreement that gifts of the story name, promise its instalments, and pay them."""
    given = session.execute(
        select(Gift.id, Gift.donor_id, Gift.received_on, Gift.amount_minor, Fund.code)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Fund, Fund.id == GiftAllocation.fund_id)
        .where(Gift.agreement == item["number"], ~ended())
        .order_by(Gift.received_on, Gift.id)
    ).all()
    if not given:
        return  # the story is told up to an earlier day
    first = given[0]
    signed_on = first.received_on - timedelta(days=10)
    whole = first.amount_minor * item["years"]
    agreement = agreements.record_agreement(
        session,
        AgreementInput(
            number=item["number"],
            title=item["title"],
            donor_id=first.donor_id,
            purpose=item["purpose"],
            funds=((first.code, whole),),
            amount_minor=whole,
            donor_signatory=_SIGNATORIES[0],
            foundation_signatory=_SIGNATORIES[1],
            ends_on=signed_on + relativedelta(years=item["years"]),
            is_instalments=True,
            delivery=f"分 {item['years']} 期，每年一期",
            fee_basis_points=item.get("fee"),
            naming=item.get("naming", ""),
            naming_approval="校长办公会纪要" if item.get("naming") else "",
            may_pool=item.get("may_pool"),
        ),
        **who,
    )
    agreements.sign(session, agreement.id, signed_on=signed_on, **who)
    due = [
        Due(first.received_on + relativedelta(years=place), first.amount_minor)
        for place in range(item["years"])
    ]
    if "condition" in item:
        due[-1] = Due(due[-1].due_on, due[-1].amount_minor, item["condition"])
    made = pledges.record_pledge(
        session,
        PledgeInput(
            donor_id=first.donor_id,
            fund=first.code,
            made_on=signed_on,
            amount_minor=whole,
            schedule=tuple(due),
            agreement=item["number"],
            evidence=PledgeEvidence.AGREEMENT,
        ),
        **who,
    )
    for gift in given:
        paying.pay(session, gift.id, made.pledge_id, **who)
    if "write_off" in item:
        changes.request_write_off(session, made.pledge_id, reason=item["write_off"], **who)


def _classes(session: Session, classes: list[dict[str, Any]], who: dict[str, Any]) -> None:
    people = session.execute(
        select(Donor.id)
        .where(Donor.kind == DonorKind.PERSON)
        .order_by(Donor.id)
        .limit(_PEOPLE_IN_CLASSES)
    ).scalars()
    for item in classes:
        facts.set_class(
            session,
            college=item["college"],
            class_name=item["name"],
            year=item["began"],
            member_count=item["members"],
            **who,
        )
    for place, donor_id in enumerate(people):
        item = classes[place % len(classes)]
        facts.join_class(
            session,
            donor_id,
            college=item["college"],
            class_name=item["name"],
            year=item["began"],
            **who,
        )

"""What each gift of a claim lacks while it can still be mended, with the amount at stake."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.claims import explaining, lines, questions
from foundation.claims.models import Claim, ClaimLine
from foundation.gifts.models import Gift, reference
from foundation.matching import awards, catalogue, reading
from foundation.matching.amounts import Exact
from foundation.matching.plan import Plan
from foundation.matching.results import GiftStatus
from foundation.matching.rounding import to_place

_DATA = Path(__file__).parent / "data" / "remedies.yaml"
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that a gift lacks: a rule refused it, or a question about it is open."""

    code: str
    fact: str
    group: str
    zh: str
    en: str
    clause: str
    can_mend: bool
    shortfall_minor: int | None = None


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A gift that does not count yet. The amounts are what would count, and draw, if it did."""

    gift_id: int
    gift: str
    donor_name: str
    status: GiftStatus
    stake_minor: int
    stake_matched_minor: int | None
    lacks: tuple[Lack, ...]

    @property
    def can_mend(self) -> bool:
        """Whether everything that it lacks can still be mended."""
        return all(lack.can_mend for lack in self.lacks)


@dataclass(frozen=True, slots=True)
class LackSum:
    """How many gifts lack the same thing, and what they come to."""

    code: str
    zh: str
    en: str
    clause: str
    can_mend: bool
    count: int
    stake_minor: int


@cache
def _remedies() -> Mapping[str, Mapping[str, Any]]:
    parsed = reading.parse(_DATA.read_text(encoding="utf-8"))
    assert isinstance(parsed.data, Mapping)
    found: Mapping[str, Mapping[str, Any]] = parsed.data["remedies"]
    return found


def list_items(session: Session, claim: Claim, *, limit: int = LONGEST) -> list[WorkItem]:
    """Return the gifts of a claim that do not count, the largest amounts first."""
    plan = explaining.plan_of(session, claim)
    rows = session.execute(
        select(ClaimLine, Gift.received_on, Gift.donor_name, Gift.is_anonymous)
        .join(Gift, Gift.id == ClaimLine.gift_id)
        .where(ClaimLine.claim_id == claim.id, ClaimLine.status != GiftStatus.ELIGIBLE)
        .order_by(ClaimLine.amount_minor.desc(), ClaimLine.gift_id)
        .limit(limit)
    )
    ratio = awards.max_ratio(plan.scheme)
    return [
        WorkItem(
            gift_id=row.ClaimLine.gift_id,
            gift=reference(row.ClaimLine.gift_id, row.received_on),
            donor_name="" if row.is_anonymous else row.donor_name,
            status=row.ClaimLine.status,
            stake_minor=row.ClaimLine.amount_minor,
            stake_matched_minor=None
            if ratio is None
            else to_place(row.ClaimLine.amount_minor * ratio),
            lacks=lacks_of(session, claim, plan, row.ClaimLine),
        )
        for row in rows
    ]


def lacks_of(session: Session, claim: Claim, plan: Plan, line: ClaimLine) -> tuple[Lack, ...]:
    """Say what a line lacks, refusals first."""
    asked = lines.questions_of(line)
    open_codes = {code for _, code in asked}
    refused = [
        _refused(session, claim, plan, line, code)
        for code in filter(None, line.codes.split(","))
        if line.status is GiftStatus.INELIGIBLE or code not in open_codes
    ]
    found = [*refused, *(_undecided(plan, fact, code) for fact, code in asked)]
    return tuple(dict.fromkeys(found))


def _undecided(plan: Plan, fact: str, code: str) -> Lack:
    zh, en = questions.label(fact)
    return Lack(
        code=code,
        fact=fact,
        group="decision",
        zh=f"待认定：{zh}",
        en=f"to be decided: {en}",
        clause=explaining.clause_of(plan, code) if code else "",
        can_mend=True,
    )


def _refused(session: Session, claim: Claim, plan: Plan, line: ClaimLine, code: str) -> Lack:
    remedy = _remedies().get(code, {})
    zh, en = catalogue.shipped().labels.codes.get(code, (code, code))
    shortfall = None
    if code == "BELOW_MINIMUM" and plan.limit is not None:
        least = plan.limit.too_little.value_minor
        if isinstance(least, int):
            shortfall = max(least - _unit_amount(session, claim, line), 0)
    return Lack(
        code=code,
        fact="",
        group=str(remedy.get("group", "other")),
        zh=f"{zh}；{remedy['zh']}" if remedy else zh,
        en=f"{en}; {remedy['en']}" if remedy else en,
        clause=explaining.clause_of(plan, code),
        can_mend=bool(remedy.get("mend", False)),
        shortfall_minor=shortfall,
    )


def _unit_amount(session: Session, claim: Claim, line: ClaimLine) -> int:
    """What the counting unit of a line comes to: gifts of the same group, or the gift alone."""
    if line.group_key is None:
        return line.amount_minor
    query = select(func.coalesce(func.sum(ClaimLine.amount_minor), 0)).where(
        ClaimLine.claim_id == claim.id, ClaimLine.group_key == line.group_key
    )
    return int(session.execute(query).scalar_one())


def sums(session: Session, claim: Claim) -> list[LackSum]:
    """Add the lines that do not count up by what they lack, the largest amount first."""
    plan = explaining.plan_of(session, claim)
    rows = session.execute(
        select(
            ClaimLine.status,
            ClaimLine.codes,
            ClaimLine.questions,
            func.count().label("line_count"),
            func.sum(ClaimLine.amount_minor).label("stake"),
        )
        .where(ClaimLine.claim_id == claim.id, ClaimLine.status != GiftStatus.ELIGIBLE)
        .group_by(ClaimLine.status, ClaimLine.codes, ClaimLine.questions)
        .order_by(ClaimLine.codes, ClaimLine.questions)
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        names = {code for code in row.codes.split(",") if code}
        names |= {f"?{fact}" for fact, _ in lines.questions_of(row)}
        if row.status is GiftStatus.NEEDS_DECISION:
            names = {name for name in names if name.startswith("?")} or names
        for name in names:
            total = found.setdefault(name, [0, 0])
            total[0] += row.line_count
            total[1] += int(row.stake)
    listed = [_sum(plan, name, count, stake) for name, (count, stake) in found.items()]
    return sorted(listed, key=lambda item: (-item.stake_minor, item.code))


def _sum(plan: Plan, name: str, count: int, stake: int) -> LackSum:
    if name.startswith("?"):
        fact = name[1:]
        zh, en = questions.label(fact)
        return LackSum(name, f"待认定：{zh}", f"to be decided: {en}", "", True, count, stake)
    remedy = _remedies().get(name, {})
    zh, en = catalogue.shipped().labels.codes.get(name, (name, name))
    clause = explaining.clause_of(plan, name)
    return LackSum(name, zh, en, clause, bool(remedy.get("mend", False)), count, stake)


def matched_text(value: Exact | None) -> int | None:
    """Round an exact match of one gift to fen for showing."""
    return None if value is None else to_place(value)

"""What each gift of a claim lacks while it can still be mended, with the amount at stake."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from foundation.claims import explaining, lines, questions
from foundation.claims.models import Claim, ClaimLine
from foundation.gifts import filtering
from foundation.gifts.filtering import GiftFilter
from foundation.gifts.models import Gift, reference
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from foundation.matching import awards, catalogue, reading
from foundation.matching.plan import Plan
from foundation.matching.results import GiftStatus
from foundation.matching.rounding import to_place
from ledger.vouchers import Voucher

_DATA = Path(__file__).parent / "data" / "remedies.yaml"
LONGEST = 2_000
DEFAULT_SORT = "-amount"


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
    received_on: date
    fund: str
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


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What a work list is narrowed to; empty fields narrow nothing."""

    # A reason code, or `?` and the fact that is asked for.
    code: str = ""
    # A reference, donor, amount or bank reference, as somebody types it.
    text: str = ""
    fund: str = ""
    can_mend: bool | None = None
    least_minor: int | None = None
    most_minor: int | None = None


EVERYTHING = WorkFilter()


@dataclass(frozen=True, slots=True)
class WorkTotal:
    """How many gifts a work list has, and what is at stake."""

    count: int
    stake_minor: int
    stake_matched_minor: int | None


@cache
def _remedies() -> Mapping[str, Mapping[str, Any]]:
    parsed = reading.parse(_DATA.read_text(encoding="utf-8"))
    assert isinstance(parsed.data, Mapping)
    found: Mapping[str, Mapping[str, Any]] = parsed.data["remedies"]
    return found


def page(
    session: Session, claim: Claim, request: PageRequest, wanted: WorkFilter = EVERYTHING
) -> Page[WorkItem]:
    """Return one part of the gifts of a claim that do not count, the largest amounts first."""
    plan = explaining.plan_of(session, claim)
    query: Any = (
        select(
            ClaimLine,
            ClaimLine.amount_minor,
            ClaimLine.gift_id,
            Gift.received_on,
            Gift.donor_name,
            Gift.is_anonymous,
        )
        .join(Gift, Gift.id == ClaimLine.gift_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*_conditions(claim, wanted))
    )
    by_day = request.column == "received_on"
    keys = [Gift.received_on if by_day else ClaimLine.amount_minor, ClaimLine.gift_id]
    falls = request.is_descending if request.sort else True
    part = lists.page(session, query, keys=keys, request=request, descending=falls)
    ratio = awards.max_ratio(plan.scheme)
    names = lines.stored_names(claim.fact_names)
    worth = _Worth(session, claim, plan)
    items = [
        WorkItem(
            gift_id=row.gift_id,
            gift=reference(row.gift_id, row.received_on),
            donor_name="" if row.is_anonymous else row.donor_name,
            received_on=row.received_on,
            fund=str(lines.facts_of(row.ClaimLine.facts, names).get(lines.PROJECT, "")),
            status=row.ClaimLine.status,
            stake_minor=row.amount_minor,
            stake_matched_minor=None if ratio is None else to_place(row.amount_minor * ratio),
            lacks=worth.lacks_of(row.ClaimLine),
        )
        for row in part.items
    ]
    return Page(items, part.next)


def every(
    session: Session, claim: Claim, wanted: WorkFilter = EVERYTHING, *, sort: str = DEFAULT_SORT
) -> Iterator[WorkItem]:
    """Yield every gift of a claim that does not count."""
    return lists.every(lambda asked: page(session, claim, asked, wanted), sort=sort)


def list_items(session: Session, claim: Claim, *, limit: int = LONGEST) -> list[WorkItem]:
    """Return the gifts of a claim that do not count, the largest amounts first."""
    return list(islice(every(session, claim), limit))


def add_up(session: Session, claim: Claim, wanted: WorkFilter = EVERYTHING) -> WorkTotal:
    """Count and sum all gifts that a filter leaves, not the page of them that is shown."""
    count, stake = session.execute(
        select(func.count(), func.coalesce(func.sum(ClaimLine.amount_minor), 0))
        .select_from(ClaimLine)
        .join(Gift, Gift.id == ClaimLine.gift_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*_conditions(claim, wanted))
    ).one()
    ratio = awards.max_ratio(explaining.plan_of(session, claim).scheme)
    matched = None if ratio is None else to_place(int(stake) * ratio)
    return WorkTotal(int(count), int(stake), matched)


def _conditions(claim: Claim, wanted: WorkFilter) -> list[ColumnElement[bool]]:
    found = [
        ClaimLine.claim_id == claim.id,
        ClaimLine.status != GiftStatus.ELIGIBLE,
        *filtering.conditions(GiftFilter(fund=wanted.fund, text=wanted.text)),
    ]
    if wanted.code:
        found.append(has_reason(wanted.code))
    if wanted.can_mend is not None:
        hopeless = [has_code(code) for code in sorted(catalogue.shipped().known.codes)
                    if not _can_mend(code)]  # fmt: skip
        # What is only asked can always be answered.
        stuck = and_(ClaimLine.status == GiftStatus.INELIGIBLE, or_(*hopeless))
        found.append(not_(stuck) if wanted.can_mend else stuck)
    if wanted.least_minor is not None:
        found.append(ClaimLine.amount_minor >= wanted.least_minor)
    if wanted.most_minor is not None:
        found.append(ClaimLine.amount_minor <= wanted.most_minor)
    return found


def has_reason(name: str) -> ColumnElement[bool]:
    """The lines with a reason code, or with an open question (`?` and its fact)."""
    if not name.startswith("?"):
        return has_code(name)
    asked = (";" + ClaimLine.questions).contains(f";{name[1:]}:", autoescape=True)
    return and_(asked, ClaimLine.status == GiftStatus.NEEDS_DECISION)


def has_code(code: str) -> ColumnElement[bool]:
    """The lines with a code; a code that is part of another one is not that one."""
    return ("," + ClaimLine.codes + ",").contains(f",{code},", autoescape=True)


def _can_mend(code: str) -> bool:
    return bool(_remedies().get(code, {}).get("mend", False))


class _Worth:
    """Says what lines lack; the amount of a shared unit is added up once."""

    def __init__(self, session: Session, claim: Claim, plan: Plan) -> None:
        self._session = session
        self._claim = claim
        self._plan = plan
        self._units: dict[str, int] = {}

    def lacks_of(self, line: ClaimLine) -> tuple[Lack, ...]:
        """Say what a line lacks, refusals first."""
        asked = lines.questions_of(line)
        open_codes = {code for _, code in asked}
        refused = [
            self._refused(line, code)
            for code in filter(None, line.codes.split(","))
            if line.status is GiftStatus.INELIGIBLE or code not in open_codes
        ]
        found = [*refused, *(_undecided(self._plan, fact, code) for fact, code in asked)]
        return tuple(dict.fromkeys(found))

    def _refused(self, line: ClaimLine, code: str) -> Lack:
        remedy = _remedies().get(code, {})
        zh, en = catalogue.shipped().labels.codes.get(code, (code, code))
        shortfall = None
        if code == "BELOW_MINIMUM" and self._plan.limit is not None:
            least = self._plan.limit.too_little.value_minor
            if isinstance(least, int):
                shortfall = max(least - self._unit_amount(line), 0)
        return Lack(
            code=code,
            fact="",
            group=str(remedy.get("group", "other")),
            zh=f"{zh}；{remedy['zh']}" if remedy else zh,
            en=f"{en}; {remedy['en']}" if remedy else en,
            clause=explaining.clause_of(self._plan, code),
            can_mend=_can_mend(code),
            shortfall_minor=shortfall,
        )

    def _unit_amount(self, line: ClaimLine) -> int:
        """What the unit of a line comes to: gifts of the same group, or the gift alone."""
        if line.group_key is None:
            return line.amount_minor
        if line.group_key not in self._units:
            query = select(func.coalesce(func.sum(ClaimLine.amount_minor), 0)).where(
                ClaimLine.claim_id == self._claim.id, ClaimLine.group_key == line.group_key
            )
            self._units[line.group_key] = int(self._session.execute(query).scalar_one())
        return self._units[line.group_key]


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
    zh, en = catalogue.shipped().labels.codes.get(name, (name, name))
    clause = explaining.clause_of(plan, name)
    return LackSum(name, zh, en, clause, _can_mend(name), count, stake)

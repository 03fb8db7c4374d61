"""Write the key of an allocation, approve it as a second person, end it.

Whoever changes how costs are allocated writes a new version; what was approved stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.shared_costs import allocating, steps
from foundation.shared_costs.models import (
    STATED,
    Basis,
    CostKey,
    CostMonth,
    CostShare,
    CostSource,
    Function,
    KeyState,
)
from foundation.spending.rules import elements, get_element
from ledger import catalogue
from ledger.catalogue import Catalogue
from ledger.charts.definitions import AccountCategory
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed
from ledger.funds import Restriction
from ledger.periods import text_of

_LONGEST_CODE = 32


@dataclass(frozen=True, slots=True)
class ShareInput:
    """A fund by code that bears a function; the share in whatever unit, or None if measured."""

    function: Function
    fund: str
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class KeyInput:
    """What a key says. Sources are codes of accounts or of cost elements."""

    code: str
    name: str
    basis: Basis
    fund: str
    charitable_element: str
    management_element: str
    valid_from: date
    paper: str
    accounts: Sequence[str]
    elements: Sequence[str]
    shares: Sequence[ShareInput]


def save_key(session: Session, entry: KeyInput, *, actor: str, clock: Clock) -> CostKey:
    """Write a key as a draft: the next version of its code, or the draft there is, anew.

    Raises InvalidInput for shares that are not exactly one, sources that are no expense and
    funds that may not bear costs; UnknownFund, UnknownAccount, UnknownPeriod.
    """
    known = catalogue.load(session)
    code = entry.code.strip().upper()
    if not (0 < len(code) <= _LONGEST_CODE) or not code.replace("-", "").isalnum():
        raise InvalidInput(field="办法编号", reason="用字母、数字和连字符，不超过 32 个")
    facts = _facts(known, entry)
    numerators, denominator = _numerators(entry)
    key = session.execute(
        select(CostKey)
        .where(CostKey.code == code, CostKey.state == KeyState.DRAFT)
        .with_for_update()
    ).scalar_one_or_none()
    if key is None:
        last = session.execute(
            select(func.max(CostKey.version)).where(CostKey.code == code)
        ).scalar()
        key = CostKey(
            code=code,
            version=(last or 0) + 1,
            state=KeyState.DRAFT,
            prepared_by=actor,
            prepared_at=clock.now(),
            denominator=denominator,
            **facts,
        )
        session.add(key)
    elif key.prepared_by != actor:
        raise NotAllowed(reason="只有编制人可以修改自己的草稿")
    else:
        for name, value in facts.items():
            setattr(key, name, value)
        key.denominator = denominator
    session.flush()
    _write_parts(session, known, key, entry, numerators)
    steps.note(session, "save_key", _subject(key), actor=actor, clock=clock, name=key.name)
    return key


def _facts(known: Catalogue, entry: KeyInput) -> dict[str, object]:
    name, paper = entry.name.strip(), entry.paper.strip()
    if not name or not paper:
        raise InvalidInput(field="名称、依据", reason="不能为空")
    if entry.valid_from.day != 1:
        raise InvalidInput(field="生效日期", reason="应为某月 1 日")
    home = known.fund(entry.fund)
    if home.restriction is not Restriction.NONE:
        raise InvalidInput(field="垫付基金", reason="共同费用应先由非限定性基金支付")
    _require_tag(entry.charitable_element, "programme_expense", "慈善活动要素")
    _require_tag(entry.management_element, "management_expense", "管理要素")
    return {
        "name": name,
        "paper": paper,
        "basis": entry.basis,
        "fund_id": home.id,
        "charitable_element": entry.charitable_element,
        "management_element": entry.management_element,
        "valid_from": entry.valid_from,
    }


def _require_tag(code: str, tag: str, field: str) -> None:
    element = get_element(code)
    if element.tag != tag or code == "other_activity":
        allowed = "、".join(
            item.zh
            for item in elements().values()
            if item.tag == tag and item.code != "other_activity"
        )
        raise InvalidInput(field=field, reason=f"应为：{allowed}")


def _numerators(entry: KeyInput) -> tuple[list[int | None], int | None]:
    """Turn the stated shares into whole numbers over one denominator."""
    if not entry.shares and entry.basis is not Basis.STAFF_TIME:
        raise InvalidInput(field="分配对象", reason="至少一行")
    wanted = [(share.function, share.fund) for share in entry.shares]
    if len(set(wanted)) != len(wanted):
        raise InvalidInput(field="分配对象", reason="同一基金同一职能出现多次，请合并")
    funds = {share.fund for share in entry.shares if share.function is Function.OTHER}
    activity = {share.fund for share in entry.shares if share.function is Function.CHARITABLE}
    if entry.basis is Basis.DIRECT_COST and funds & activity:
        raise InvalidInput(
            field="分配对象", reason="按直接费用分配时，同一基金不能同时列慈善活动和其他业务活动"
        )
    if entry.basis not in STATED:
        return [None] * len(wanted), None
    parts = [share.share for share in entry.shares if share.share is not None]
    if len(parts) != len(wanted):
        raise InvalidInput(field="分配比例", reason="每一行都应填写比例或面积")
    if entry.basis is Basis.AREA:
        whole = sum(parts)
        parts = [part / whole for part in parts] if whole else parts
    numerators, denominator = allocating.shares_of(parts)
    return list(numerators), denominator


def _write_parts(
    session: Session,
    known: Catalogue,
    key: CostKey,
    entry: KeyInput,
    numerators: Sequence[int | None],
) -> None:
    for table in (CostSource, CostShare):
        session.execute(delete(table).where(table.key_id == key.id))
    chart = known.period(entry.valid_from.year * 100 + entry.valid_from.month).chart
    sources: list[tuple[int | None, str | None]] = []
    for code in dict.fromkeys(entry.accounts):
        account = known.account(chart, code)
        if account.category is not AccountCategory.EXPENSE or not account.is_postable:
            raise InvalidInput(field="费用科目", reason=f"{account.full_name}不是费用明细科目")
        sources.append((account.id, None))
    sources += [(None, get_element(code).code) for code in dict.fromkeys(entry.elements)]
    if not sources:
        raise InvalidInput(field="费用来源", reason="至少选择一个科目或费用要素")
    session.add_all(
        CostSource(key_id=key.id, line_no=number, account_id=account_id, element=element)
        for number, (account_id, element) in enumerate(sources, start=1)
    )
    for number, (share, numerator) in enumerate(
        zip(entry.shares, numerators, strict=True), start=1
    ):
        fund = known.fund(share.fund)
        if fund.restriction is Restriction.PERMANENT:
            raise InvalidInput(field="分配对象", reason=f"留本基金“{fund.code}”的本金不能负担费用")
        session.add(
            CostShare(
                key_id=key.id,
                line_no=number,
                function=share.function,
                fund_id=fund.id,
                numerator=numerator,
            )
        )
    session.flush()


def approve(session: Session, code: str, version: int, *, actor: str, clock: Clock) -> CostKey:
    """Approve a key that somebody else prepared; from now on it never changes.

    Raises UnknownKey, WrongKeyStep, NotAllowed for the own key, Conflict when months from its
    first day on were allocated already or another version begins on the same day.
    """
    key = steps.get_key(session, code, version)
    if key.state is not KeyState.DRAFT:
        raise steps.WrongKeyStep(key=code, version=version, act="批准")
    if key.prepared_by == actor:
        raise NotAllowed(reason="不能批准自己编制的分配办法")
    later = session.execute(
        select(func.max(CostMonth.period_id)).where(CostMonth.code == key.code)
    ).scalar()
    if later is not None and later >= key.valid_from.year * 100 + key.valid_from.month:
        raise Conflict(reason=f"{text_of(later)} 已按原办法分配，新版本应从其后的月份生效")
    same_day = select(CostKey.id).where(
        CostKey.code == code,
        CostKey.valid_from == key.valid_from,
        CostKey.state == KeyState.APPROVED,
    )
    if session.execute(same_day).first() is not None:
        raise Conflict(reason=f"已有自 {key.valid_from} 起生效的版本")
    key.state = KeyState.APPROVED
    key.approved_by = actor
    key.approved_at = clock.now()
    session.flush()
    steps.note(session, "approve_key", _subject(key), actor=actor, clock=clock)
    return key


def retire(
    session: Session, code: str, version: int, *, reason: str, actor: str, clock: Clock
) -> CostKey:
    """End a key, or give a draft up. What was allocated by it stays.

    Raises UnknownKey, WrongKeyStep, InvalidInput without a reason.
    """
    key = steps.get_key(session, code, version)
    if key.state is KeyState.RETIRED:
        raise steps.WrongKeyStep(key=code, version=version, act="停用")
    if not reason.strip():
        raise InvalidInput(field="停用原因", reason="不能为空")
    key.state = KeyState.RETIRED
    session.flush()
    steps.note(
        session, "retire_key", _subject(key), actor=actor, clock=clock, reason=reason.strip()
    )
    return key


def _subject(key: CostKey) -> str:
    return f"cost_key:{key.code}:{key.version}"

"""Accounts (会计科目): rows of a dated chart, and the details an organisation adds to it.

An account is (chart, code): codes change meaning between charts, so nothing looks one up by a
bare code. Statements, ratios and posting rules bind to the semantic `tag`, never to a code.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import policy, trail
from ledger.charts import loading
from ledger.charts.definitions import AccountCategory, AccountTag, BalanceSide
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.orm import Base, Code, Key, Name, choice


class Chart(Base):
    """A chart of accounts in force for some years (科目表)."""

    __tablename__ = "chart"

    version: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[Name]
    document: Mapped[Name]
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    grade: Mapped[str] = mapped_column(String(1))


class Account(Base):
    """One account of one chart."""

    __tablename__ = "account"

    id: Mapped[Key]
    chart: Mapped[str] = mapped_column(ForeignKey("chart.version"))
    code: Mapped[Code]
    name: Mapped[Name]
    full_name: Mapped[Name]
    category: Mapped[AccountCategory] = mapped_column(choice(AccountCategory))
    side: Mapped[BalanceSide] = mapped_column(choice(BalanceSide))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    tag: Mapped[str] = mapped_column(String(48))
    # restricted, unrestricted or empty: which column of the activity statement it feeds.
    restriction: Mapped[str] = mapped_column(String(16), default="")
    flags: Mapped[str] = mapped_column(String(120), default="")
    grade: Mapped[str] = mapped_column(String(1))
    is_own: Mapped[bool]
    is_postable: Mapped[bool]
    closed_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("chart", "code"),
        Index(None, "parent_id"),
        CheckConstraint("code <> ''", name="code_given"),
    )


class UnknownAccount(NotFound):
    """The chart has no such account."""

    code = "unknown_account"
    message = "科目表（{chart}）中没有科目“{account}”"


class AccountNotPostable(Conflict):
    """The account has details, or is closed; it takes no lines."""

    code = "account_not_postable"
    message = "科目“{account}”不能记账：{reason}"


def install_chart(session: Session, version: str, *, actor: str, clock: Clock) -> None:
    """Load a chart of the project's data into the books. A second time changes nothing."""
    if session.get(Chart, version) is not None:
        return
    definition = loading.load_chart(version)
    session.add(
        Chart(
            version=definition.version,
            name=definition.name,
            document=definition.document,
            effective_from=definition.effective_from,
            effective_to=definition.effective_to,
            grade=definition.grade,
        )
    )
    session.flush()
    parents = {row.parent for row in definition.accounts if row.parent}
    by_code: dict[str, Account] = {}
    for row in definition.accounts:
        parent = by_code.get(row.parent) if row.parent else None
        account = Account(
            chart=version,
            code=row.code,
            name=row.name,
            full_name=row.full_name,
            category=row.category,
            side=row.side,
            parent_id=parent.id if parent else None,
            tag=row.tag,
            restriction=row.restriction or "",
            flags=" ".join(row.flags),
            grade=row.grade,
            is_own=False,
            is_postable=row.code not in parents,
            closed_on=None,
        )
        session.add(account)
        session.flush()
        by_code[row.code] = account
    policy.touch(session)
    trail.record(
        session, actor=actor, clock=clock, action="chart.install", subject=f"chart:{version}"
    )


def open_account(
    session: Session,
    *,
    chart: str,
    code: str,
    name: str,
    actor: str,
    clock: Clock,
    flags: str = "",
) -> Account:
    """Add a detail account of the organisation's own below the account its code extends.

    Raises InvalidInput when the code is taken or malformed, UnknownAccount when no account of
    the chart is a prefix of it, and Conflict when the parent already has lines of its own.
    """
    code, name = _own_code(session, chart, code), _own_name(name)
    parent = _parent_of(session, chart, code)
    if parent.closed_on is not None:
        raise Conflict(reason=f"上级科目 {parent.code} 已停用")
    if parent.is_postable:
        if _has_lines(session, parent.id):
            raise Conflict(reason=f"上级科目 {parent.code} 已有分录，不能再设明细")
        parent.is_postable = False
    account = Account(
        chart=chart,
        code=code,
        name=name,
        full_name=f"{parent.full_name}—{name}",
        category=parent.category,
        side=parent.side,
        parent_id=parent.id,
        tag=parent.tag,
        restriction=parent.restriction,
        flags=" ".join(dict.fromkeys(f"{parent.flags} {flags}".split())),
        grade="",
        is_own=True,
        is_postable=True,
        closed_on=None,
    )
    return _add_own(session, account, actor=actor, clock=clock)


def open_first_level(
    session: Session,
    *,
    chart: str,
    code: str,
    name: str,
    category: AccountCategory,
    side: BalanceSide,
    tag: AccountTag,
    actor: str,
    clock: Clock,
) -> Account:
    """Add a first-level account that the regime lets an organisation add, such as 固定资产减值准备.

    The chart must not have the code, and no other first-level account may carry the tag.
    """
    code, name = _own_code(session, chart, code), _own_name(name)
    if len(code) != 4:
        raise InvalidInput(field="科目编码", reason="一级科目编码应为 4 位数字")
    if any(row.tag == tag.value for row in list_accounts(session, chart)):
        raise InvalidInput(field="科目", reason="科目表已有同一用途的一级科目，请设明细科目")
    account = Account(
        chart=chart,
        code=code,
        name=name,
        full_name=name,
        category=category,
        side=side,
        parent_id=None,
        tag=tag.value,
        restriction="",
        flags="",
        grade="",
        is_own=True,
        is_postable=True,
        closed_on=None,
    )
    return _add_own(session, account, actor=actor, clock=clock)


def _own_code(session: Session, chart: str, code: str) -> str:
    cleaned = code.strip()
    if not cleaned.isdigit() or len(cleaned) < 4:
        raise InvalidInput(field="科目编码", reason="应为 4 位以上数字")
    if find_account(session, chart=chart, code=cleaned) is not None:
        raise InvalidInput(field="科目编码", reason=f"{cleaned} 已存在")
    return cleaned


def _own_name(name: str) -> str:
    if not name.strip():
        raise InvalidInput(field="科目名称", reason="不能为空")
    return name.strip()


def _add_own(session: Session, account: Account, *, actor: str, clock: Clock) -> Account:
    session.add(account)
    session.flush()
    policy.touch(session)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="account.open",
        subject=f"account:{account.chart}:{account.code}",
        detail={"name": account.full_name},
    )
    return account


def close_account(
    session: Session, account_id: int, *, closed_on: date, reason: str, actor: str, clock: Clock
) -> None:
    """Take an account out of use from a date on; its history stays."""
    account = session.get_one(Account, account_id)
    account.closed_on = closed_on
    session.flush()
    policy.touch(session)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="account.close",
        subject=f"account:{account.chart}:{account.code}",
        reason=reason,
        detail={"closed_on": closed_on.isoformat()},
    )


def find_account(session: Session, *, chart: str, code: str) -> Account | None:
    """Return the account of a chart by its code, or None."""
    return session.execute(
        select(Account).where(Account.chart == chart, Account.code == code)
    ).scalar_one_or_none()


def list_accounts(session: Session, chart: str) -> list[Account]:
    """Return the accounts of a chart in code order."""
    query = select(Account).where(Account.chart == chart).order_by(Account.code)
    return list(session.execute(query).scalars())


def _parent_of(session: Session, chart: str, code: str) -> Account:
    for length in range(len(code) - 1, 3, -1):
        parent = find_account(session, chart=chart, code=code[:length])
        if parent is not None:
            return parent
    raise UnknownAccount(chart=chart, account=code[:4])


def _has_lines(session: Session, account_id: int) -> bool:
    lines = Base.metadata.tables["voucher_line"]
    found = session.execute(select(1).where(lines.c.account_id == account_id).limit(1))
    return found.first() is not None

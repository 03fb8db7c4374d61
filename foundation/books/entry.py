"""Turn a voucher as people and programs give it (codes and names) into a draft with keys.

Everything that is wrong is gathered, each with its line and field, so that a page shows it
beside the place and an API names it. An incomplete line of a draft is dropped, a wrong one is
not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from ledger import catalogue, dimensions
from ledger.catalogue import AccountInfo, Catalogue
from ledger.dimensions import DimensionKind
from ledger.drafting import open_period_for
from ledger.errors import DomainError, InvalidInput
from ledger.vouchers import DEFAULT_WORD, Line, VoucherDraft, VoucherKind, credit, debit

# Kinds that people prepare themselves; the others are made by closing, converting, reversing.
MANUAL_KINDS = (
    VoucherKind.ORDINARY,
    VoucherKind.TRANSFER,
    VoucherKind.CORRECTION,
    VoucherKind.OPENING,
)
MAX_LINES = 500
MAX_NAME = 64


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line by codes; amounts in fen as they are printed, None where nothing was given."""

    account: str
    fund: str
    debit_minor: int | None
    credit_minor: int | None
    summary: str = ""
    counterparty: str = ""
    project: str = ""
    cash_flow_item: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A voucher by codes; without a kind it is an ordinary one, or stays what it was."""

    booked_on: date
    summary: str
    lines: tuple[EntryLine, ...]
    kind: VoucherKind | None = None
    word: str = DEFAULT_WORD
    attachment_count: int = 0
    corrects_id: int | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one field; line 0 is the voucher itself."""

    line: int
    field: str
    error: DomainError


class BadEntry(InvalidInput):
    """Some fields of a voucher cannot be used."""

    code = "bad_voucher"
    message = "凭证有 {count} 处错误：{first}"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(
            count=len(mistakes),
            first=mistakes[0].error.describe(),
            mistakes=[
                {
                    "line": item.line,
                    "field": item.field,
                    "code": item.error.code,
                    "detail": item.error.describe(),
                }
                for item in mistakes
            ],
        )


def to_draft(session: Session, entry: Entry) -> VoucherDraft:
    """Find the accounts and funds of an entry. Raises BadEntry, UnknownPeriod, PeriodClosed."""
    known = catalogue.load(session)
    kind = entry.kind or VoucherKind.ORDINARY
    before_year = kind is VoucherKind.OPENING
    chart = open_period_for(known, entry.booked_on, before_year=before_year).chart
    mistakes: list[Mistake] = []
    if kind not in MANUAL_KINDS:
        mistakes.append(_wrong(0, "kind", "种类", "此种凭证由系统生成"))
    if not entry.word or len(entry.word) > 8:
        mistakes.append(_wrong(0, "word", "凭证字", "不能为空，最多 8 字"))
    if len(entry.lines) > MAX_LINES:
        mistakes.append(_wrong(0, "lines", "分录", f"最多 {MAX_LINES} 条"))
    ids = _dimension_ids(session, entry, mistakes)
    lines = []
    for number, line in enumerate(entry.lines, start=1):
        made = _line(known, chart, number, line, ids, mistakes)
        if made is not None:
            lines.append(made)
    if mistakes:
        raise BadEntry(mistakes)
    return VoucherDraft(
        booked_on=entry.booked_on,
        summary=entry.summary.strip() or _first_summary(entry),
        lines=tuple(lines),
        kind=kind,
        word=entry.word,
        attachment_count=entry.attachment_count,
        corrects_id=entry.corrects_id,
        before_year=before_year,
    )


def _first_summary(entry: Entry) -> str:
    """The summary of a voucher is that of its first line, as on paper."""
    return next((line.summary.strip() for line in entry.lines if line.summary.strip()), "")


def _line(
    known: Catalogue,
    chart: str,
    number: int,
    line: EntryLine,
    ids: dict[tuple[DimensionKind, str], int],
    mistakes: list[Mistake],
) -> Line | None:
    before = len(mistakes)
    account = _account(known, chart, number, line, mistakes)
    try:
        fund_id = known.fund(line.fund).id
    except DomainError as error:
        mistakes.append(Mistake(number, "fund", error))
        fund_id = 0
    if line.debit_minor and line.credit_minor:
        mistakes.append(_wrong(number, "credit", "金额", "一条分录只能有借方或贷方"))
    elif not line.debit_minor and not line.credit_minor:
        mistakes.append(_wrong(number, "debit", "金额", "请填写借方或贷方金额，不能为零"))
    if len(line.summary) > 300:
        mistakes.append(_wrong(number, "summary", "摘要", "最多 300 字"))
    if account is None or len(mistakes) > before:
        return None
    make = debit if line.debit_minor else credit
    return make(
        account.id,
        fund_id,
        line.debit_minor or line.credit_minor or 0,
        summary=line.summary.strip() or None,
        counterparty_id=ids.get((DimensionKind.COUNTERPARTY, line.counterparty)),
        project_id=ids.get((DimensionKind.PROJECT, line.project)),
        cash_flow_item_id=ids.get((DimensionKind.CASH_FLOW_ITEM, line.cash_flow_item)),
    )


def _account(
    known: Catalogue, chart: str, number: int, line: EntryLine, mistakes: list[Mistake]
) -> AccountInfo | None:
    try:
        account = known.account(chart, line.account)
    except DomainError as error:
        mistakes.append(Mistake(number, "account", error))
        return None
    if not account.is_postable:
        mistakes.append(
            _wrong(number, "account", "科目", f"{account.full_name}下设明细，请选明细科目")
        )
    return account


def _dimension_ids(
    session: Session, entry: Entry, mistakes: list[Mistake]
) -> dict[tuple[DimensionKind, str], int]:
    ids: dict[tuple[DimensionKind, str], int] = {}
    for kind, field in (
        (DimensionKind.COUNTERPARTY, "counterparty"),
        (DimensionKind.PROJECT, "project"),
        (DimensionKind.CASH_FLOW_ITEM, "cash_flow_item"),
    ):
        names = {}
        for number, line in enumerate(entry.lines, start=1):
            name = getattr(line, field)
            if len(name) > MAX_NAME:
                mistakes.append(_wrong(number, field, "辅助核算", f"最多 {MAX_NAME} 字"))
            elif name:
                names[name] = name
        found = dimensions.ensure(session, kind, names)
        ids.update({(kind, name): key for name, key in found.items()})
    return ids


def _wrong(line: int, field: str, name: str, reason: str) -> Mistake:
    return Mistake(line, field, InvalidInput(field=name, reason=reason))

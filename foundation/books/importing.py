"""Write a voucher file to the books: missing accounts, funds and months, then the vouchers.

All or nothing. Vouchers become submitted drafts in the order of the file, each with the
fingerprint of what it came from, so that the same file does not enter twice. Closing vouchers
of a file are left out: closing a period makes its own.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.books import import_preparing
from foundation.books.fund_filling import BRIDGE, Given, Part, fill
from foundation.books.import_preparing import RULE
from foundation.books.voucher_file import (
    BadVoucherFile,
    FileVoucher,
    Problem,
    VoucherFile,
    mirrors,
)
from ledger import catalogue, dimensions, trail
from ledger.catalogue import AccountInfo, Catalogue
from ledger.charts.definitions import AccountCategory
from ledger.clock import Clock
from ledger.dimensions import DimensionKind
from ledger.drafting import check, draft
from ledger.errors import Conflict, DomainError
from ledger.funds import Restriction
from ledger.orm import chunks
from ledger.overspending import CLAIMS_ON_FUND
from ledger.periods import PeriodClosed, UnknownPeriod
from ledger.vouchers import (
    Line,
    Side,
    Voucher,
    VoucherDraft,
    VoucherKind,
    VoucherLine,
)

BRIDGE_SUMMARY = "基金间资金划转"
_PREFERRED_DEFAULT = "GEN"


class NothingNew(Conflict):
    """Every voucher of the file is in the books."""

    code = "nothing_new"
    message = "文件中的 {count} 张凭证都已在账簿中，没有可导入的新凭证"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import added."""

    keys: tuple[int, ...]
    total_minor: int
    duplicates: int
    accounts: tuple[str, ...]
    funds: tuple[str, ...]
    periods: tuple[str, ...]


def import_file(
    session: Session,
    file: VoucherFile,
    *,
    actor: str,
    clock: Clock,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Import a file and return what was added.

    Raises BadVoucherFile naming every voucher that cannot be booked, NothingNew when all are
    in the books already, and what the ledger refuses of accounts, funds and periods.
    """
    opened = import_preparing.open_months(session, file, actor=actor, clock=clock)
    chart = import_preparing.chart_of(session, file.year)
    new_accounts = import_preparing.add_accounts(session, file, chart, actor=actor, clock=clock)
    new_funds = import_preparing.add_funds(session, file, actor=actor, clock=clock)
    present = import_preparing.present(session, file.vouchers)
    new = [voucher for voucher in file.vouchers if voucher.fingerprint not in present]
    if not new:
        raise NothingNew(count=len(file.vouchers))
    import_preparing.refuse_second_opening(session, file.year, new)
    writer = _Writer(session, file, chart, present, actor=actor, clock=clock)
    for voucher in new:
        writer.add(voucher)
        if progress is not None:
            progress(1)
    keys, total = writer.finish()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="voucher.import",
        subject=f"file:{file.digest}",
        detail={"vouchers": len(keys), "duplicates": len(file.vouchers) - len(new)},
    )
    return Imported(
        keys=tuple(keys),
        total_minor=total,
        duplicates=len(file.vouchers) - len(new),
        accounts=tuple(new_accounts),
        funds=tuple(new_funds),
        periods=tuple(opened),
    )


class _Writer:
    """Turns vouchers of a file into drafts and writes them, in order, in sets."""

    def __init__(
        self,
        session: Session,
        file: VoucherFile,
        chart: str,
        present: dict[str, int],
        *,
        actor: str,
        clock: Clock,
    ) -> None:
        self._session = session
        self._file = file
        self._chart = chart
        self._actor = actor
        self._clock = clock
        self._known = catalogue.load(session)
        self._default = _default_fund(self._known, file)
        self._cash = _cash_account(self._known, chart, file)
        items = {line.cash_flow_item for v in file.vouchers for line in v.lines}
        self._items = dimensions.ensure(
            session,
            DimensionKind.CASH_FLOW_ITEM,
            {item: item for item in sorted(filter(None, items))},
        )
        self._keys = {
            v.number: present[v.fingerprint] for v in file.vouchers if v.fingerprint in present
        }
        undone = _undone(session, list(self._keys.values()))
        self._undone = {number for number, key in self._keys.items() if key in undone}
        self._drafts: dict[str, VoucherDraft] = {}
        self._waiting: list[str] = []
        self._written: list[int] = []
        self._problems: list[Problem] = []

    def add(self, voucher: FileVoucher) -> None:
        """Make the draft of a voucher; what is wrong with it is kept for `finish`."""
        try:
            item = self._draft(voucher)
            check(self._known, item, complete=True)
        except BadVoucherFile as error:
            self._problems += error.problems
        except (PeriodClosed, UnknownPeriod) as error:
            day = voucher.booked_on.isoformat()
            self._problems.append(
                Problem(voucher.number, None, "date", "已开启且未结账的会计期间", f"{day}：{error}")
            )
        except DomainError as error:
            self._problems.append(Problem(voucher.number, None, "", "", str(error)))
        else:
            self._drafts[voucher.number] = item
            self._waiting.append(voucher.number)

    def finish(self) -> tuple[list[int], int]:
        """Write what waits; return all keys and the total. Raises BadVoucherFile."""
        if self._problems:
            raise BadVoucherFile(self._problems)
        self._write()
        return self._written, sum(
            line.amount_minor
            for item in self._drafts.values()
            for line in item.lines
            if line.side is Side.DEBIT
        )

    def _write(self) -> None:
        keys = draft(
            self._session,
            [self._drafts[number] for number in self._waiting],
            actor=self._actor,
            clock=self._clock,
        )
        self._keys.update(zip(self._waiting, keys, strict=True))
        self._written += keys
        self._waiting.clear()

    def _key_of(self, number: str) -> int:
        """Return the key of an earlier voucher, writing what waits if it is among that."""
        if number not in self._keys:
            self._write()
        return self._keys[number]

    def _draft(self, voucher: FileVoucher) -> VoucherDraft:
        original = self._original_of(voucher) if voucher.is_red else None
        if original is not None:
            return self._reversal(voucher, original)
        corrected = self._corrected_by(voucher)
        lines = self._lines(voucher)
        return VoucherDraft(
            booked_on=voucher.booked_on,
            summary=voucher.summary,
            lines=lines,
            kind=self._kind(voucher, corrected),
            attachment_count=voucher.attachment_count,
            rule=RULE + voucher.fingerprint,
            corrects_id=None if corrected is None else self._key_of(corrected.number),
            before_year=voucher.is_opening,
        )

    def _reversal(self, voucher: FileVoucher, original: FileVoucher) -> VoucherDraft:
        """The mirror of the original, line by line: the guards accept nothing else."""
        key = self._key_of(original.number)
        self._undone.add(original.number)
        lines = self._drafts[original.number].lines if original.number in self._drafts else ()
        return VoucherDraft(
            booked_on=voucher.booked_on,
            summary=voucher.summary,
            lines=tuple(
                Line(
                    line.account_id,
                    line.fund_id,
                    Side(line.side),
                    -line.amount_minor,
                    line.summary,
                    line.donor_id,
                    line.counterparty_id,
                    line.project_id,
                    line.cash_flow_item_id,
                )
                for line in lines or _stored_lines(self._session, key)
            ),
            kind=VoucherKind.REVERSAL,
            attachment_count=voucher.attachment_count,
            rule=RULE + voucher.fingerprint,
            reverses_id=key,
            reason=voucher.summary,
        )

    def _original_of(self, red: FileVoucher) -> FileVoucher | None:
        candidates = [v for v in self._earlier(red) if v.number not in self._undone]
        return next(mirrors(red, candidates), None)

    def _corrected_by(self, voucher: FileVoucher) -> FileVoucher | None:
        """The voucher that a correction (订正某号凭证) names, if it is in the file."""
        if voucher.is_opening or not voucher.summary.startswith("订正"):
            return None
        named = [v for v in self._earlier(voucher) if v.number in voucher.summary]
        return max(named, key=lambda v: len(v.number), default=None)

    def _earlier(self, voucher: FileVoucher) -> list[FileVoucher]:
        before = self._file.vouchers[: self._file.vouchers.index(voucher)]
        return [v for v in before if v.number in self._drafts or v.number in self._keys]

    def _kind(self, voucher: FileVoucher, corrected: FileVoucher | None) -> VoucherKind:
        if voucher.is_opening:
            return VoucherKind.OPENING
        if corrected is not None or voucher.is_red:
            return VoucherKind.CORRECTION
        touched = {
            self._known.account(self._chart, line.account).category for line in voucher.lines
        }
        # What only moves between net assets, or within income or expenses, has no paper of its
        # own; income against expense is a service received, which has.
        is_service = {AccountCategory.INCOME, AccountCategory.EXPENSE} <= touched
        if touched <= CLAIMS_ON_FUND and not is_service:
            return VoucherKind.TRANSFER
        return VoucherKind.ORDINARY

    def _lines(self, voucher: FileVoucher) -> tuple[Line, ...]:
        found = self._accounts_of(voucher)
        given = [
            Given(line.amount_minor, line.fund, "agency" in account.flags)
            for line, account in zip(voucher.lines, found, strict=True)
        ]
        return tuple(
            self._line(voucher, found, part) for part in fill(given, default=self._default)
        )

    def _line(self, voucher: FileVoucher, found: Sequence[AccountInfo], part: Part) -> Line:
        fund_id = self._known.fund(part.fund).id
        if part.line == BRIDGE:
            if self._cash is None:
                raise Conflict(reason="各基金内借贷不平衡，文件中没有可用于划转的资金科目")
            return Line(self._cash.id, fund_id, Side.DEBIT, part.amount_minor, BRIDGE_SUMMARY)
        line = voucher.lines[part.line]
        return Line(
            found[part.line].id,
            fund_id,
            line.side,
            part.amount_minor,
            line.summary,
            cash_flow_item_id=self._items.get(line.cash_flow_item or ""),
        )

    def _accounts_of(self, voucher: FileVoucher) -> list[AccountInfo]:
        """Return the accounts of the lines. Raises BadVoucherFile naming lines and fields."""
        found, problems = [], []
        for number, line in enumerate(voucher.lines, start=1):
            place = (voucher.number, number)
            key = self._known.account_ids.get((self._chart, line.account))
            if key is None:
                expected = f"科目表 {self._chart} 中的科目"
                problems.append(Problem(*place, "account", expected, line.account))
                continue
            account = self._known.accounts[key]
            if not account.is_postable:
                problems.append(Problem(*place, "account", "明细科目", line.account))
            if line.fund is not None and line.fund not in self._known.fund_ids:
                problems.append(Problem(*place, "fund", "已有的基金编码", line.fund))
            found.append(account)
        if problems:
            raise BadVoucherFile(problems)
        return found


def _default_fund(known: Catalogue, file: VoucherFile) -> str:
    """GEN where it is unrestricted, else the first unrestricted fund of the file or the books."""
    order = [_PREFERRED_DEFAULT, *(item.code for item in file.funds), *known.fund_ids]
    for code in order:
        key = known.fund_ids.get(code)
        if key is not None and known.funds[key].restriction is Restriction.NONE:
            return code
    raise BadVoucherFile([Problem("funds", None, "restriction", "至少一个非限定基金（none）", "")])


def _cash_account(known: Catalogue, chart: str, file: VoucherFile) -> AccountInfo | None:
    """The cash or bank account that the file uses most."""
    used = Counter(line.account for voucher in file.vouchers for line in voucher.lines)
    for code, _ in sorted(used.items(), key=lambda item: (-item[1], item[0])):
        key = known.account_ids.get((chart, code))
        account = known.accounts.get(key) if key is not None else None
        if account is not None and "cash" in account.flags and "agency" not in account.flags:
            return account
    return None


def _undone(session: Session, keys: Sequence[int]) -> set[int]:
    undone: set[int] = set()
    for chunk in chunks(keys, 500):
        rows = session.execute(select(Voucher.reverses_id).where(Voucher.reverses_id.in_(chunk)))
        undone.update(key for key in rows.scalars() if key is not None)
    return undone


def _stored_lines(session: Session, voucher_id: int) -> Sequence[VoucherLine]:
    query = (
        select(VoucherLine)
        .where(VoucherLine.voucher_id == voucher_id)
        .order_by(VoucherLine.line_no)
    )
    return session.execute(query).scalars().all()

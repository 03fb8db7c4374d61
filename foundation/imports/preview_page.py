"""What the preview of an import shows, and how its form is read.

The form says how the file is read (sheet, columns, date) and where the gifts go. What it said
when it was shown is kept in `shown`, so that nothing is imported in a way that nobody looked at.
"""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from foundation.books import account_tree, picking
from foundation.books.picking import Choice
from foundation.http.forms import Form
from foundation.http.languages import describe, mark
from foundation.imports import batches, mappings, remarks, wizard
from foundation.imports.batches import BatchRow
from foundation.imports.examination import Examination, ImportRequest, examine
from foundation.imports.refusals import DateNeeded, FileRefused, MappingInvalid, UnitConflict
from foundation.imports.rows import ROLE_NAMES, NotAGift
from foundation.imports.titles import UNIT_NAMES
from foundation.imports.uploads import Upload
from foundation.imports.wizard import Asked, Look
from ledger import catalogue
from ledger.clock import Clock
from ledger.errors import DomainError

_LONGEST_REASON = 500
_ROWS_SHOWN = 100
# Alone, 捐赠人 is the list of donors in English; a column holds the name of one.
ROLES = ROLE_NAMES | {"donor": mark("捐赠人名称")}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be imported, in words."""

    row: int
    field: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Everything that the page shows. Without `found`, nothing can be imported yet."""

    name: str
    look: Look
    funds: list[Choice]
    accounts: list[tuple[str, str]]
    found: Examination | None = None
    problem: str = ""
    needs_date: bool = False
    notices: list[str] = field(default_factory=list)
    unit_from: str = ""
    rejected: list[Rejected] = field(default_factory=list)
    skipped: list[tuple[str, int, list[NotAGift]]] = field(default_factory=list)
    duplicate_rows: list[int] = field(default_factory=list)
    earlier: list[BatchRow] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=lambda: ROLES)
    units: dict[int, str] = field(default_factory=lambda: UNIT_NAMES)

    @property
    def may_import(self) -> bool:
        """Whether an import of what is shown would bring gifts, perhaps with a reason."""
        found = self.found
        return found is not None and not found.rejected_count and found.new_count > 0


def build(session: Session, upload: Upload, form: Form, *, clock: Clock) -> Preview:
    """Read the form, look at the file, and find out what an import would do.

    What is wrong with the form goes into the form. Raises a FileRefused for a file that
    cannot be read at all.
    """
    form.values.setdefault("vouchers", "each")
    asked = asked_of(form, upload.name)
    wanted = request_of(session, form, clock=clock)
    seen = wizard.look(session, upload, asked or _without_mapping(form))
    if asked is not None:
        _show_reading(form, seen, is_own=asked.mapping is not None)
    problem: FileRefused | None = seen.refusal
    found: Examination | None = None
    notices: list[str] = []
    if seen.understanding is not None and asked is not None:
        try:
            notices = [remarks.notice(text) for text in seen.understanding.notices]
            if wanted is not None:
                found = examine(session, seen.understanding, wanted, clock=clock)
        except FileRefused as error:
            problem, found = error, None
        except DomainError as error:
            form.refuse("account", error)
    return Preview(
        name=upload.name,
        look=seen,
        funds=fund_choices(session, clock),
        accounts=account_choices(session),
        found=found,
        problem=describe(problem) if problem else "",
        needs_date=isinstance(problem, DateNeeded),
        notices=notices,
        unit_from=remarks.read_from(seen.unit_from) if seen.unit_from else "",
        rejected=_rejected(found),
        skipped=_skipped(found),
        duplicate_rows=_duplicate_rows(found),
        earlier=batches.of_file(session, upload.digest),
    )


def asked_of(form: Form, filename: str) -> Asked | None:
    """Return how the form wants the file to be read, or None when the form is wrong there."""
    day = form.day("date", is_required=False)
    sheet = form.value("sheet") or None
    mapping = None
    if _says_own_mapping(form):
        try:
            mapping = wizard.mapping_of(form.values, filename=filename, sheet=sheet)
        except MappingInvalid as error:
            form.refuse("", error)
            return None
    if form.error("date"):
        return None
    if day is not None:
        form.values["date"] = day.isoformat()
    return Asked(sheet=sheet, day=day, mapping=mapping, ignores_memory=bool(form.value("plain")))


def request_of(session: Session, form: Form, *, clock: Clock) -> ImportRequest | None:
    """Return where the form wants the gifts to go, or None when the form is wrong there."""
    fund = ""
    if form.text("fund"):
        try:
            choices = fund_choices(session, clock)
            fund = picking.pick(form.value("fund"), choices, field="基金").code
            form.values["fund"] = fund
        except picking.NotPicked as error:
            form.refuse("fund", error)
    account = form.text("account", longest=32)
    reason = form.text("reason", is_required=False, longest=_LONGEST_REASON)
    if not fund or not account or len(reason) > _LONGEST_REASON:
        return None
    return ImportRequest(
        fund_code=fund,
        account_code=account,
        daily=form.value("vouchers") == "daily",
        difference_reason=reason or None,
    )


def is_as_shown(form: Form) -> bool:
    """Tell whether the form still says to read the file as it did when it was shown."""
    return (
        form.value("shown") == wizard.mark_of(form.values)
        and form.value("shown_sheet") == form.value("sheet")
        and form.value("shown_date") == form.value("date")
    )


def keep_mapping(session: Session, seen: Look, asked: Asked, *, actor: str, clock: Clock) -> None:
    """Remember what a person corrected, or forget it when they went back to the words."""
    if not seen.signature:
        return
    if asked.mapping is not None:
        mappings.remember(session, seen.signature, asked.mapping, actor=actor, clock=clock)
    elif asked.ignores_memory:
        mappings.forget(session, seen.signature, actor=actor, clock=clock)


def fund_choices(session: Session, clock: Clock) -> list[Choice]:
    """Return the funds that are open today."""
    return account_tree.fund_choices(session, on=clock.today())


def account_choices(session: Session) -> list[tuple[str, str]]:
    """Return (code, label) of the cash and bank accounts that can receive gifts.

    A code that two charts share is one account to people; the later chart gives its name.
    """
    names: dict[str, str] = {}
    known = catalogue.load(session)
    for account in sorted(known.accounts.values(), key=lambda one: (one.chart, one.code)):
        if (
            "cash" in account.flags
            and "agency" not in account.flags
            and account.is_postable
            and account.closed_on is None
        ):
            names[account.code] = account.full_name
    return [(code, f"{code} {name}") for code, name in sorted(names.items())]


def _says_own_mapping(form: Form) -> bool:
    """Whether a person corrected the columns; on another sheet, the old columns mean nothing."""
    if "header_row" not in form.values or form.value("sheet") != form.value("shown_sheet"):
        return False
    return bool(form.value("own")) or form.value("shown") != wizard.mark_of(form.values)


def _without_mapping(form: Form) -> Asked:
    """What can be shown beside a form that is wrong: the file as it is recognised."""
    return Asked(sheet=form.value("sheet") or None)


def _show_reading(form: Form, seen: Look, *, is_own: bool) -> None:
    """Put into the form how the file was read, so that the form says it when it comes back."""
    if not is_own:
        for name in [name for name in form.values if name.startswith("role-")]:
            del form.values[name]
        form.values |= wizard.fields_of(seen.mapping)
        if isinstance(seen.refusal, UnitConflict):
            form.values["unit"] = ""  # whatever a person picks is then a choice of theirs
    form.values["own"] = "1" if is_own else ""
    form.values["sheet"] = seen.mapping.sheet or ""
    form.values["shown"] = wizard.mark_of(form.values)
    form.values["shown_sheet"] = form.value("sheet")
    form.values["shown_date"] = form.value("date")


def _rejected(found: Examination | None) -> list[Rejected]:
    shown = found.rejected[:_ROWS_SHOWN] if found else []
    return [
        Rejected(row.row, ROLES.get(row.field, row.field), row.found, remarks.expected_of(row))
        for row in shown
    ]


def _skipped(found: Examination | None) -> list[tuple[str, int, list[NotAGift]]]:
    """The rows that are no gifts: reason, how many, and the first of them."""
    groups: dict[str, list[NotAGift]] = {}
    for row in found.skipped if found else []:
        groups.setdefault(row.description, []).append(row)
    return [(reason, len(rows), rows[:_ROWS_SHOWN]) for reason, rows in groups.items()]


def _duplicate_rows(found: Examination | None) -> list[int]:
    return sorted({row for row, _ in found.duplicates}) if found else []

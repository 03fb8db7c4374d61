"""The work list of a claim: what each gift lacks, searched, narrowed, added up and exported."""

from flask import Response, render_template, request

from foundation import database
from foundation.claims import computing, labels, queries, worklist
from foundation.claims.worklist import WorkFilter, WorkItem
from foundation.http import forms, list_export, listing, lists
from foundation.http.context import services
from foundation.http.languages import mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.funds import list_funds
from ledger.money import to_text

_MEND = {"yes": True, "no": False}


def _said(item: WorkItem) -> str:
    return "；".join(
        labels.in_language(lack.zh, lack.en) + (f"（{lack.clause}）" if lack.clause else "")
        for lack in item.lacks
    )


def _missing(item: WorkItem) -> int | None:
    found = [lack.shortfall_minor for lack in item.lacks if lack.shortfall_minor]
    return max(found) if found else None


LISTING = Listing(
    name="claim_work",
    endpoint="matching.work_list",
    filters=("q", "code", "fund", "mend", "min", "max"),
    columns=(
        Column("gift", mark("捐赠编号"), lambda row: row.gift, is_fixed=True),
        Column("donor", mark("捐赠人"), lambda row: row.donor_name or translate("匿名")),
        Column(
            "received_on",
            mark("到账日期"),
            lambda row: row.received_on,
            kind=Kind.DATE,
            is_sortable=True,
        ),
        Column("fund", mark("基金"), lambda row: row.fund),
        Column(
            "status",
            mark("状态"),
            lambda row: translate(labels.GIFTS[row.status.value][0]),
            starts_hidden=True,
        ),
        Column("lacks", mark("所缺内容"), _said),
        Column("shortfall", mark("差额"), _missing, kind=Kind.MONEY, starts_hidden=True),
        Column(
            "matched",
            mark("涉及配比（至多）"),
            lambda row: row.stake_matched_minor,
            kind=Kind.MONEY,
        ),
        Column(
            "amount",
            mark("涉及认定金额"),
            lambda row: row.stake_minor,
            kind=Kind.MONEY,
            is_sortable=True,
            is_fixed=True,
        ),
    ),
)


@guard.requires(Permission.GIFTS_READ)
def work_list(claim_id: int) -> str:
    """Show what each gift lacks, with the amount at stake."""
    refusals: dict[str, str] = {}
    wanted = _wanted(refusals)
    asked = lists.of_request(sorts=LISTING.sorts, default_sort=worklist.DEFAULT_SORT)
    with database.reading(services().engine) as session:
        found = computing.get_claim(session, claim_id)
        reasons = worklist.sums(session, found)
        return render_template(
            "claims/work_list.html",
            claim=queries.get_row(session, found),
            view=listing.view(session, LISTING, sort=asked.sort),
            part=worklist.page(session, found, asked, wanted),
            total=worklist.add_up(session, found, wanted),
            reasons=reasons,
            refusals=refusals,
            chips=_chips(wanted, {item.code: (item.zh, item.en) for item in reasons}),
            funds=[(fund.code, f"{fund.code} {fund.name}") for fund in list_funds(session)],
            **labels.words(),
        )


@guard.requires(Permission.GIFTS_READ)
def export(claim_id: int, form: str) -> Response:
    """Export exactly the list that is shown."""
    wanted = _wanted({})
    asked = lists.of_request(sorts=LISTING.sorts, default_sort=worklist.DEFAULT_SORT)
    with database.reading(services().engine) as session:
        found = computing.get_claim(session, claim_id)
        list_export.check_size(worklist.add_up(session, found, wanted).count)
        columns = listing.view(session, LISTING).columns
        file = ExportedFile(
            f"work-list-{found.scheme_code}-{found.year}-{found.sequence}", translate("待办清单")
        )
        rows = worklist.every(session, found, wanted, sort=asked.sort)
        return list_export.respond(form, columns, rows, file=file)


def _wanted(refusals: dict[str, str]) -> WorkFilter:
    """Read the filter of the address; what cannot be read narrows nothing and is said."""
    form = forms.Form.empty(request.args)
    wanted = WorkFilter(
        code=form.value("code")[:80],
        text=form.value("q"),
        fund=form.value("fund"),
        can_mend=_MEND.get(form.value("mend")),
        least_minor=form.amount("min", is_required=False),
        most_minor=form.amount("max", is_required=False),
    )
    refusals.update(form.errors)
    return wanted


def _chips(wanted: WorkFilter, reasons: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    chips = []
    if wanted.text:
        chips.append(("q", wanted.text))
    if wanted.code:
        zh, en = reasons.get(wanted.code, (wanted.code, wanted.code))
        chips.append(("code", labels.in_language(zh, en)))
    if wanted.fund:
        chips.append(("fund", translate("基金 {code}", code=wanted.fund)))
    if wanted.can_mend is not None:
        chips.append(("mend", translate("能补救" if wanted.can_mend else "不能补救")))
    if wanted.least_minor is not None:
        chips.append(("min", translate("不少于 {amount}", amount=to_text(wanted.least_minor))))
    if wanted.most_minor is not None:
        chips.append(("max", translate("不多于 {amount}", amount=to_text(wanted.most_minor))))
    return chips

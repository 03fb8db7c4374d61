"""Pages of related parties: the register, one party, declaring one, who may be one, the import."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.donors.vault import Vault
from foundation.duties import service as duties
from foundation.duties.calendar import DutyState, Item
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.imports import reading
from foundation.parties import (
    dealings,
    importing,
    labels,
    linking,
    queries,
    rules,
    service,
    standing,
    suggesting,
)
from foundation.parties.importing import PartiesRejected, RejectedRow
from foundation.parties.models import RelationKind, number_of
from foundation.parties.queries import PartyFilter, View
from foundation.parties.service import PartyInput, RelationInput
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import catalogue
from ledger.errors import DomainError

_PLACES = {
    "关联方": "name",
    "名称": "name",
    "统一社会信用代码": "credit_code",
    "身份证号码": "id_number",
    "关联关系": "relation",
    "依据文件": "source",
    "起始日期": "valid_from",
    "终止日期": "valid_until",
}


@guard.requires(Permission.REPORTS_READ)
def index() -> str:
    """List related parties with what is owed to the public about them."""
    today = services().clock.today()
    with database.reading(services().engine) as session:
        found = queries.list_parties(session, _wanted(), on=today)
        everybody = queries.load(session)
        return render_template(
            "parties/index.html",
            parties=found,
            total=len(everybody),
            important=sum(view.is_important(today) for view in everybody),
            today=today,
            relations=labels.RELATIONS,
            balances=standing.balances_at(session, found, today.year * 100 + today.month),
            suggested=len(suggesting.suggestions(session, today=today)),
            overdue=sum(
                item.state is DutyState.OVERDUE
                for item in duties.list_items(session, year=today.year, today=today)
                if item.duty.id == dealings.DUTY
            ),
            narrowed=bool(request.args),
        )


def _wanted() -> PartyFilter:
    given = {name: value.replace("\x00", "").strip() for name, value in request.args.items()}
    kind, important = given.get("kind", ""), given.get("important", "")
    known = given.get("standing", "")
    return PartyFilter(
        text=given.get("q", ""),
        kind=RelationKind(kind) if kind in list(RelationKind) else None,
        important={"yes": True, "no": False}.get(important),
        standing=known if known in ("current", "past") else "",
    )


@guard.requires(Permission.EVIDENCE_EDIT)
def new() -> Any:
    """Declare a related party."""
    form = Form.of_request() if request.method == "POST" else _offered()
    if request.method == "POST":
        try:
            entry, relation = _entry(form), read_relation(form)
            form.require_complete()
            assert relation is not None
            with database.transaction(services().engine) as session:
                made = service.declare(session, entry, relation, vault=_vault(), **context.who())
                kind, target = form.value("target_kind"), form.value("target")
                if target and not _is_linked(queries.get(session, made.id), kind, target):
                    found = linking.find_target(session, kind, target)
                    linking.link(session, made.id, found, **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)
        else:
            flash(translate("已登记关联方 {name}", name=made.name))
            return redirect(url_for("parties.show", number=number_of(made.id)), 303)
    page = render_template("parties/new.html", form=form, kinds=_kinds())
    return page, 422 if form.errors else 200


def _offered() -> Form:
    """Offer what a suggestion knows already."""
    given = {name: value.replace("\x00", "") for name, value in request.args.items()}
    kept = ("name", "kind", "relation", "target_kind", "target")
    return Form.empty({name: given[name] for name in kept if name in given})


def _is_linked(view: View, kind: str, target: str) -> bool:
    keys = {
        "donor": {f"D{one.link.donor_id:07d}" for one in view.live if one.link.donor_id},
        "counterparty": {one.name for one in view.live if one.link.counterparty_id},
    }
    return target in keys.get(kind, set())


def _entry(form: Form) -> PartyInput:
    return PartyInput(
        name=form.text("name"),
        is_person=form.value("is_person") == "yes",
        credit_code=form.text("credit_code", is_required=False, longest=40),
        id_number=form.text("id_number", is_required=False, longest=40),
    )


def read_relation(form: Form) -> RelationInput | None:
    """Read the relation that a form states, or nothing when something is wrong with it."""
    kind = form.choice("kind", RelationKind)
    relation, source = form.text("relation", longest=300), form.text("source", longest=300)
    valid_from = form.day("valid_from")
    valid_until = form.day("valid_until", is_required=False)
    if form.errors or kind is None or valid_from is None:
        return None
    return RelationInput(
        kind=kind,
        is_important=form.is_checked("is_important"),
        relation=relation,
        source=source,
        valid_from=valid_from,
        valid_until=valid_until,
    )


@guard.requires(Permission.REPORTS_READ)
def show(number: str) -> str:
    """Show a party: its relations, what happened with it in a year, what stands open."""
    return render_party(number, Form.empty(), "")


def render_party(number: str, form: Form, opened: str) -> str:
    """Render a party; `opened` is the act whose form was refused."""
    today = services().clock.today()
    key = queries.key_of(number)
    with database.reading(services().engine) as session:
        view = queries.get(session, key)
        years = sorted({period // 100 for period in catalogue.load(session).periods}, reverse=True)
        year = _year(years, today.year)
        found = dealings.read(session, [view], date(year, 1, 1), date(year, 12, 31))
        owed = {
            item.occurrence: item
            for falls_due in (year, year + 1)
            for item in duties.list_items(session, year=falls_due, today=today)
            if item.duty.id == dealings.DUTY
        }
        return render_template(
            "parties/show.html",
            view=view,
            party=view.party,
            form=form,
            opened=opened,
            today=today,
            year=year,
            years=years,
            dealings=found,
            owed=_of_party(owed, key),
            sums=_sums(found),
            months=standing.month_ends(session, [view], year)[key],
            id_number=service.masked_id_number(view.party, _vault()),
            relations=labels.RELATIONS,
            kinds=_kinds(),
            words=labels.DEALINGS,
            dealing_kinds=[(kind.value, translate(word)) for kind, word in labels.DEALINGS.items()],
            sources=rules.sources(),
        )


def _of_party(owed: dict[str, Item], key: int) -> dict[str, Item]:
    ending = f"-r{key}"
    return {name: item for name, item in owed.items() if name.endswith(ending)}


def _sums(found: list[dealings.Dealing]) -> list[tuple[Any, int, int]]:
    return [
        (kind, sum(item.kind is kind for item in found), _sum(found, kind))
        for kind in labels.DEALINGS
        if any(item.kind is kind for item in found)
    ]


def _sum(found: list[dealings.Dealing], kind: Any) -> int:
    return sum(item.amount_minor for item in found if item.kind is kind)


def _year(years: list[int], default: int) -> int:
    text = request.values.get("year", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else default
    return wanted if wanted in years else default


@guard.requires(Permission.REPORTS_READ)
def suggested() -> str:
    """List who may be related and is neither declared nor dismissed."""
    return render_suggested(Form.empty(), "")


def render_suggested(form: Form, opened: str) -> str:
    """Render the suggestions; `opened` is the one whose form was refused."""
    today = services().clock.today()
    with database.reading(services().engine) as session:
        return render_template(
            "parties/suggestions.html",
            found=suggesting.suggestions(session, today=today),
            form=form,
            opened=opened,
            threshold=rules.main_donor(today),
        )


@guard.requires(Permission.EVIDENCE_EDIT)
def bring_in() -> Any:
    """Import a list of related parties from a table."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    rejected: list[RejectedRow] = []
    if request.method == "POST":
        upload = request.files.get("file")
        try:
            if upload is None or not upload.filename:
                form.refuse("file", translate("请选择文件"))
            form.require_complete()
            assert upload is not None
            source = reading.open_register(upload.read(), upload.filename or "")
            with database.transaction(services().engine) as session:
                done = importing.bring_in(session, source, vault=_vault(), **context.who())
        except forms.Incomplete:
            pass
        except PartiesRejected as error:
            rejected = [RejectedRow(one["row"], one["reason"]) for one in error.data["rejected"]]
            form.refuse("file", error)
        except DomainError as error:
            form.refuse("file", error)
        else:
            flash(
                translate(
                    "{rows} 行：新登记 {declared}，新增关系 {related}，重复 {duplicates}",
                    rows=done.rows,
                    declared=done.declared,
                    related=done.related,
                    duplicates=done.duplicates,
                )
            )
            return redirect(url_for("parties.index"), 303)
    page = render_template("parties/import.html", form=form, rejected=rejected, kinds=_kinds())
    return page, 422 if form.errors else 200


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, translate(word)) for kind, word in labels.RELATIONS.items()]


def _vault() -> Vault:
    return Vault.of(services().config.secret_key)

"""Pages for donors: finding, recording, changing, and seeing an identity number for a reason."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import database
from foundation.donors import aliases, facts, finding, merging, service
from foundation.donors.link_pages import RELATIONS
from foundation.donors.models import Donor, DonorKind
from foundation.donors.service import DonorChange, DonorInput
from foundation.donors.vault import Vault
from foundation.gifts import labels, queries
from foundation.gifts.donor_picking import detail_of
from foundation.gifts.filtering import GiftFilter
from foundation.http import context, forms, listing, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, mark, translate
from foundation.http.listing import Column, Listing
from foundation.http.lists import PageRequest
from foundation.pledges import queries as pledges
from foundation.pledges.queries import PledgeFilter
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

blueprint = Blueprint("donors", __name__, url_prefix="/donors")
_SUGGESTED, _RECENT = 8, 10
_PLACES = {
    "捐赠人": "name",
    "统一社会信用代码": "credit_code",
    "身份证号码": "id_number",
    "电子邮箱": "email",
    "电话": "phone",
    "备注": "note",
}
# No file of this list: it is of people, and nobody carries them away with one click.
LISTING = Listing(
    name="donors",
    endpoint="donors.index",
    filters=("q", "kind"),
    columns=(
        Column("name", mark("名称"), lambda row: row.name, is_sortable=True, is_fixed=True),
        Column(
            "kind", mark("类型"), lambda row: translate(labels.DONORS[row.kind]), is_sortable=True
        ),
        Column("credit_code", mark("信用代码"), lambda row: row.credit_code),
        Column("email", mark("电子邮箱"), lambda row: row.email),
        Column("phone", mark("电话"), lambda row: row.phone),
    ),
)
_SORTED_BY: dict[str, list[Any]] = {
    "name": [Donor.name_key],
    "kind": [Donor.kind, Donor.name_key],
}


@blueprint.get("")
@guard.requires(Permission.DONORS_READ)
def index() -> str:
    """List donors, or find some."""
    asked = lists.of_request(sorts=LISTING.sorts, default_sort="name")
    text = request.args.get("q", "").replace("\x00", "").strip()
    kind = request.args.get("kind", "")
    keys = [*_SORTED_BY[asked.column], Donor.id]
    statement: Any = select(Donor, Donor.name_key, Donor.kind, Donor.id)
    if text:
        statement = statement.where(finding.matches(text))
    if kind in list(DonorKind):
        statement = statement.where(Donor.kind == DonorKind(kind))
    statement = statement.where(~aliases.is_alias())
    with database.reading(services().engine) as session:
        total = session.execute(statement.with_only_columns(func.count())).scalar_one()
        page = lists.page(session, statement, keys=keys, request=asked)
        return render_template(
            "donors/index.html",
            view=listing.view(session, LISTING, sort=asked.sort),
            donors=[row[0] for row in page.items],
            next=page.next,
            total=total,
            kinds=labels.DONORS,
        )


@blueprint.get("/suggest")
@guard.requires(Permission.DONORS_READ)
def suggest() -> Response:
    """Answer the donors that the first letters typed may mean."""
    text = request.args.get("q", "").replace("\x00", "")
    with database.reading(services().engine) as session:
        found = [
            {
                "id": donor.id,
                "name": donor.name,
                "kind": translate(labels.DONORS[donor.kind]),
                "detail": detail_of(donor),
            }
            for donor in finding.search(session, text, limit=_SUGGESTED)
        ]
    return jsonify(found)


@blueprint.route("/new", methods=["GET", "POST"])
@guard.requires(Permission.DONORS_EDIT)
def new() -> Any:
    """Record a donor; one that may be there already is shown first."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    similar: list[finding.Likeness] = []
    if request.method == "POST":
        kind = form.choice("kind", DonorKind)
        form.text("name")
        try:
            form.require_complete()
            assert kind is not None
            entry = _entry(form, kind)
            with database.transaction(services().engine) as session:
                if not form.is_checked("is_another"):
                    similar = finding.likenesses(session, entry, vault=_vault())
                    if similar:
                        form.refuse("is_another", translate("可能已有此捐赠人，请先核对"))
                        form.require_complete()
                made = service.record_donor(session, entry, vault=_vault(), **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            _refuse(form, error)
        else:
            flash(translate("已登记捐赠人 {name}", name=made.name))
            return redirect(url_for("donors.show", donor_id=made.id), 303)
    page = render_template("donors/new.html", form=form, similar=similar, kinds=_kinds())
    return page, 422 if form.errors else 200


@blueprint.get("/<int:donor_id>")
@guard.requires(Permission.DONORS_READ)
def show(donor_id: int) -> str:
    """Show a donor with the gifts."""
    return _show(donor_id, Form.empty())


@blueprint.post("/<int:donor_id>/unmask")
@guard.requires(Permission.IDENTITY_UNMASK)
def unmask(donor_id: int) -> Any:
    """Show the whole identity number, once, and record who saw it and why."""
    form = Form.of_request()
    reason = form.text("reason", longest=500)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            number = service.reveal_id_number(
                session, donor_id, reason=reason, vault=_vault(), **context.who()
            )
    except forms.Incomplete:
        return _show(donor_id, form), 422
    except DomainError as error:
        form.refuse("reason", error)
        return _show(donor_id, form), error.status
    return _show(donor_id, Form.empty(), number=number)


@blueprint.route("/<int:donor_id>/edit", methods=["GET", "POST"])
@guard.requires(Permission.DONORS_EDIT)
def edit(donor_id: int) -> Any:
    """Change the particulars of a donor."""
    if request.method == "GET":
        with database.reading(services().engine) as session:
            return _edit(session, donor_id, _form_of(service.get_donor(session, donor_id)))
    form = Form.of_request()
    kind = form.choice("kind", DonorKind)
    form.text("name")
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            service.change_donor(
                session, donor_id, _change(form, kind), vault=_vault(), **context.who()
            )
    except forms.Incomplete:
        pass
    except DomainError as error:
        _refuse(form, error)
    else:
        flash(translate("已保存"))
        return redirect(url_for("donors.show", donor_id=donor_id), 303)
    with database.reading(services().engine) as session:
        return _edit(session, donor_id, form), 422


def _show(donor_id: int, form: Form, *, number: str = "") -> str:
    with database.reading(services().engine) as session:
        donor = service.get_donor(session, donor_id)
        wanted = GiftFilter(donor_id=donor_id)
        return render_template(
            "donors/show.html",
            donor=donor,
            masked=_masked(donor),
            number=number,
            form=form,
            gifts=queries.search(session, wanted, PageRequest(limit=_RECENT)),
            **_links(session, donor_id),
            kinds=labels.DONORS,
            gift_kinds=labels.KINDS,
            states=labels.STATES,
        )


def _links(session: Session, donor_id: int) -> dict[str, Any]:
    """Return what else is known of the same donor: other records, classes, relations, pledges."""
    kept = aliases.kept_of(session, donor_id)
    others = aliases.ids_of(session, donor_id) if kept == donor_id else [kept]
    names = merging.names_of(session, others)
    today = services().clock.today()
    promised = PledgeFilter(donor_id=donor_id)
    return {
        "kept": None if kept == donor_id else kept,
        "kept_name": names[kept],
        "merged": [(key, names[key]) for key in others if key not in (donor_id, kept)],
        "classes": facts.classes_of(session, donor_id),
        "relations": facts.relations_of(session, donor_id),
        "relation_words": RELATIONS,
        "pledges": pledges.rows(session, promised, PageRequest(limit=_SUGGESTED), today=today),
    }


def _masked(donor: Donor) -> str:
    try:
        return service.masked_id_number(donor, _vault())
    except DomainError as error:
        return describe(error)  # the page of a donor opens even when the key was changed


def _edit(session: Session, donor_id: int, form: Form) -> str:
    donor = service.get_donor(session, donor_id)
    return render_template(
        "donors/edit.html", form=form, donor=donor, masked=_masked(donor), kinds=_kinds()
    )


def _form_of(donor: Donor) -> Form:
    names = ("name", "credit_code", "email", "phone", "note")
    values = {name: getattr(donor, name) or "" for name in names}
    return Form.empty(values | {"kind": donor.kind.value})


def _entry(form: Form, kind: DonorKind) -> DonorInput:
    names = ("name", "credit_code", "id_number", "email", "phone", "note")
    return DonorInput(kind=kind, **{name: form.value(name) for name in names})


def _change(form: Form, kind: DonorKind | None) -> DonorChange:
    """Return what was typed; an empty identity number stays as it is unless it is taken away."""
    number: str | None = form.value("id_number") or None
    if form.is_checked("forget_id_number"):
        number = ""
    names = ("name", "credit_code", "email", "phone", "note")
    return DonorChange(kind=kind, id_number=number, **{name: form.value(name) for name in names})


def _refuse(form: Form, error: DomainError) -> None:
    form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, translate(word)) for kind, word in labels.DONORS.items()]


def _vault() -> Vault:
    return Vault.of(services().config.secret_key)

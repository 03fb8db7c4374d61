"""Pages that join donors: merging two into one and undoing it, classes, and relations."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.donors import aliases, facts, merging, service
from foundation.donors.models import RelationKind
from foundation.gifts import queries
from foundation.gifts.filtering import GiftFilter
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.http.lists import PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

RELATIONS = {
    RelationKind.HOUSEHOLD: mark("同一家庭"),
    RelationKind.EMPLOYER: mark("任职单位"),
    RelationKind.LEGAL_REPRESENTATIVE: mark("法定代表人"),
    RelationKind.MEMBER: mark("成员"),
}
blueprint = Blueprint("donor_links", __name__, url_prefix="/donors/<int:donor_id>")


@blueprint.get("/links")
@guard.requires(Permission.DONORS_READ)
def show(donor_id: int) -> str:
    """Show which records are one donor, the classes and the relations."""
    return _show(donor_id, Form.empty())


@blueprint.post("/merge")
@guard.requires(Permission.DONORS_EDIT)
def merge(donor_id: int) -> Any:
    """Merge another donor into this one."""

    def act(session: Session, form: Form) -> str:
        other, reason = _other(form), form.text("reason", longest=500)
        form.require_complete()
        merging.merge(session, donor_id, other, reason=reason, **context.who())
        return translate("已合并；票据和函件保持原样")

    return _act(donor_id, "other", act)


@blueprint.post("/unmerge")
@guard.requires(Permission.DONORS_EDIT)
def unmerge(donor_id: int) -> Any:
    """Make an alias a donor of its own again."""

    def act(session: Session, form: Form) -> str:
        reason = form.text("undo_reason", longest=500)
        form.require_complete()
        merging.undo(session, donor_id, reason=reason, **context.who())
        return translate("已撤销合并")

    return _act(donor_id, "undo_reason", act)


@blueprint.post("/classes")
@guard.requires(Permission.DONORS_EDIT)
def join_class(donor_id: int) -> Any:
    """Note that the donor was in a class."""

    def act(session: Session, form: Form) -> str:
        college = form.text("college", longest=120)
        class_name = form.text("class_name", longest=120)
        year = form.whole_number("year")
        members = form.whole_number("members", default=0, highest=100_000)
        form.require_complete()
        facts.join_class(
            session, donor_id, college=college, class_name=class_name, year=year, **context.who()
        )
        if members:
            facts.set_class(
                session,
                college=college,
                class_name=class_name,
                year=year,
                member_count=members,
                **context.who(),
            )
        return translate("已登记班级")

    return _act(donor_id, "college", act)


@blueprint.post("/classes/<int:class_id>/leave")
@guard.requires(Permission.DONORS_EDIT)
def leave_class(donor_id: int, class_id: int) -> Any:
    """Take back that the donor was in a class."""

    def act(session: Session, _form: Form) -> str:
        facts.leave_class(session, donor_id, class_id, **context.who())
        return translate("已删除")

    return _act(donor_id, "", act)


@blueprint.post("/relations")
@guard.requires(Permission.DONORS_EDIT)
def relate(donor_id: int) -> Any:
    """Note how the donor is related to another."""

    def act(session: Session, form: Form) -> str:
        kind = form.choice("kind", RelationKind)
        other = _other(form, "related")
        form.require_complete()
        assert kind is not None
        facts.relate(session, donor_id, other, kind, note=form.value("note"), **context.who())
        return translate("已登记关系")

    return _act(donor_id, "related", act)


@blueprint.post("/relations/<int:relation_id>/remove")
@guard.requires(Permission.DONORS_EDIT)
def unrelate(donor_id: int, relation_id: int) -> Any:
    """Take a relation back."""

    def act(session: Session, _form: Form) -> str:
        facts.unrelate(session, donor_id, relation_id, **context.who())
        return translate("已删除")

    return _act(donor_id, "", act)


def _other(form: Form, name: str = "other") -> int:
    """Return the other donor by key: picked from the list, or its number typed."""
    typed = form.value("donor_id") if name == "other" else ""
    text = typed or form.text(name)
    digits = text.upper().removeprefix("D")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        form.refuse(name, translate("请从列表中选择已登记的捐赠人，或填写捐赠人编号"))
        return 0
    return int(digits)


def _act(donor_id: int, place: str, act: Callable[[Session, Form], str]) -> Any:
    form = Form.of_request()
    status = 422
    try:
        with database.transaction(services().engine) as session:
            service.get_donor(session, donor_id)
            said = act(session, form)
    except forms.Incomplete:
        pass
    except service.UnknownDonor as error:
        if error.data.get("donor") == donor_id:
            raise
        form.refuse(place, error)
    except DomainError as error:
        form.refuse(place, error)
        status = error.status if error.status != 404 else 422
    else:
        flash(said)
        return redirect(url_for("donor_links.show", donor_id=donor_id), 303)
    return _show(donor_id, form), status


def _show(donor_id: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        donor = service.get_donor(session, donor_id)
        kept = aliases.kept_of(session, donor_id)
        merges = merging.merges_of(session, donor_id)
        keys = aliases.ids_of(session, donor_id)
        names = merging.names_of(
            session, [*keys, *(m.kept_id for m in merges), *(m.merged_id for m in merges)]
        )
        return render_template(
            "donors/links.html",
            donor=donor,
            form=form,
            kept=None if kept == donor_id else kept,
            names=names,
            merges=merges,
            records=[
                (key, queries.search(session, GiftFilter(donor_id=key), PageRequest(limit=1)))
                for key in keys[1:]
            ]
            if kept == donor_id
            else [],
            classes=facts.classes_of(session, donor_id),
            relations=facts.relations_of(session, donor_id),
            kinds=[(kind.value, translate(word)) for kind, word in RELATIONS.items()],
            kind_words=RELATIONS,
        )

"""Pages that import a register of gifts: upload, look and correct, import, and what came of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import database
from foundation.gifts import labels as gift_labels
from foundation.gifts import queries
from foundation.gifts.filtering import GiftFilter
from foundation.http import context, forms, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.http.lists import PageRequest
from foundation.imports import batches, preview_page, service, uploads, wizard
from foundation.imports.refusals import FileRefused, UnitUnsupported
from foundation.imports.service import ImportResult, TotalDiffers
from foundation.imports.uploads import Upload
from foundation.imports.wizard import Asked
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import DomainError

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
# What the first page asks beside the file, carried to the next in its address.
_CARRIED = ("fund", "account", "date", "vouchers")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
def index() -> str:
    """List what was imported, and take the next file."""
    return _index(Form.empty({"vouchers": "each"}))


@blueprint.post("")
@guard.requires(Permission.GIFTS_RECORD)
def upload() -> Any:
    """Take a file. One that cannot be read is removed again; the rest is asked on the next page."""
    form = Form.of_request()
    file = request.files.get("file")
    if file is None or not file.filename:
        form.refuse("file", translate("请选择要导入的文件"))
        return _index(form), 422
    folder, now = services().config.data_dir, services().clock.now()
    kept = uploads.keep(folder, file.stream, file.filename, now=now)
    refusal = _refusal_of(kept)
    if refusal is not None:
        uploads.remove(kept)
        form.refuse("file", refusal)
        return _index(form), 422
    carried: dict[str, Any] = {name: form.value(name) for name in _CARRIED if form.value(name)}
    return redirect(url_for("imports.preview", digest=kept.digest, **carried), 303)


@blueprint.route("/preview/<digest>", methods=["GET", "POST"])
@guard.requires(Permission.GIFTS_RECORD)
def preview(digest: str) -> Any:
    """Show what was understood of a file and what importing it would do; nothing is written."""
    kept = _find(digest)
    if request.method == "GET":
        return _preview(kept, Form.empty(request.args.to_dict()))
    form = Form.of_request()
    if chosen := request.form.get("chosen_date"):
        form.values["date"] = chosen
    page = _preview(kept, form)
    return page, 422 if form.errors else 200


@blueprint.post("/preview/<digest>/run")
@guard.requires(Permission.GIFTS_RECORD)
def run(digest: str) -> Any:
    """Import a file whole, as it was shown."""
    kept, form = _find(digest), Form.of_request()
    try:
        result = _run(kept, form)
    except forms.Incomplete:
        return _preview(kept, form), 422
    except TotalDiffers as error:
        form.refuse("reason", error)
        return _preview(kept, form), 422
    except DomainError as error:
        form.refuse("", error)
        return _preview(kept, form), 422
    return _done(result)


@blueprint.get("/<int:batch_id>")
@guard.requires(Permission.GIFTS_READ)
def show(batch_id: int) -> str:
    """Show a batch and its gifts."""
    asked = lists.of_request()
    with database.reading(services().engine) as session:
        batch = batches.get_batch(session, batch_id)
        wanted = GiftFilter(batch_id=batch_id)
        in_order = PageRequest(limit=asked.limit, cursor=asked.cursor, sort="received_on")
        return render_template(
            "imports/show.html",
            batch=batch,
            page=queries.rows(session, wanted, in_order),
            sums=queries.add_up(session, wanted),
            states=gift_labels.STATES,
        )


def _refusal_of(kept: Upload) -> FileRefused | None:
    """Return why a file cannot be imported at all; what a person can put right is no reason."""
    try:
        with database.reading(services().engine) as session:
            seen = wizard.look(session, kept, Asked())
    except FileRefused as error:
        return error
    return seen.refusal if isinstance(seen.refusal, UnitUnsupported) else None


def _find(digest: str) -> Upload:
    return uploads.find(services().config.data_dir, digest)


def _index(form: Form) -> str:
    with database.reading(services().engine) as session:
        return render_template(
            "imports/index.html",
            form=form,
            page=batches.search(session, lists.of_request()),
            funds=preview_page.fund_choices(session, services().clock),
            accounts=preview_page.account_choices(session),
        )


def _preview(kept: Upload, form: Form) -> str:
    with database.reading(services().engine) as session:
        shown = preview_page.build(session, kept, form, clock=services().clock)
        return render_template("imports/preview.html", form=form, digest=kept.digest, shown=shown)


def _run(kept: Upload, form: Form) -> ImportResult:
    who: dict[str, Any] = {"actor": context.require_user().actor, "clock": services().clock}
    if not preview_page.is_as_shown(form):
        form.refuse("", translate("读取方式已改动，请先核对下面重新读取的结果，再导入"))
    with database.transaction(services().engine) as session:
        asked = preview_page.asked_of(form, kept.name)
        wanted = preview_page.request_of(session, form, clock=services().clock)
        form.require_complete()
        assert asked is not None
        assert wanted is not None
        seen = wizard.look(session, kept, asked)
        if seen.refusal is not None:
            raise seen.refusal
        assert seen.understanding is not None
        result = service.import_register(session, seen.understanding, wanted, **who)
        preview_page.keep_mapping(session, seen, asked, **who)
    return result


def _done(result: ImportResult) -> Response:
    known = len(result.examination.duplicates)
    if result.batch_id is None:
        flash(translate("文件中的 {count} 笔捐赠都已在账簿中，没有重复导入", count=known))
        return redirect(url_for("imports.index"), 303)
    flash(
        translate(
            "已导入 {count} 笔捐赠，合计 {total}；凭证等待审核",
            count=result.imported,
            total=money.grouped(result.examination.new_minor),
        )
    )
    return redirect(url_for("imports.show", batch_id=result.batch_id), 303)

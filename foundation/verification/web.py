"""`/verify`: genuine, replaced, cancelled, altered or unknown, at one glance and without a script.

Only who holds a document learns anything: a number alone tells nothing, names are masked, and
wrong attempts slow the browser down. The check itself is `receipts.verification`, the same that
the command `letters verify` makes.
"""

from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from foundation import database
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, mark, translate
from foundation.receipting import serving
from foundation.users import guard
from foundation.users.throttle import TooManyAttempts
from foundation.verification import limits
from ledger.errors import DomainError
from receipts import verification
from receipts.content import Kind
from receipts.verification import Verdict, VerdictStatus

blueprint = Blueprint("verification", __name__, url_prefix="/verify")
# A letter of ours has a few hundred kilobytes; whatever is longer is none of ours.
MOST_BYTES = 10 * 1024 * 1024
_LONGEST = 100
# Wrong attempts of one browser before it has to wait, and the longest wait.
_FREE, _LONGEST_WAIT = 20, 300

HEADINGS = {
    VerdictStatus.GENUINE: (mark("真实有效"), "good"),
    VerdictStatus.REPLACED: (mark("真实，但已被更换"), "caution"),
    VerdictStatus.CANCELLED: (mark("真实，但已作废"), "bad"),
    VerdictStatus.ALTERED: (mark("文件已被改动，无效"), "bad"),
    VerdictStatus.UNKNOWN: (mark("查无此件"), "bad"),
}
MEANINGS = {
    VerdictStatus.GENUINE: mark("本会出具过这份文件，目前有效。请与您手中的文件逐项核对。"),
    VerdictStatus.REPLACED: mark("本会出具过这份文件，后来以新文件更换，请以新文件为准。"),
    VerdictStatus.CANCELLED: mark("本会出具过这份文件，后来作废，不能再使用。"),
    VerdictStatus.ALTERED: mark("文件自称是下面的编号，但内容与本会出具的不同，请勿采信。"),
    VerdictStatus.UNKNOWN: mark("没有找到。请核对编号和核验码是否完整；文件须是收到时的原样。"),
}
KIND_NAMES = {
    Kind.LETTER: mark("捐赠确认函"),
    Kind.ANNUAL: mark("年度捐赠明细"),
    Kind.CERTIFICATE: mark("捐赠证书"),
    Kind.TAX_RECEIPT: mark("捐赠收据（境外税务）"),
}


@blueprint.get("")
@guard.public
def index() -> Response:
    """Offer the two ways: number and code, or the file."""
    return _page(Form.empty())


@blueprint.post("")
@guard.public
def by_number() -> Response:
    """Check by number and code."""
    form = Form.of_request()
    number = form.text("number", longest=_LONGEST)
    code = form.text("code", longest=_LONGEST)
    if form.errors:
        return _page(form, status=422)
    return _judged(form, number=number, code=code)


@blueprint.get("/<code>")
@guard.public
def by_code(code: str) -> Response:
    """Check by the code alone, as the QR code of a document gives it."""
    return _judged(Form.empty(), code=code[:_LONGEST])


@blueprint.post("/file")
@guard.public
def by_file() -> Response:
    """Check a file; it is read, judged and forgotten."""
    form = Form.of_request()
    given = request.files.get("file")
    content = b""
    if given is not None:
        content = given.stream.read(MOST_BYTES)
        given.close()
    if not content:
        form.refuse("file", translate("请选择收到的 PDF 文件"))
        return _page(form, status=422)
    return _judged(form, content=content)


def _judged(form: Form, *, code: str = "", number: str = "", content: bytes = b"") -> Response:
    browser = limits.subject(
        "verify", context.browser_address(), free=_FREE, longest_seconds=_LONGEST_WAIT
    )
    engine = services().engine
    try:
        with database.transaction(engine) as session:
            limits.admit(session, browser)
    except TooManyAttempts as error:
        return _refused(form, error)
    # Codes have letters and digits; what else was typed or put into the address is no part of one.
    typed = "".join(letter for letter in code if letter.isalnum())
    with database.reading(engine) as session:
        if content:
            trusted = serving.seal(session).trusted
            verdict = verification.by_file(session, content, trusted=trusted)
        else:
            verdict = verification.by_code(session, typed, number=number)
    if verdict.status is not VerdictStatus.UNKNOWN:
        with database.transaction(engine) as session:
            limits.forgive(session, browser)
    return _page(form, verdict=verdict, is_file=bool(content))


def _refused(form: Form, error: DomainError) -> Response:
    form.refuse("", describe(error))
    response = _page(form, status=error.status)
    response.headers["Retry-After"] = str(error.data["retry_after"])
    return response


def _page(
    form: Form, *, verdict: Verdict | None = None, is_file: bool = False, status: int = 200
) -> Response:
    values: dict[str, Any] = {"form": form, "verdict": verdict, "is_file": is_file}
    if verdict is not None:
        values |= {
            "heading": HEADINGS[verdict.status],
            "meaning": MEANINGS[verdict.status],
            "kind": KIND_NAMES[verdict.kind] if verdict.kind is not None else "",
        }
    response = make_response(render_template("verification/index.html", **values), status)
    # What a QR code opens names a gift; search engines have no business with it.
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

"""What stands behind the costs of the story: their elements, requests on the desks, a key."""

from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Session

from foundation.shared_costs import keys
from foundation.shared_costs.keys import KeyInput, ShareInput
from foundation.shared_costs.models import Basis, Function
from foundation.spending import approvals, classifying, drafts
from foundation.spending.classifying import OpenLine
from foundation.spending.drafts import BeneficiaryInput, PartInput, RequestInput
from foundation.spending.models import ProcurementMethod, SpendingKind
from ledger import catalogue
from ledger.clock import Clock

# What the summary of a voucher says, and the element of 189号 that it is.
_WORDS = (
    (("工资", "薪酬", "社保", "公积金"), "project_staff"),
    (("折旧", "设备", "图书", "器材", "物资", "场地"), "premises_material"),
    (("会议", "培训", "讲座", "论坛"), "project_meetings"),
    (("差旅", "交通"), "project_travel"),
    (("审计", "评估"), "project_audit"),
)
_MOST = 10_000
_YUAN = 100


def keep(session: Session, *, year: int, accountant: str, reviewer: str, clock: Clock) -> None:
    """Name every cost, leave two requests on the desks and one approved key of shared costs."""
    _name(session, year, actor=accountant, clock=clock)
    _ask(session, accountant=accountant, reviewer=reviewer, clock=clock)
    _share(session, accountant=accountant, reviewer=reviewer, clock=clock)


def _name(session: Session, year: int, *, actor: str, clock: Clock) -> None:
    last = clock.today().year * 100 + 12
    by_element: dict[str, list[tuple[int, int]]] = {}
    for line in classifying.unexplained(session, year * 100, last, limit=_MOST):
        by_element.setdefault(_element(line), []).append((line.voucher_id, line.line_no))
    for element, lines in by_element.items():
        classifying.classify(session, lines, element, actor=actor, clock=clock)


def _element(line: OpenLine) -> str:
    for words, element in _WORDS:
        if any(word in line.summary for word in words):
            return element
    return "grant"


def _ask(session: Session, *, accountant: str, reviewer: str, clock: Clock) -> None:
    today = clock.today()
    scholarship = RequestInput(
        kind=SpendingKind.SCHOLARSHIP,
        payee_name="示例大学学生资助管理中心",
        summary="发放冬季临时困难补助",
        requested_on=today,
        parts=(PartInput("AID", "grant", 6_000 * _YUAN),),
        relation="发起人",
        beneficiaries=tuple(
            BeneficiaryInput(f"A{number:02d}", name, 2_000 * _YUAN, unit)
            for number, (name, unit) in enumerate(
                (("安若溪", "文学院"), ("卜远舟", "理学院"), ("柯望舒", "工学院")), start=1
            )
        ),
    )
    purchase = RequestInput(
        kind=SpendingKind.PURCHASE,
        payee_name="栖梧图书有限公司",
        summary="购置图书馆特藏书架",
        requested_on=today,
        parts=(PartInput("LIB", "premises_material", 18_000 * _YUAN),),
        procurement=ProcurementMethod.DIRECT,
    )
    for entry, is_approved in ((scholarship, False), (purchase, True)):
        request = drafts.save_draft(session, entry, actor=accountant, clock=clock)
        approvals.submit(session, request.id, actor=accountant, clock=clock)
        if is_approved:
            approvals.approve(session, request.id, actor=reviewer, clock=clock)


def _share(session: Session, *, accountant: str, reviewer: str, clock: Clock) -> None:
    known = catalogue.load(session)
    today = clock.today()
    chart = known.period(today.year * 100 + today.month).chart
    entry = KeyInput(
        code="OFFICE",
        name="办公用房和办公费用",
        basis=Basis.AREA,
        fund="GEN",
        charitable_element="premises_material",
        management_element="office",
        valid_from=date(today.year, 1, 1),
        paper="办公用房使用面积清单（示例）",
        accounts=(known.tagged(chart, "management_expense", "unrestricted").code,),
        elements=(),
        shares=(
            ShareInput(Function.CHARITABLE, "AID", Fraction(40)),
            ShareInput(Function.CHARITABLE, "GEN", Fraction(60)),
            ShareInput(Function.MANAGEMENT, "GEN", Fraction(100)),
        ),
    )
    key = keys.save_key(session, entry, actor=accountant, clock=clock)
    keys.approve(session, key.code, key.version, actor=reviewer, clock=clock)

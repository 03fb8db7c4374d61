"""The words people read about agreements; translated where they are shown."""

from foundation.agreements.models import AgreementState, Reporting
from foundation.http.languages import mark

STATES = {
    AgreementState.DRAFT: (mark("起草中"), "waiting"),
    AgreementState.SIGNED: (mark("已签署"), "done"),
    AgreementState.ENDED: (mark("已结束"), "muted"),
    AgreementState.CANCELLED: (mark("已作废"), "muted"),
}
REPORTING = {
    Reporting.NONE: mark("不约定"),
    Reporting.YEARLY: mark("每年"),
    Reporting.HALF_YEARLY: mark("每半年"),
    Reporting.AT_END: mark("项目结束时"),
}
# Fields of an agreement, as a change names them.
FIELDS = {
    "title": mark("名称"),
    "purpose": mark("用途"),
    "amount_minor": mark("协议金额"),
    "fee_basis_points": mark("管理费上限"),
    "naming": mark("冠名"),
    "naming_approval": mark("冠名批准"),
    "reporting": mark("使用情况报告"),
    "funds": mark("基金"),
    "ends_on": mark("结束日期"),
    "delivery": mark("交付安排"),
    "donor_signatory": mark("捐赠方签署人"),
    "foundation_signatory": mark("基金会签署人"),
    "third_party": mark("第三方"),
    "note": mark("备注"),
    "may_pool": mark("学校可统筹"),
    "has_return_benefit": mark("捐赠人取得回报"),
    "results_to_university": mark("成果归学校"),
    "is_in_kind": mark("非货币捐赠"),
    "is_instalments": mark("分期到账"),
    "is_construction": mark("工程项目"),
    "is_overseas": mark("境外捐赠"),
    "is_asked_by_donor": mark("捐赠人要求签协议"),
}
ACTS = {
    "agreement.record": mark("起草"),
    "agreement.change": mark("变更"),
    "agreement.sign": mark("登记签署"),
    "agreement.ended": mark("结束"),
    "agreement.cancelled": mark("作废"),
    "agreement.attach": mark("上传附件"),
}
FACTS = (
    ("is_asked_by_donor", mark("捐赠人要求签订书面协议")),
    ("is_instalments", mark("分期到账")),
    ("is_in_kind", mark("实物等非货币捐赠")),
    ("is_construction", mark("工程建设项目")),
    ("is_overseas", mark("境外捐赠")),
)
MATCH_FACTS = (
    ("may_pool", mark("学校可以统筹使用")),
    ("has_return_benefit", mark("捐赠人取得回报或其他利益")),
    ("results_to_university", mark("科研成果归学校所有")),
)
YES_NO = (("yes", mark("是")), ("no", mark("否")))

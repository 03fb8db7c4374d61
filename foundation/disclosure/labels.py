"""Words for the states of publications and for when entries are about."""

from foundation.disclosure.models import VersionState
from foundation.http.languages import mark

STATES = {
    VersionState.PREPARED: (mark("待复核"), "waiting"),
    VersionState.PUBLISHED: (mark("已公开"), "done"),
    VersionState.DECLINED: (mark("已退回"), "muted"),
}
EXPLANATIONS = {
    "basic": mark("机构名称、住所和联系方式，来自机构资料。"),
    "papers": mark("附上章程、登记证书和管理制度的 PDF；税前扣除资格来自资料。"),
    "annual_report": mark("附上年度工作报告的 PDF。"),
    "statements": mark("只能公开已签发的会计报表，附件为签发的原文件。"),
    "gifts": mark("按捐赠人的公示意愿列出姓名和金额，其余合计。"),
    "uses": mark("按支出内容和公开项目列出已记账的支出，不列收款人。"),
    "projects": mark("公开的基金项目的年初、收入、支出和年末。"),
    "related_event": mark("与重要关联方的一项交易，须在三十日内公开。"),
    "payment": mark("一笔已支付的大额支出；收款人为自然人时不列姓名。"),
    "notice": mark("自拟的公告，如重大资产变动、重大投资、慈善信托、剩余财产处理。"),
    "fundraising": mark("公开的筹款活动及其募得金额。"),
}

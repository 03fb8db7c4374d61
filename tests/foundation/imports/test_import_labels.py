"""Column labels in many wordings."""

import pytest

from foundation.imports import labels

WORDINGS = {
    "donor": (
        "捐赠人 捐款人 捐赠者 捐赠方 捐方 捐助人 捐献人 捐赠单位 捐赠单位及个人"
        " 捐赠(单位/姓名） 捐款单位（个人） 捐赠人（单位）名称 捐赠者（单位/个人）"
        " 捐赠人姓名/单位名称 捐赠企业 捐赠来源 善款来源 爱心人士 出资人 户名 对方户名"
        " 对方单位名称 对方账户名称 交易对方 对手名称 收(付)方名称 收/付方名称 付款人"
        " 付款人名称[Payer's] 汇款人 缴款人 来款单位 客户名称 姓名 校友姓名 单位/个人 单位"
        " 名称 姓名（单位）"
    ),
    "amount": (
        "金额 捐赠金额（元） 捐赠金额(万元) 捐款数额 捐款数额(元) 捐赠额 款额 数额"
        " 捐款(元) 善款金额 捐赠资金（元） 到账金额 实收金额 贷方发生额"
        " 贷方发生额/元(收入) 贷方金额 收入 收入金额 存入金额 转入金额 人民币（元）"
        " 人民币元 金额/元 折合人民币（元） 交易金额[Trade] 金额（人民币：元）"
        " 捐赠金额(单位：元) 捐款金额（￥） 现金(元)"
    ),
    "date": (
        "日期 捐赠日期 捐款时间 捐款日 到账时间 到账日 入账日 入账日期 收款日期 收到日期"
        " 来款日期 交易日期 交易日 交易时间 记账日期 汇款日期 时间 年月日 日期（年月日）"
        " 登记日期"
    ),
    "note": (
        "备注 备注/留言 备注（用途） 附言 用途/附言 摘要 交易摘要 留言 说明 捐赠说明 交易备注"
    ),
    "fund": "项目 捐赠项目 项目名称 专项基金 基金名称 捐赠意向 用途 捐赠用途",
    "reference": "流水号 交易流水号 账户明细编号-交易流水号 交易号 订单号 商户单号 凭证号",
    "method": "支付方式 捐赠方式 支付渠道 捐赠渠道 收款方式",
    "donor_id_number": "证件号 身份证号 统一社会信用代码 捐赠人证件号码 纳税人识别号",
    "phone": "电话 联系电话 手机号 捐赠人电话",
    "email": "邮箱 电子邮件 E-mail",
    "serial": "序号 编号 No. 项次",
    "currency": "币种 货币",
    "direction": "借贷标志 收/支 交易类型",
    "debit": "借方发生额 借方发生额/元(支取) 支出金额",
    "balance": "余额 账户余额 本次余额",
    "counterparty_account": "对方账号 付款人账号 收/付方帐号",
}

ALIKE = (
    "捐赠人类型 联系人 经办人 收款人名称 收款账号 本方账号 对方开户行 票据号码"
    " 出生日期 大写金额 累计捐款金额 认捐金额 承诺金额 退款金额 手续费 数量 捐款笔数"
    " 物资折价(元) 金额（美元） 金额(港币) 原币金额"
)


@pytest.mark.parametrize(
    ("label", "role"), [(label, role) for role, text in WORDINGS.items() for label in text.split()]
)
def test_wording_names_its_role(label: str, role: str) -> None:
    found = labels.role_of(labels.label_text(label))

    assert found is not None
    assert found.role == role


@pytest.mark.parametrize("label", ALIKE.split())
def test_what_only_looks_alike_has_no_role(label: str) -> None:
    found = labels.role_of(labels.label_text(label))

    assert found is not None
    assert found.role == labels.OTHER


def test_received_amount_goes_before_other_amounts() -> None:
    weights = [
        found.weight
        for label in ("到账金额", "贷方发生额", "捐赠金额", "金额", "合计")
        if (found := labels.role_of(label))
    ]

    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == 5


@pytest.mark.parametrize(
    "cell", ["2月1日，收到社会捐款1,945.81万元，累计收到", "捐赠人：张", 5, None, "长" * 40]
)
def test_prose_and_values_are_no_labels(cell: str | int | None) -> None:
    assert labels.label_text(cell) == ""


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("捐赠金额(元)", 1),
        ("金额(万元)", 10_000),
        ("金额/千元", 1000),
        ("金额", None),
        ("金额(亿元)", 10**8),
    ],
)
def test_unit_is_read_from_the_label(label: str, unit: int | None) -> None:
    assert labels.unit_of(label) == unit


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("单位:元", 1),
        ("金额单位:人民币万元", 10_000),
        ("(单位:万元)", 10_000),
        ("共收到5万元", None),
    ],
)
def test_unit_is_read_from_its_line(line: str, unit: int | None) -> None:
    assert labels.unit_line(line) == unit

"""Column labels of registers and bank statements, and the roles that they name.

The first rule that fits a label decides its role; the weight decides between two columns of
the same role, so that 到账金额 wins over 金额. Rules that come early keep a word such as 账号
or 电话 from being taken for the donor whose it is.
"""

import re
from typing import NamedTuple

from foundation.imports.amounts import fold_of
from foundation.imports.cells import Cell, compact

_LONGEST_LABEL = 30
OTHER = "other"


class Label(NamedTuple):
    """What a label says: the role of its column, and how well it says it."""

    role: str
    weight: int


_RULES: tuple[tuple[str, int, str], ...] = (
    # What looks like a donor, an amount or a date, and is none.
    ("direction", 40, r"^交易类型$"),
    (OTHER, 0, r"类型|类别|性质|属性|种类|人数|人次|笔数|数量|份数|件数|单价|规格|计量"),
    (OTHER, 0, r"^(物资|物品|产品|商品|货物|开票|票据|发票)"),
    ("direction", 80, r"(借贷|借/贷|收支|收/支|来往[账帐]|收付标|交易方向)(?!.*额)"),
    ("donor_id_number", 80, r"证件|身份证|信用代码|税号|识别号|组织机构代码|证照|idno"),
    ("phone", 80, r"电话|手机|联系方式|联系号码|phone|mobile|^tel"),
    ("email", 80, r"邮箱|电子邮件|e-?mail"),
    (OTHER, 0, r"地址|邮编|籍贯|省份|城市|地区|国籍"),
    (OTHER, 0, r"经办|制表|审核|复核|录入|操作员|柜员|登记人|记账人|联系人|负责人|介绍人|审批"),
    ("method", 80, r"方式|渠道|途径|平台|形式|method|channel"),
    (OTHER, 0, r"开户|行名|行号|分行|支行|银行$|交易行|网点|机构号|交易机构"),
    (OTHER, 0, r"^(本方|我方|收款|受赠|受捐|受益|受助|接收|领取)(?!.*(额|日期?$|时间))"),
    ("counterparty_account", 80, r"[账帐]号|卡号|[账帐]户号|[账帐]户$"),
    ("balance", 80, r"余额|结余|结存|balance"),
    ("debit", 80, r"借方(?!.*[户名账])|支出|转出|支取|付出|取出|汇出|往账|debit"),
    ("currency", 80, r"币种|货币|币别|currency"),
    # Dates.
    (OTHER, 0, r"(出生|打印|导出|创建|更新|开票|承诺|协议|签|起息|有效|截止).*(日|时间)"),
    ("date", 80, r"(到[账帐]|入[账帐]|收款|收到|进[账帐]|来款|接收|实收).*(日|时间)"),
    ("date", 70, r"捐[赠款助献资]?.*(日期|时间|日$)"),
    ("date", 60, r"(交易|汇款|付款|支付|转账|缴款).*(日期|日$)"),
    ("date", 58, r"(记[账帐]|业务|发生).*(日期|时间|日$)"),
    ("date", 55, r"(交易|汇款|付款|支付|转账|缴款).*时间"),
    ("date", 30, r"(登记|公示|填报).*(日|时间)"),
    ("date", 50, r"日期|年月日|^日$|date"),
    ("date", 40, r"时间|time"),
    # Numbers that identify.
    (OTHER, 0, r"(票据|收据|发票|证书|票)(编号|号码?)"),
    ("reference", 30, r"企业流水|客户流水|流程实例"),
    ("reference", 80, r"流水号?$|流水(编号|号码)|transactionid"),
    ("reference", 70, r"交易单号|订单|商户单号|交易号|交易编号|交易序号"),
    ("reference", 50, r"参考号|业务编号|业务号|回单|唯一标识|reference|serialnumber"),
    ("reference", 40, r"凭证号|凭证编号|捐[赠款](编|单)号"),
    ("serial", 80, r"^(序号?|序列号?|编号|行号|no\.?|#|号|顺序号?|项次)$"),
    # Amounts. A pledge or a sum over other rows is not what was received now.
    (
        OTHER,
        0,
        r"大写|累计|认捐|认领|承诺|协议.*额|应收|未到|退|手续费|服务费|税|汇率|差额|名额|限额",
    ),
    (OTHER, 0, r"(物资|实物).*(折|价|估)|折价|估值|市值|公允|目标|使用金额|已使用"),
    ("amount", 10, r"^(合计|小计|总计?|共计)(金额|数?额|数)?$"),
    ("amount", 20, r"(物资|物品).*额"),
    (
        "amount",
        80,
        r"(到[账帐]|入[账帐]|实收|实到|收款|进[账帐]|接收).*(额|款数|金)|^(到[账帐]|实收)数?$",
    ),
    ("amount", 75, r"贷方(?!.*[户名账])|(存入|转入|收入|收到).*额|^(收入|存入|转入)$|credit"),
    ("amount", 72, r"折合?人民币"),
    ("amount", 70, r"捐[赠款助献资].*(额|款数|资金$)|善款.*额"),
    ("amount", 60, r"金额|数额|款额|发生额|amount"),
    ("amount", 50, r"^(捐款|捐赠|捐资|捐赠款|捐款数|善款|款项|现金|资金|钱数|现金捐赠|资金捐赠)$"),
    ("amount", 40, r"^(人民币|rmb|额|money)$"),
    # Words around the gift.
    ("note", 80, r"备注|^注$|memo|remark|note"),
    ("note", 70, r"附言"),
    ("fund", 80, r"(捐[赠款]|资助|善款)?(项目|基金(?!会)|意向|定向|专项)|fund|project"),
    ("fund", 60, r"用途|活动|主题|purpose"),
    # Donors.
    (
        "donor",
        85,
        r"捐[赠款助献资]?.*(人|方|者|单位|企业|公司|机构|团体|组织|姓名|名称|名单|主体|来源|校友)",
    ),
    (
        "donor",
        85,
        r"donor|善款来源|爱心(人士|企业|单位|人)|(资助|赞助|出资)(人|方|者|单位|企业)|^捐方$",
    ),
    (
        "donor",
        80,
        r"(收[/(]?付\)?方|对方|对手|交易对方).*(户|名|单位|姓)|^(交易对[方手]|对方)$|payer",
    ),
    ("donor", 75, r"(付款|汇款|缴款|交款|转[账帐]|打款|来款|支付)(人|方|者|单位|户名|[账帐]户名)"),
    ("donor", 60, r"户名|[账帐]户名称|客户名称?|客户姓名"),
    ("donor", 55, r"姓名|名字|昵称|称呼"),
    (
        "donor",
        45,
        r"^(单位|个人|企业|公司|机构|团体|名称|name)|单位名称?|(企业|公司|机构|团体)(名称|/)|(单位|个人)$",
    ),
    ("note", 60, r"留言|祝福|寄语"),
    ("note", 50, r"说明"),
    ("note", 40, r"摘要|summary|description"),
)
_COMPILED = tuple((role, weight, re.compile(rule)) for role, weight, rule in _RULES)

_ENGLISH_BESIDE = re.compile(r"\[[\x00-\x7f]*\]")
_UNIT_WORD = r"(?:单位:?)?(?:人民币|rmb|¥)?:?(亿|百万|十万|万|千|百)?元"
_UNIT = re.compile(rf"(?<![美欧港日韩澳加台]){_UNIT_WORD}")
_UNIT_OF_LABEL = re.compile(rf"[(/,:]?{_UNIT_WORD}\)?|\((?:人民币|rmb|¥|单位:?)\)")
_FOREIGN = re.compile(r"[美欧港日韩澳加台]元|美金|港币|英镑|台币|原币|外币|汇率|usd|hkd|eur")
_FEN = re.compile(r"[(/](?:单位:?)?分\)?$|^分$")
# A colon with something behind it, a full stop, numbers in a list: no label has these.
_PROSE = re.compile(r"[:。;!?]|,.*\d|\d.*,")
_UNIT_LINE = re.compile(
    r"(?:单位|金额|货币单位|币种):?(?:人民币)?[:、/(]?((?:亿|百万|十万|万|千|百)?元)"
)


def label_text(cell: Cell) -> str:
    """Return the label for comparing, without the English beside it; '' if it cannot be one."""
    if not isinstance(cell, str):
        return ""
    text = _ENGLISH_BESIDE.sub("", compact(cell).lower()).strip("*:")
    if len(text) > _LONGEST_LABEL or _PROSE.search(_UNIT_OF_LABEL.sub("", text)):
        return ""
    return text


def role_of(label: str) -> Label | None:
    """Return the role that a label names (the text of `label_text`), None if no rule fits."""
    if _FOREIGN.search(label):
        return Label(OTHER, 0)
    # A column may be called nothing but 人民币(元).
    bare = _UNIT_OF_LABEL.sub("", label) or ("人民币" if label.startswith("人民币") else "")
    for role, weight, rule in _COMPILED:
        if rule.search(bare):
            return Label(role, weight)
    return None


def unit_of(label: str) -> int | None:
    """Return the unit that the label of an amount names, in yuan; None if it names none."""
    match = _UNIT.search(label)
    return fold_of(match[1] or "元") if match else None


def counts_fen(label: str) -> bool:
    """Tell whether the label says that the amounts are in fen."""
    return _FEN.search(label) is not None


def unit_line(text: str) -> int | None:
    """Return the unit that a line such as `单位：万元` states, in yuan."""
    match = _UNIT_LINE.search(text)
    return fold_of(match[1]) if match else None

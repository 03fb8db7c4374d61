"""What each check of the integrity suite proves, in the words of a bookkeeper."""

from foundation.http.languages import mark

LABELS: dict[str, str] = {
    "voucher_balanced": mark("已记账凭证按基金借贷平衡"),
    "voucher_two_lines": mark("已记账凭证至少有两条分录"),
    "numbers_gap_free": mark("凭证号从 1 起连续，不断号、不重号"),
    "voucher_chain": mark("已记账凭证未被改动（摘要链）"),
    "period_chain": mark("已结账期间的凭证未增减（摘要链）"),
    "trail_chain": mark("操作日志未被改动或删除（摘要链）"),
    "preparer_not_reviewer": mark("制单人与审核人不是同一人"),
    "voucher_in_its_period": mark("凭证日期在所属期间内"),
    "closed_is_closed": mark("结账后没有再记账"),
    "closed_in_order": mark("各期间依次结账"),
    "reversal_mirrors": mark("红字凭证与原凭证一致，且只冲销一次"),
    "movements_agree": mark("发生额与分录一致"),
    "checkpoints_agree": mark("期末余额与发生额一致"),
    "fund_checkpoints_agree": mark("基金余额与科目余额一致"),
    "agency_balanced": mark("受托代理资产等于受托代理负债"),
    "restricted_not_overspent": mark("限定性基金没有透支"),
    "chart_of_the_year": mark("分录使用当年的科目表"),
    "posted_in_trail": mark("每张已记账凭证都有记账记录"),
    "source_documents": mark("普通凭证附有原始单据"),
    "gift_allocated": mark("捐赠在各基金的分配之和等于捐赠金额"),
    "gift_in_ledger": mark("捐赠分配与凭证分录一致"),
    "gift_in_place": mark("捐赠的日期和账户与凭证一致"),
    "gift_of_voucher": mark("每张捐赠凭证都有对应的捐赠"),
    "gift_ended": mark("凭证作废或冲销时捐赠同时终止"),
    "gift_changes_covered": mark("退回金额不超过捐赠金额"),
    "gift_replaced": mark("更正的捐赠指明替代它的捐赠"),
    "gift_fingerprint": mark("捐赠指纹与内容一致"),
    "import_batch_complete": mark("导入批次的捐赠笔数和金额完整"),
    "bills_within_received": mark("有效票据不超过实收金额"),
    "bill_covers_its_amount": mark("票据对应的捐赠之和等于票据金额"),
    "documents_live": mark("文件与捐赠的关联状态一致"),
    "documented_is_posted": mark("只有已记账的捐赠才有票据和函件"),
    "documented_stands": mark("已终止的捐赠没有有效票据或函件"),
    "letter_gifts": mark("函件所列捐赠与登记一致"),
    "bill_without_gift": mark("每张票据都对应捐赠"),
    "letter_numbers_gap_free": mark("函件编号连续，不断号、不重号"),
    "letter_content": mark("已出具函件的内容未被改动"),
    "letter_replaced": mark("被替换的函件指明替换件"),
    "letter_original": mark("每份函件只有一个正本"),
    "red_bill_mirrors": mark("红字票据冲回一张蓝字票据的全额"),
    "bill_lines_agree": mark("票据明细之和等于票据金额"),
    "bill_numbers_complete": mark("领用的每个票据号码都有登记"),
    "bill_number_once": mark("每个票据号码只使用一次"),
    "document_files": mark("文件内容与入库时一致"),
    "voucher_files": mark("原始凭证附件与入档时一致"),
}


def label_of(name: str, proves: str = "") -> str:
    """Return the Chinese words for a check, or what it says itself."""
    return LABELS.get(name, proves or name)

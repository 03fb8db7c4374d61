"""The tables of the annual report (年度工作报告), from the books and from what people wrote."""

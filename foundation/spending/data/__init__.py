"""The rules of spending, dated and sourced."""

"""Spending and management ratios: rules as dated data, exact arithmetic, verdicts and flags."""

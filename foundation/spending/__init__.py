"""Spending: requests, approvals, payments, and the vouchers that follow."""

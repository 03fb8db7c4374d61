"""The books: money, funds, accounts, vouchers, periods, proof."""

"""The books on pages, in the API and in commands: vouchers, accounts, periods."""

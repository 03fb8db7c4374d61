"""Gifts: recording, correcting and refunding them, with the vouchers they make."""

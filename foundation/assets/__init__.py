"""Registers of things: fixed assets, donated goods, investments, what is held for others."""

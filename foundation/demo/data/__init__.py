"""The invented funds, donors and occasions of the demo foundation."""

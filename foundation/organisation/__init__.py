"""The organisation itself: its name and facts, and how a new set of books begins."""

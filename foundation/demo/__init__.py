"""The demo foundation: two believable years of its books, told as data and loaded whole."""

"""What the documents of each country are called, say and must not say, as dated data."""

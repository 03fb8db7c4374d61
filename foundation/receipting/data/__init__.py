"""Terms of documents that rules and good practice set, as dated data."""

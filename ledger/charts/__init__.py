"""Charts of accounts as dated data, and the reader that checks them."""

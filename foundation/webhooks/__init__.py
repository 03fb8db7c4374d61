"""Web addresses that are told of what happens in the books."""

"""Reports to donors on the use of a gift: what came in, what was spent, on what."""

"""Claims for the government's match: schemes as dated data, and the pure engine over them."""

"""Control totals (勾稽): each computed from two sides that do not know of each other."""

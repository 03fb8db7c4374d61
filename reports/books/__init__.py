"""The statutory books and what stands beside them, one module for each report."""

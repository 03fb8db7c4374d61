"""Measurements: ratios against a peer or a bare limit in the same run, never timed tests."""

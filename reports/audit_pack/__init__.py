"""The audit pack: everything an assessment asks for, in one file that proves itself."""

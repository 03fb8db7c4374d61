"""People who sign in: their roles, their sessions, and what they may do."""

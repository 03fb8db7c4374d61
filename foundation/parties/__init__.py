"""Related parties (关联方): who they are, what happened with them, and what must be published."""

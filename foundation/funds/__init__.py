"""Fund projects as people see them, on top of the funds of the ledger."""

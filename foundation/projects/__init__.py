"""Fund projects: what donors see of a fund, its endowment rules, and campaigns over many funds."""

"""Evidence that the books do not produce: checked uploads, papers, explanations, audit packs."""

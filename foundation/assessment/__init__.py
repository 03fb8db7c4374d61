"""The 3A workspace: rubrics, evidence, self-score, and who must do what by when."""

"""The auditor's desk: samples with their papers, questions and answers, and who opened what."""

"""The papers of a claim: application workbook, evidence folder, register of claim lines."""

"""Public disclosure (信息公开): frozen publications, approved by a second person."""

"""The calendar of duties: what the law and the organisation want done by when."""

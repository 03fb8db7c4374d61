"""Where the fields of official paper forms stand, one dated file for each form."""

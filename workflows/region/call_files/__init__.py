"""A call with its policy as one readable file: read with the place of every value, checked, and written again with its comments."""

"""What entries of the ledger commit to in the rows of ideas, awards and documents, and whether the rows are still as committed."""

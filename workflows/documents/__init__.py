"""Content in, bytes out: certificates, letters and reports as PDF/A and spreadsheets."""

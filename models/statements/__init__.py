"""Statements on tables, for the rows a request reads or writes most: no objects, but values of a type."""

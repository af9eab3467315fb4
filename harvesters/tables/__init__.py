"""Reads the tables that agencies publish, as they are: CSV in any encoding, workbooks, headers that start late,
merged cells, notes around the table. What a cell means is decided by the `table` kind's column map."""

from .reading import Layout, Row, Table, read_table

__all__ = ["Layout", "Row", "Table", "read_table"]

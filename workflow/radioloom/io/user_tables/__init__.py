"""The one reader of tables that users hand in: text (CSV, TSV, also with .gz) and Excel workbooks."""

"""What a run found, as a page and as a sheet."""

from assist.duplicates.report.contents import Contents, contents_of
from assist.duplicates.report.page import page
from assist.duplicates.report.parquet import write_parquet
from assist.duplicates.report.sheet import csv_text, sheet, write_csv

__all__ = ["Contents", "contents_of", "csv_text", "page", "sheet", "write_csv", "write_parquet"]

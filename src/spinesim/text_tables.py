"""The tables that summaries print."""

from collections.abc import Sequence

from rich import box
from rich.table import Table


def new_table(names: Sequence[str], numbers: Sequence[str]) -> Table:
    """Return an empty table: columns of words to the left, of numbers to the right."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for header in names:
        table.add_column(header)
    for header in numbers:
        table.add_column(header, justify="right")
    return table

"""``spinesim``, and ``python -m spinesim``: one command in a process of its own."""

import gc
import io
import sys

from spinesim import cli


def main() -> int:
    """Run the command and return its exit code.

    Looking for garbage takes a tenth of a short run while hundreds of modules load, and a fifth when at the end all of
    them are taken apart though the process goes anyway.
    """
    gc.set_threshold(50_000, 20, 100)
    _write_all_or_fail()
    code = cli.main()
    gc.freeze()
    return code


def _write_all_or_fail() -> None:
    """Put a buffer before an unbuffered stdout (PYTHONUNBUFFERED): a full disk takes part of a text, and without a
    buffer that asks for the rest nobody would hear of it.
    """
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.RawIOBase):
        encoding, lines = stream.encoding, stream.isatty()
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(stream.detach()), encoding, "replace", line_buffering=lines)


if __name__ == "__main__":
    sys.exit(main())

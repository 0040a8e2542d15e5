"""``spinesim``, and ``python -m spinesim``: one command in a process of its own."""

import gc
import sys

from spinesim import cli


def main() -> int:
    """Run the command and return its exit code.

    Looking for garbage takes a tenth of a short run while hundreds of modules load, and a fifth when at the end all of
    them are taken apart though the process goes anyway.
    """
    gc.set_threshold(50_000, 20, 100)
    code = cli.main()
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())

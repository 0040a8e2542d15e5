"""``python -m spinesim`` is the command ``spinesim``."""

import sys

from spinesim.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""Settings shared by all tests."""

import os

from hypothesis import settings

# Compiling and a loaded machine make single examples slow, so no deadline anywhere; ci repeats exactly.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

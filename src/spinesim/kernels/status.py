"""How a solve can end. The sentences that go with the codes live in `spinesim.results`."""

CONVERGED = 0
RESERVE_USED = 1
NOT_CONVERGED = 2
UNSTABLE = 3
IMPOSSIBLE = 4  # in sweeps: never solved, because the model does not cover the posture or the hands do not reach

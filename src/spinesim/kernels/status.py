"""How a solve can end. The sentences that go with the codes live in `spinesim.results`."""

CONVERGED = 0
RESERVE_USED = 1
NOT_CONVERGED = 2
UNSTABLE = 3

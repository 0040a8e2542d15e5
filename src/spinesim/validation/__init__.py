"""Published measurements as cases: read them, measure the engine against them, judge, and report."""

from spinesim.validation.cases import SUITES, Case, read_case, read_suites
from spinesim.validation.run import Validation, choose, run_cases

__all__ = ["SUITES", "Case", "Validation", "choose", "read_case", "read_suites", "run_cases"]

"""Objects to tables: a model, a person and a scenario become SI arrays for the kernels. Units end before this room."""

from spinesim.assembly.assemble import Assembly, assemble
from spinesim.assembly.specimen import SpecimenAssembly, assemble_specimen
from spinesim.assembly.subject import Subject

__all__ = ["Assembly", "SpecimenAssembly", "Subject", "assemble", "assemble_specimen"]

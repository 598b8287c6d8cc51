"""Invented returns of invented schools: for the demonstration, for tests, and for measuring speed."""

from pipelines.sample.faults import ProcedureChange
from pipelines.sample.generating import Sample, generate
from pipelines.sample.sending import SampleReturn
from pipelines.sample.writing import write

__all__ = ["ProcedureChange", "Sample", "SampleReturn", "generate", "write"]

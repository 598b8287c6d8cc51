"""Reference files about schools, read as they are published: the register, trusts, links."""

from pipelines.reference.reading import ReferenceFile, read_reference

__all__ = ["ReferenceFile", "read_reference"]

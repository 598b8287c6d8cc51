"""Everything that touches files, the warehouse or a figure."""

"""From bytes to checked rows: read, personal-data gate, mapping, staged checks."""

"""Pure methods for small numbers. Each states its source."""

"""The language: what words, columns, rules and measures mean."""

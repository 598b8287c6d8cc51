"""What may leave an organisation: one fixed family of tables, protected together, released and kept."""

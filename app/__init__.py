"""The portal: pages, charts and who is looking. No SQL, no arithmetic."""

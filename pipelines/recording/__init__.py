"""From the export of a recording system to a de-identified return: at the school, offline, nothing kept."""

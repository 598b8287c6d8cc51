"""Withhold enough of linked tables of counts that nothing can be worked back; and try to, as a reader would."""

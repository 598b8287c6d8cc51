"""The steps of sending a return, each a part of the one page: choosing, nil, checked, previewing, sent."""

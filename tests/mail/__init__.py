"""E-mails through a real mail server on this machine."""

"""Every front door: the command line and the pages. Nothing here knows how answers are found."""

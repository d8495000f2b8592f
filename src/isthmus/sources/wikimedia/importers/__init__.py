"""One file for each kind of record; a new file here is found and run, nothing else needs to know of it."""

"""The real histories of the border: every version of its NAT list, filters and definitions, judged in order of time.

`versions` puts the versions in order, `border` makes of each moment the snapshot that `check` would read, `walk` judges
one moment after the other, `windows` finds out how long each finding stood, `report` prints. `python -m tests.history`
does all of it; `docs/history.md` tells how to read what it prints.
"""

"""A named person stated that the requirement is met, with a date and a reason that others can weigh.

The latest statement counts. One that says `holds: false` makes the requirement not met; none at all leaves it
unknown.
"""

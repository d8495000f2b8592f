"""A named person stated that the requirement is met, with a date and a reason that others can weigh.

A statement counts from its date on, and of each voice (an owner, or a person who speaks for nobody) the latest. One
voice that says `holds: false` makes the requirement not met; where nobody has spoken it is unknown.
"""

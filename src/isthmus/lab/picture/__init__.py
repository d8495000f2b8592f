"""The topology of a lab as a picture: a column for each node, a row for each segment, a dot for each interface."""

from isthmus.lab.picture.svg import svg

__all__ = ["svg"]

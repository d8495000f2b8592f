"""Exercising an estate in its lab: what is worth sending, sending it, and the record of what became of it."""

from isthmus.lab.exercise.aims import Aim, Aims, aims
from isthmus.lab.exercise.places import Places
from isthmus.lab.exercise.run import Occasion, exercise

__all__ = ["Aim", "Aims", "Occasion", "Places", "aims", "exercise"]

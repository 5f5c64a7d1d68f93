"""Synthetic number plates: flat pictures of plates with their texts (`render_plate`)."""

from .countries import CODES, COUNTRIES
from .render import RenderedPlate, render_plate

__all__ = ["CODES", "COUNTRIES", "RenderedPlate", "render_plate"]

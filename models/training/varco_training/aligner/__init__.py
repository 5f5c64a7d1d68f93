"""The aligner: looks at a detection again, a little wider, and tells where the plate's corners are and whether it is a plate at all."""

from __future__ import annotations

WIDTH, HEIGHT = 160, 64
"""Size of the view the network sees, pixels."""
REACH_X, REACH_Y = 0.3, 0.6
"""How far the view reaches beyond the detection on each side, as a share of its width and of its height."""

"""The vehicle detector's network: the plate detector's first stages, a deeper last one, one map at stride 16."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..detector.network import Conv, CrossStage, PyramidPool
from ..detector.vehicles import CLASSES

STRIDE = 16
"""Pixels of the network's picture per cell of the map."""
GEOMETRY = 4
"""Outputs per cell beside a logit per class: centre offset (2), log size (2)."""

CLASS_PRIOR = 0.01
"""What the untrained network thinks of every class in every cell; keeps the first steps calm."""


class VehicleDetector(nn.Module):
    """Pictures [N,3,H,W] (RGB, 0..1, H and W multiples of 32) to maps [N,10,H/16,W/16]: a logit per class, centre offset, log size.

    Vehicles are larger than plates: they are looked at in a smaller picture, and what tells a bus from a truck is the whole of
    it, so most of the weights are where a cell sees the most. The first three stages have the shape of the plate detector's, so
    that they can begin with its weights.
    """

    def __init__(self) -> None:
        super().__init__()
        self.to4 = nn.Sequential(Conv(3, 32, 6, 4), Conv(32, 32))
        self.to8 = nn.Sequential(Conv(32, 64, 3, 2), CrossStage(64, 64, 2))
        self.to16 = nn.Sequential(Conv(64, 96, 3, 2), CrossStage(96, 96, 2))
        self.to32 = nn.Sequential(Conv(96, 224, 3, 2), CrossStage(224, 224, 2), PyramidPool(224))
        self.lateral = Conv(224, 96, 1)
        self.mix = CrossStage(192, 112, 1)
        self.boxes = nn.Sequential(Conv(112, 64), Conv(64, 64))
        self.kinds = nn.Sequential(Conv(112, 64), Conv(64, 64))
        self.box = nn.Conv2d(64, GEOMETRY, 1)
        self.kind = nn.Conv2d(64, CLASSES, 1)
        for output in (self.box, self.kind):
            nn.init.normal_(output.weight, std=0.01)
            nn.init.zeros_(output.bias)
        with torch.no_grad():
            self.kind.bias.fill_(torch.logit(torch.tensor(CLASS_PRIOR)).item())
            self.box.bias[2:] = 1.6  # a vehicle of about 80x80 px

    def forward(self, images: Tensor) -> Tensor:
        at16 = self.to16(self.to8(self.to4(images)))
        up = functional.interpolate(self.lateral(self.to32(at16)), scale_factor=2.0, mode="nearest")
        mixed = self.mix(torch.cat([up, at16], 1))
        return torch.cat([self.kind(self.kinds(mixed)), self.box(self.boxes(mixed))], 1)

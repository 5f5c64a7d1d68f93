"""The vehicle classifier's network: the vehicle detector's stages on one vehicle, then one word on the whole and where it ends."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..detector.network import Conv, CrossStage
from ..detector.vehicles import CLASSES

SIDE_PX = 128
"""Side of the network's picture."""
NOTHING = CLASSES
"""Place of "no vehicle, or only a part of one" among the outputs."""
OUTPUTS = CLASSES + 1
MOVES = 4
"""How the box has to change: its middle to the right and down, in its own width and height, and the logarithms by which it grows."""
DROPPED = 0.4


class VehicleClassifier(nn.Module):
    """Views of vehicles [N,3,128,128] (RGB, 0..1) to logits [N,7], each class and no vehicle, and to the moves [N,4] of their boxes.

    The stages up to stride 32 have the shape of the vehicle detector's, so that they can begin with its weights.
    """

    def __init__(self) -> None:
        super().__init__()
        self.to4 = nn.Sequential(Conv(3, 32, 6, 4), Conv(32, 32))
        self.to8 = nn.Sequential(Conv(32, 64, 3, 2), CrossStage(64, 64, 2))
        self.to16 = nn.Sequential(Conv(64, 96, 3, 2), CrossStage(96, 96, 2))
        self.to32 = nn.Sequential(Conv(96, 224, 3, 2), CrossStage(224, 224, 2))
        self.whole = CrossStage(224, 224, 1)
        self.drop = nn.Dropout(DROPPED)
        self.kind = nn.Linear(2 * 224, OUTPUTS)
        nn.init.normal_(self.kind.weight, std=0.01)
        nn.init.zeros_(self.kind.bias)
        self.narrow = Conv(224, 32, 1)
        self.move = nn.Linear(32 * (SIDE_PX // 32) ** 2, MOVES)
        nn.init.zeros_(self.move.weight)
        nn.init.zeros_(self.move.bias)

    def forward(self, views: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.whole(self.to32(self.to16(self.to8(self.to4(views)))))
        kinds = self.kind(self.drop(torch.cat([seen.mean((2, 3)), seen.amax((2, 3))], 1)))
        return kinds, self.move(self.narrow(seen).flatten(1))

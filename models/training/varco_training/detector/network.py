"""The detector's network: dense 3x3 convolutions, a top-down pyramid, a map of plates.

Dense convolutions rather than depthwise ones: on a CPU they train several times faster for the same accuracy,
and ONNX Runtime quantises them well.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE = 8
"""Pixels of the network's picture per cell of the map of plates."""

CHANNELS = 13
"""Outputs per cell of the map of plates: heat, centre offset (2), log size (2), four corners (8)."""

HEAT_PRIOR = 0.01
"""The share of cells the untrained network calls a plate; keeps the first steps of the focal loss calm."""


@dataclass(frozen=True)
class Size:
    """What a size of the network consists of."""

    widths: tuple[int, int, int, int]
    """Channels at strides 4, 8, 16, 32."""
    depths: tuple[int, int, int]
    """Residual blocks at strides 8, 16, 32 on the way down."""
    head: int
    """Channels of the plates' head."""


SIZES = {
    "small": Size((32, 64, 96, 128), (2, 2, 2), 64),
    "large": Size((48, 96, 160, 224), (3, 3, 2), 96),
}
"""`small` looks at every frame of a camera; `large` is for stills and far plates, at about three times the cost."""


class Conv(nn.Sequential):
    """Convolution, batch norm, ReLU; a picture of H becomes one of H / stride."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        padding = (kernel - stride + 1) // 2
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False),
            nn.BatchNorm2d(outputs, momentum=0.03),
            nn.ReLU(inplace=True),
        )


class Residual(nn.Module):
    """Two 3x3 convolutions with a shortcut around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(Conv(channels, channels), Conv(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class CrossStage(nn.Module):
    """Cross-stage block: half of the channels pass through the residuals, half go around them."""

    def __init__(self, inputs: int, outputs: int, depth: int) -> None:
        super().__init__()
        half = outputs // 2
        self.through = Conv(inputs, half, 1)
        self.around = Conv(inputs, half, 1)
        self.blocks = nn.Sequential(*(Residual(half) for _ in range(depth)))
        self.join = Conv(2 * half, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.join(torch.cat([self.blocks(self.through(x)), self.around(x)], 1))


class PyramidPool(nn.Module):
    """Three chained 5x5 max pools: context of up to 13 cells for the price of two 1x1 convolutions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.reduce = Conv(channels, half, 1)
        self.join = Conv(4 * half, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        steps = [self.reduce(x)]
        for _ in range(3):
            steps.append(functional.max_pool2d(steps[-1], 5, 1, 2))
        return self.join(torch.cat(steps, 1))


class Detector(nn.Module):
    """Pictures [N,3,H,W] (RGB, 0..1, H and W multiples of 32) to maps [N,13,H/8,W/8] of plates."""

    def __init__(self, size: str = "small") -> None:
        super().__init__()
        self.size = size
        c4, c8, c16, c32 = SIZES[size].widths
        d8, d16, d32 = SIZES[size].depths
        head = SIZES[size].head
        # Straight to stride 4: maps of stride 2 would take a third of the time, in training and on one core in use.
        self.to4 = nn.Sequential(Conv(3, c4, 6, 4), Conv(c4, c4))
        self.to8 = nn.Sequential(Conv(c4, c8, 3, 2), CrossStage(c8, c8, d8))
        self.to16 = nn.Sequential(Conv(c8, c16, 3, 2), CrossStage(c16, c16, d16))
        self.to32 = nn.Sequential(Conv(c16, c32, 3, 2), CrossStage(c32, c32, d32), PyramidPool(c32))
        self.lateral16 = Conv(c32, c16, 1)
        self.mix16 = CrossStage(2 * c16, c16, 1)
        self.lateral8 = Conv(c16, c8, 1)
        self.mix8 = CrossStage(2 * c8, c8, 1)
        self.head = Conv(c8, head)
        # Corners are no linear function of what a cell sees: a second, cheap layer beside the first.
        self.refine = Conv(head, head, 1)
        self.output = nn.Conv2d(2 * head, CHANNELS, 1)
        nn.init.normal_(self.output.weight, std=0.01)
        nn.init.zeros_(self.output.bias)
        with torch.no_grad():
            self.output.bias[0] = torch.logit(torch.tensor(HEAT_PRIOR))
            self.output.bias[3:5] = torch.tensor([1.6, 0.5])  # a plate of about 40x13 px
            self.output.bias[5:13] = torch.tensor([-0.5, -0.5, 0.5, -0.5, 0.5, 0.5, -0.5, 0.5])

    def forward(self, images: Tensor) -> Tensor:
        at8 = self.to8(self.to4(images))
        at16 = self.to16(at8)
        at32 = self.to32(at16)
        up16 = functional.interpolate(self.lateral16(at32), scale_factor=2.0, mode="nearest")
        at16 = self.mix16(torch.cat([up16, at16], 1))
        up8 = functional.interpolate(self.lateral8(at16), scale_factor=2.0, mode="nearest")
        head = self.head(self.mix8(torch.cat([up8, at8], 1)))
        return self.output(torch.cat([head, self.refine(head)], 1))

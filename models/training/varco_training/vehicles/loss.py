"""What the vehicle detector is taught: cells are given to vehicles by how well they do already (task-aligned learning)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ..detector.loss import box_errors
from ..detector.vehicles import CLASSES
from .network import STRIDE

CELLS_EACH = 9
"""The cells that a vehicle is given."""
SCORE_POWER, OVERLAP_POWER = 0.5, 4.0
BOX_WEIGHT = 2.0
UNBOXED_SCORE = 0.25
"""From this score on, a find without a box may be a vehicle that nobody has boxed,"""
UNBOXED_WEIGHT = 0.5
"""and teaches by this much."""


def cells_of(rows: int, columns: int, like: Tensor) -> Tensor:
    """[rows*columns, 2] the middle of every cell in cells."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return torch.stack([x, y], 2).reshape(-1, 2).to(like) + 0.5


def overlaps(boxes: Tensor, true: Tensor) -> Tensor:
    """Intersection over union [N,M,A] of boxes [N,A,4] and [N,M,4]."""
    low = torch.maximum(boxes[:, None, :, :2], true[:, :, None, :2])
    high = torch.minimum(boxes[:, None, :, 2:], true[:, :, None, 2:])
    both = (high - low).clamp(min=0).prod(3)
    area, true_area = ((b[..., 2:] - b[..., :2]).clamp(min=0).prod(2) for b in (boxes, true))
    return both / (area[:, None] + true_area[:, :, None] - both).clamp(min=1e-6)


def vehicle_loss(output: Tensor, boxes: Tensor, classes: Tensor, ignored: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Loss of maps [N,10,h,w] against boxes [N,M,4] (px; all zero where there is none) that may be of `classes` [N,M,6].

    `ignored` [N,K,4] are boxes in which nothing is background. Each vehicle is given the cells inside it whose score and box agree
    best with it, and their scores are to become the overlap that they reach, the best one's in full (Feng et al., TOOD, 2021).
    Where a label leaves the class open, the likeliest of the allowed ones is taken and the others are let alone.
    """
    output = output.float().flatten(2).transpose(1, 2)  # [N,A,10]
    count = output.shape[0]
    side = round(output.shape[1] ** 0.5)
    cells = cells_of(side, side, output)
    logits = output[..., :CLASSES]
    scores = logits.sigmoid()
    centre = (cells + output[..., CLASSES : CLASSES + 2]) * STRIDE
    size = STRIDE * output[..., CLASSES + 2 :].clamp(max=5.0).exp()
    found = torch.cat([centre - size / 2, centre + size / 2], 2)
    there = boxes[..., 2] > boxes[..., 0]
    with torch.no_grad():
        at = cells * STRIDE
        # A vehicle smaller than a cell still has one.
        middle, half = (boxes[..., :2] + boxes[..., 2:]) / 2, ((boxes[..., 2:] - boxes[..., :2]) / 2).clamp(min=0.75 * STRIDE)
        inside = ((at[None, None] - middle[:, :, None]).abs() < half[:, :, None]).all(3) & there[:, :, None]
        sure = (scores[:, None] * classes[:, :, None]).amax(3)
        iou = overlaps(found, boxes)
        agreed = (sure**SCORE_POWER * iou**OVERLAP_POWER + 1e-9) * inside
        best = agreed.topk(min(CELLS_EACH, agreed.shape[2]), 2)
        taken = torch.zeros_like(agreed).scatter_(2, best.indices, (best.values > 0).float())
        # A cell that two vehicles want is the one's that it overlaps more.
        mine = functional.one_hot((iou * taken).argmax(1), boxes.shape[1]).transpose(1, 2) * taken  # [N,M,A]
        agreed = agreed * mine
        top = agreed.amax(2, keepdim=True).clamp(min=1e-9)
        reach = (iou * mine).amax(2, keepdim=True).clamp(min=0.25)
        worth = (agreed / top * reach).amax(1)  # [N,A]
        given = mine.sum(1) > 0
        whose = mine.argmax(1)
        allowed = classes.gather(1, whose[..., None].expand(-1, -1, CLASSES)) * given[..., None]
        likeliest = (scores + 1e-6) * allowed
        label = functional.one_hot(likeliest.argmax(2), CLASSES) * given[..., None]
        target = label * worth[..., None]
        weight = 1.0 - (allowed * (1 - label))
        free = ~given & ((at[None, None] > ignored[:, :, None, :2]) & (at[None, None] < ignored[:, :, None, 2:])).all(3).any(1)
        unsure = (~given)[..., None] & (scores > UNBOXED_SCORE)
        weight = torch.where(unsure, UNBOXED_WEIGHT * weight, weight) * (~free)[..., None]
        share = worth.sum().clamp(min=count * 0.25)
        wanted = boxes.gather(1, whose[..., None].expand(-1, -1, 4))
    kind_loss = (functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * weight).sum() / share
    at_cells = torch.nonzero(given, as_tuple=True)
    if len(at_cells[0]) == 0:
        return kind_loss, {"kind": kind_loss.item(), "box": 0.0}
    wrong = box_errors(cells[at_cells[1]], output[at_cells][:, CLASSES:], wanted[at_cells], STRIDE)[2]
    box_loss = (wrong * worth[at_cells]).sum() / share
    return kind_loss + BOX_WEIGHT * box_loss, {"kind": kind_loss.item(), "box": box_loss.item()}

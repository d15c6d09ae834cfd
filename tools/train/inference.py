"""From a network's outputs to label maps and segments, as the original does it, and the metrics over them."""
import numpy as np
import torch
import torch.nn.functional as F

import networks

OBJECT_MASK_THRESHOLD = 0.8
OVERLAP_THRESHOLD = 0.8


def resized(mask_logits, size):
    """[N, Q, h, w] to [N, Q, H, W]. Pictures have the networks' size, so that this is the only resizing there is."""
    return F.interpolate(mask_logits, size=size, mode="bilinear", align_corners=False)


def semantic(class_logits, masks):
    """Train ids [N, H, W] of resized mask logits: each pixel's best class over all queries."""
    scores = torch.einsum("nqc,nqhw->nchw", class_logits.softmax(-1)[..., :-1], masks.sigmoid())
    return scores.argmax(1)


def panoptic(class_logits, masks):
    """Ids [H, W], 0 where there is none, and the class of each: one picture's [Q, K+1] and resized [Q, H, W]."""
    scores, labels = class_logits.softmax(-1).max(-1)
    kept = (labels != class_logits.shape[-1] - 1) & (scores > OBJECT_MASK_THRESHOLD)
    scores, labels, masks = scores[kept], labels[kept], masks[kept].sigmoid()
    segments, classes, stuff = torch.zeros(masks.shape[1:], dtype=torch.int32), {}, {}
    if not len(labels):
        return segments, classes
    best = (scores[:, None, None] * masks).argmax(0)
    for query, label in enumerate(labels.tolist()):
        area, whole = (best == query).sum().item(), (masks[query] >= 0.5).sum().item()
        pixels = (best == query) & (masks[query] >= 0.5)
        if not area or not whole or not pixels.any() or area / whole < OVERLAP_THRESHOLD:
            continue
        if label not in networks.THINGS and label in stuff:
            segments[pixels] = stuff[label]
            continue
        segments[pixels] = stuff[label] = len(classes) + 1
        classes[len(classes) + 1] = label
    return segments, classes


class MeanIntersection:
    """mIoU over pixels of all pictures, as Cityscapes counts it."""

    def __init__(self):
        self.confusion = np.zeros((len(networks.CLASSES), len(networks.CLASSES)), np.int64)

    def add(self, labels, true):
        counted = true != networks.VOID
        pairs = true[counted].astype(np.int64) * len(networks.CLASSES) + labels[counted]
        self.confusion += np.bincount(pairs, minlength=self.confusion.size).reshape(self.confusion.shape)

    def by_class(self):
        """One number a class; a class that is nowhere, neither in the truth nor found, has none (NaN)."""
        both = np.diag(self.confusion)
        either = self.confusion.sum(0) + self.confusion.sum(1) - both
        return np.where(either > 0, both / np.maximum(either, 1), np.nan)

    def mean(self):
        return float(np.nanmean(self.by_class()))


class PanopticQuality:
    """PQ of "Panoptic Segmentation" (2019): segments match where they overlap by more than half of what they cover."""

    def __init__(self):
        self.overlap, self.matched, self.invented, self.missed = (np.zeros(len(networks.CLASSES)) for _ in range(4))

    def add(self, segments, classes, true, table, crowd):
        """Found ids (0 is none) with their classes; true segment numbers [H, W], each one's class, and which are groups."""
        pairs, counts = np.unique(segments.astype(np.int64) * 256 + true, return_counts=True)
        shared = {(int(pair) // 256, int(pair) % 256): int(count) for pair, count in zip(pairs, counts)}
        ours, theirs = {}, {}
        for (mine, other), count in shared.items():
            ours[mine] = ours.get(mine, 0) + count
            theirs[other] = theirs.get(other, 0) + count
        void = {other for other in theirs if table[other] == networks.VOID}
        found, met = set(), set()
        for (mine, other), count in shared.items():
            if mine and other not in void and not crowd[other] and classes[mine] == table[other]:
                union = ours[mine] + theirs[other] - count - sum(shared.get((mine, nothing), 0) for nothing in void)
                if count / union > 0.5:
                    self.overlap[table[other]] += count / union
                    self.matched[table[other]] += 1
                    found.add(mine)
                    met.add(other)
        for other in theirs.keys() - met - void:
            self.missed[table[other]] += not crowd[other]
        for mine in ours.keys() - found - {0}:
            excused = sum(shared.get((mine, other), 0) for other in theirs
                          if other in void or crowd[other] and table[other] == classes[mine])
            self.invented[classes[mine]] += excused / ours[mine] <= 0.5

    def by_class(self):
        either = self.matched + (self.invented + self.missed) / 2
        return np.where(either > 0, self.overlap / np.maximum(either, 0.5), np.nan)

    def mean(self):
        return float(np.nanmean(self.by_class()))

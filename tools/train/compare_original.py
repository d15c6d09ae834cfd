#!/usr/bin/env python3
"""Runs the trained weights in the original's own modules and compares with transformers', in float32 on the CPU.

    compare_original.py --models DIR --mask2former CHECKOUT --detectron2 CHECKOUT

The checkouts are those of tools/fixtures (Mask2Former@9b0651c, detectron2@02b5c4e). Two made-up pictures suffice: every weight
takes part. Fails where logits differ by more than 1e-4 of the largest.
"""
import argparse
import pathlib
import pickle
import sys

import numpy as np
import torch
import transformers

import export
import networks
import original              # tools/fixtures, which export puts on the path
from pictures import picture

BOUND = 1e-4


def tensors_of(name, models):
    """By the names of the running original."""
    if name == "maskformer":
        with open(models / export.FILES[name], "rb") as file:
            return {export.running(key): array for key, array in pickle.load(file)["model"].items()}
    return export.joined(export.saved(export.read(name, models)), name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--mask2former", required=True)
    parser.add_argument("--detectron2", required=True)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    original.load(options.mask2former, options.detectron2)
    pictures = np.stack([picture(*networks.SIZE, seed) for seed in (1, 2)])
    worst = 0.0
    for name in export.FILES:
        theirs = original.run(original.network_of(tensors_of(name, options.models)), pictures)
        with torch.no_grad():
            ours = export.read(name, options.models)(pixel_values=original.normalised(pictures))
        for part, a, b in (("class", ours.class_queries_logits, theirs.class_logits), ("mask", ours.masks_queries_logits, theirs.mask_logits)):
            difference = float(np.abs(a.numpy() - b).max() / np.abs(b).max())
            worst = max(worst, difference)
            print(f"{name}: {part} logits differ by {difference:.1e} of the largest")
    return worst > BOUND


if __name__ == "__main__":
    sys.exit(main())

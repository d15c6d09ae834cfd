#!/usr/bin/env python3
"""Full-size ResNet-50 models of both families with made-up weights, and pictures, to measure with.

    make_models.py OUT_DIR [--classes 19]

Writes mask2former-r50.pkl and maskformer-r50.pkl under the official names, with weights scaled so that every layer has
something to say (tools/fixtures/make_checkpoint.py), and pictures/1.png to 4.png of 512x1024. Needs numpy and pillow.
"""
import argparse
import pathlib
import sys

from PIL import Image

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures"
sys.path.insert(0, str(FIXTURES))

import make_checkpoint  # noqa: E402
from pictures import picture  # noqa: E402

LISTS = {"mask2former-r50": ("m2f-cityscapes-sem-R50", ["static-query"]), "maskformer-r50": ("mf-ade20k-sem-R50", ["drop-pixel-decoder"])}


def with_classes(keys, classes):
    """The list for another number of classes: those of the class logits, and of the loss's weights."""
    changed = {}
    for key, (shape, dtype) in keys.items():
        of_classes = ".class_embed." in key or key == "criterion.empty_weight"
        changed[key] = ((classes + 1, *shape[1:]) if of_classes else shape), dtype
    return changed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--classes", type=int, default=19)
    options = parser.parse_args()
    (options.out / "pictures").mkdir(parents=True, exist_ok=True)
    for name, (list_name, published) in LISTS.items():
        keys = with_classes(make_checkpoint.read_keys(FIXTURES / "keys" / f"{list_name}.txt"), options.classes)
        tensors = make_checkpoint.make(keys, list_name)
        make_checkpoint.write(options.out / f"{name}.pkl", make_checkpoint.published(tensors, published), 4, False)
        print(f"{name}.pkl: {sum(array.size for array in tensors.values()) / 1e6:.1f} million elements, fingerprint {make_checkpoint.fingerprint(tensors)}")
    for seed in range(1, 5):
        Image.fromarray(picture(512, 1024, seed)).save(options.out / "pictures" / f"{seed}.png")


if __name__ == "__main__":
    main()

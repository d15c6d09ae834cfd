#!/usr/bin/env python3
"""Full-size models of both families with made-up weights, and pictures, to measure with.

    make_models.py OUT_DIR [--models mask2former-r50,maskformer-r50] [--classes 19]

Writes NAME.pkl under the official names, with weights scaled so that every layer has something to say
(tools/fixtures/make_checkpoint.py), and pictures/1.png to 4.png of 512x1024. There are mask2former and maskformer, each with
r50, r101 and swin-t. Needs numpy and pillow.
"""
import argparse
import pathlib
import sys

from PIL import Image

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures"
sys.path.insert(0, str(FIXTURES))

import make_checkpoint  # noqa: E402
from pictures import picture  # noqa: E402

# The list of keys, and the gains where the list has none of its own.
LISTS = {"mask2former-r50": ("m2f-cityscapes-sem-R50", None), "maskformer-r50": ("mf-ade20k-sem-R50", None),
         "mask2former-r101": ("m2f-cityscapes-sem-R101", None), "maskformer-r101": ("mf-cityscapes-sem-R101", None),
         "mask2former-swin-t": ("m2f-cityscapes-sem-swin-tiny", make_checkpoint.MASK2FORMER),
         "maskformer-swin-t": ("mf-ade20k-sem-swin-tiny", {"first_query_key": 3.0})}


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
    parser.add_argument("--models", type=lambda text: text.split(","), default=["mask2former-r50", "maskformer-r50"])
    parser.add_argument("--classes", type=int, default=19)
    options = parser.parse_args()
    unknown = set(options.models) - LISTS.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}, but {', '.join(LISTS)}")
    (options.out / "pictures").mkdir(parents=True, exist_ok=True)
    for name in options.models:
        list_name, gains = LISTS[name]
        published = ["static-query"] if name.startswith("mask2former") else ["drop-pixel-decoder"]
        keys = with_classes(make_checkpoint.read_keys(FIXTURES / "keys" / f"{list_name}.txt"), options.classes)
        tensors = make_checkpoint.make(keys, list_name, gains=gains)
        make_checkpoint.write(options.out / f"{name}.pkl", make_checkpoint.published(tensors, published), 4, False)
        print(f"{name}.pkl: {sum(array.size for array in tensors.values()) / 1e6:.1f} million elements, fingerprint {make_checkpoint.fingerprint(tensors)}")
    for seed in range(1, 5):
        Image.fromarray(picture(512, 1024, seed)).save(options.out / "pictures" / f"{seed}.png")


if __name__ == "__main__":
    main()

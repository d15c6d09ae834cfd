#!/usr/bin/env python3
"""Measures the written models on the held-out scenes and keeps what they say, for Maskforge's tests to compare with.

    evaluate.py --models DIR (--generator COMMAND | --scenes DIR) [--out tools/train/expected] [--keep 100] [--maskforge COMMAND]

Runs in float32 on the CPU from the files themselves. OUT gets figures.json, and per model the label maps of the scenes
(8-bit PNGs of train ids). --scenes is a folder in Cityscapes' layout with the held-out scenes in `val`. With --maskforge, Maskforge
segments the same pictures: how many pixels agree, and its mIoU.
"""
import argparse
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

import numpy as np
import PIL.Image
import torch
import transformers

import export
import inference
import networks
import scenes

BATCH = 10


@torch.no_grad()
def predictions(model, pictures, device):
    """Class logits [Q, K+1] and resized mask logits [Q, H, W] of each of the pictures, uint8 [N, H, W, 3], in turn."""
    for begin in range(0, len(pictures), BATCH):
        pixels = torch.from_numpy(pictures[begin:begin + BATCH]).to(device).permute(0, 3, 1, 2)
        outputs = model(pixel_values=networks.normalised(pixels))
        classes, masks = outputs.class_queries_logits.float(), outputs.masks_queries_logits.float()
        for one, mask in zip(classes, inference.resized(masks, pictures.shape[1:3])):
            yield one, mask


def figures(model, shard, device, panoptic=False, keep=None):
    """mIoU, and PQ if asked for; `keep` is called with each label map."""
    intersection, quality = inference.MeanIntersection(), inference.PanopticQuality()
    true = scenes.true_labels(shard)
    for index, (classes, masks) in enumerate(predictions(model, shard["pictures"], device)):
        labels = inference.semantic(classes[None], masks[None])[0].cpu().numpy().astype(np.uint8)
        intersection.add(labels, true[index])
        if keep:
            keep(index, labels)
        if panoptic:
            segments, found = inference.panoptic(classes.cpu(), masks.cpu())
            quality.add(segments.numpy(), found, shard["segments"][index], shard["classes"][index], shard["crowd"][index])
    result = {"mIoU": round(intersection.mean(), 5), "IoU": by_class(intersection)}
    return result | ({"PQ": round(quality.mean(), 5), "PQ by class": by_class(quality)} if panoptic else {})


def by_class(metric):
    return {name: None if np.isnan(value) else round(float(value), 5) for name, value in zip(networks.CLASSES, metric.by_class())}


def measure(name, options, shard):
    model = export.read(name, options.models)
    folder = options.out / name
    folder.mkdir(parents=True, exist_ok=True)
    maps = []

    def keep(index, labels):
        maps.append(labels)
        if index < options.keep:
            PIL.Image.fromarray(labels).save(folder / f"{scenes.HELD_OUT.start + index:08}.png", optimize=True)

    result = figures(model, shard, torch.device("cpu"), panoptic=name == "mask2former", keep=keep)
    result |= {"file": hashlib.sha256(weights(options.models / export.FILES[name]).read_bytes()).hexdigest(),
               "labels": hashlib.sha256(np.stack(maps).tobytes()).hexdigest()}
    return result | ({"maskforge": compared(options, name, shard, maps)} if options.maskforge else {})


def compared(options, name, shard, maps):
    """What Maskforge says of the same pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        pictures, out = pathlib.Path(scratch, "pictures"), pathlib.Path(scratch, "out")
        pictures.mkdir()
        for index, picture in enumerate(shard["pictures"]):
            PIL.Image.fromarray(picture).save(pictures / f"{index:04}.png", compress_level=1)
        subprocess.run([*shlex.split(options.maskforge), "segment", str(options.models / export.FILES[name]), str(pictures), "-o", str(out), "--size",
                        "{}x{}".format(*networks.SIZE), "--save", "labels", "--label-ids", "train", "-q"], check=True)
        theirs = [np.asarray(PIL.Image.open(out / f"{index:04}.labels.png")) for index in range(len(maps))]
    intersection = inference.MeanIntersection()
    for labels, true in zip(theirs, scenes.true_labels(shard)):
        intersection.add(labels, true)
    return {"agreement": round(float(np.mean([np.mean(a == b) for a, b in zip(theirs, maps)])), 7), "mIoU": round(intersection.mean(), 5)}


def weights(path):
    return path / "model.safetensors" if path.is_dir() else path


def held_out(options):
    if options.scenes:
        return scenes.packed(options.scenes, "val")
    with tempfile.TemporaryDirectory() as folder:
        scenes.generate(options.generator, scenes.HELD_OUT.start, len(scenes.HELD_OUT), networks.SIZE, "val", folder)
        return scenes.packed(folder, "val")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent / "expected")
    parser.add_argument("--keep", type=int, default=len(scenes.HELD_OUT), help="how many label maps of each model to write")
    parser.add_argument("--maskforge", help="the program to compare with, such as ./maskforge")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--generator", help="what generates scenes, such as './maskforge scenes'")
    source.add_argument("--scenes", type=pathlib.Path)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    shard = held_out(options)
    found = {"torch": torch.__version__, "transformers": transformers.__version__, "scenes": len(shard["pictures"]),
             "pictures": hashlib.sha256(shard["pictures"].tobytes()).hexdigest(),
             "models": {name: measure(name, options, shard) for name in export.FILES}}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "figures.json").write_text(json.dumps(found, indent=1) + "\n")
    for name, result in found["models"].items():
        print(f"{name}: mIoU {result['mIoU']:.4f}, lowest {min((value, key) for key, value in result['IoU'].items() if value is not None)}"
              + (f", PQ {result['PQ']:.4f}" if "PQ" in result else "") + (f", Maskforge {result['maskforge']}" if "maskforge" in result else ""))


if __name__ == "__main__":
    sys.exit(main())

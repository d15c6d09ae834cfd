#!/usr/bin/env python3
"""Generates scenes in shards, packs each finished one into a file, and reads such files while more are being made.

    scenes.py --generator COMMAND --out DIR [--shards 128] [--first-seed 0] [--workers 8]

COMMAND is what generates scenes, without its options: `./maskforge scenes`. A shard is `scenes-SEED.npz`:

  pictures  uint8 [N, H, W, 3]
  segments  uint8 [N, H, W]: the number of the segment in this scene, 255 where there is none
  classes   uint8 [N, 256]: each segment's train id, 255 for void
  crowd     bool [N, 256]: things of which none can be told from the next
"""
import argparse
import concurrent.futures
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import PIL.Image
import torch

import networks

# Seeds that training never sees.
HELD_OUT = range(1_000_000, 1_000_100)
SHARD = 125                     # small, so that the first are there soon


def packed(folder, split):
    """The scenes of a folder in Cityscapes' layout, as the arrays of a shard."""
    paths = sorted(pathlib.Path(folder, "leftImg8bit", split).glob("*/*_leftImg8bit.png"))
    if not paths:
        raise SystemExit(f"{folder} has no scenes of {split}")
    scenes = [one(path, pathlib.Path(str(path).replace("/leftImg8bit/", "/gtFine/").replace("_leftImg8bit.png", "_gtFine_instanceIds.png")))
              for path in paths]
    return {name: np.stack([scene[name] for scene in scenes]) for name in scenes[0]}


def one(picture, instances):
    """A scene's arrays. Instance ids are 1000 · label id + n, or the label id alone for stuff and groups."""
    pixels = np.asarray(PIL.Image.open(instances)).astype(np.int32)
    ids, segments = np.unique(pixels, return_inverse=True)
    segments = segments.reshape(pixels.shape)
    classes, crowd = np.full(256, networks.VOID, np.uint8), np.zeros(256, bool)
    labels = np.where(ids < 1000, ids, ids // 1000)
    numbers = np.full(len(ids), networks.VOID, np.uint8)
    known = [index for index, label in enumerate(labels) if int(label) in networks.TRAIN_IDS]
    areas = np.bincount(segments.ravel(), minlength=len(ids))
    for number, index in enumerate(sorted(known, key=lambda index: -areas[index])[:networks.VOID]):
        numbers[index] = number
        classes[number] = networks.TRAIN_IDS[int(labels[index])]
        crowd[number] = labels[index] >= networks.FIRST_THING_LABEL and ids[index] < 1000
    return {"pictures": np.asarray(PIL.Image.open(picture).convert("RGB")), "segments": numbers[segments], "classes": classes, "crowd": crowd}


def generate(command, seed, count, size, split, folder):
    """Runs the generator into a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    done = subprocess.run([*shlex.split(command), "--count", str(count), "--size", "{}x{}".format(*size), "--seed", str(seed), "-o", str(folder),
                           "--split", split], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"the generator failed: {done.stderr.strip()}")


def make_shard(command, seed, count, out):
    path = pathlib.Path(out, f"scenes-{seed:08}.npz")
    if not path.exists():
        folder = path.with_suffix(".scenes")
        generate(command, seed, count, networks.SIZE, "train", folder)
        unfinished = path.with_suffix(".part")
        with open(unfinished, "wb") as file:
            np.savez(file, **packed(folder, "train"))
        os.replace(unfinished, path)
        shutil.rmtree(folder)
    return path


class Scenes:
    """Scenes on a device, more of them whenever a shard is finished."""

    def __init__(self, folder, most, device):
        self.folder, self.device, self.count, self.taken = pathlib.Path(folder), device, 0, set()
        height, width = networks.SIZE
        self.arrays = {"pictures": torch.empty((most, height, width, 3), dtype=torch.uint8, device=device),
                       "segments": torch.empty((most, height, width), dtype=torch.uint8, device=device),
                       "classes": torch.empty((most, 256), dtype=torch.uint8, device=device),
                       "crowd": torch.empty((most, 256), dtype=torch.bool, device=device)}

    def look(self):
        """Takes what is new. A shard counts once all of it has arrived."""
        for path in sorted(self.folder.glob("scenes-*.npz")):
            if path.name in self.taken or seed_of(path) in HELD_OUT:
                continue
            self.taken.add(path.name)
            self.take(np.load(path))

    def take(self, shard):
        room = min(len(shard["pictures"]), len(self.arrays["pictures"]) - self.count)
        if room:
            for name, array in self.arrays.items():
                array[self.count:self.count + room] = torch.from_numpy(shard[name][:room]).to(self.device)
            if self.device.type == "cuda":
                torch.cuda.current_stream().synchronize()
            self.count += room

    def wait(self, least, until):
        while self.count < least and time.time() < until:
            self.look()
            time.sleep(0.2)
        if not self.count:
            raise SystemExit(f"no shard of scenes came into {self.folder}")

    def watch(self):
        """Looks every other second, beside the training."""
        def watching():
            while self.count < len(self.arrays["pictures"]):
                self.look()
                time.sleep(2)
        threading.Thread(target=watching, daemon=True).start()


def seed_of(path):
    return int(path.stem.removeprefix("scenes-"))


def held_out(folder, until):
    """The shard of held-out scenes, as numpy arrays."""
    path = pathlib.Path(folder, f"scenes-{HELD_OUT.start:08}.npz")
    while not path.exists():
        if time.time() > until:
            raise SystemExit(f"{path} did not come")
        time.sleep(0.2)
    return dict(np.load(path))


def true_labels(shard):
    """Train ids [N, H, W]."""
    return np.take_along_axis(shard["classes"], shard["segments"].reshape(len(shard["segments"]), -1), 1).reshape(shard["segments"].shape)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--shards", type=int, default=128)
    parser.add_argument("--shard-size", type=int, default=SHARD)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 1) - 5))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = [options.first_seed + index * options.shard_size for index in range(options.shards)]
    assert all(seed + options.shard_size <= HELD_OUT.start for seed in seeds)
    jobs = [(HELD_OUT.start, len(HELD_OUT)), *((seed, options.shard_size) for seed in seeds)]
    began, made = time.time(), 0
    with concurrent.futures.ProcessPoolExecutor(options.workers, initializer=os.nice, initargs=(10,)) as pool:
        for done in concurrent.futures.as_completed([pool.submit(make_shard, options.generator, seed, count, options.out) for seed, count in jobs]):
            made += 1
            print(f"{time.time() - began:6.1f} s: {made} of {len(jobs)}, {done.result().name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

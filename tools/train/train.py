#!/usr/bin/env python3
"""Trains one of the two sample models for a given time, on scenes that may still be being made.

    train.py maskformer|mask2former --scenes DIR --out DIR [--minutes 20] [--batch 32] [--seed 1]

Learning rate, averaging and augmentation follow the share of the time that has passed, so that training ends within its time
on any machine. Every other minute the model so far is measured on the held-out scenes and written out as at the end. DIR gets
NAME.jsonl (one line a measurement), the model's files, and NAME.json (figures of these files) last.
"""
import argparse
import json
import math
import os
import pathlib
import sys
import time

import torch
import transformers

import augment
import criterion
import evaluate
import export
import networks
import scenes

WARM_UP, AVERAGED, PLAIN = 0.04, 2 / 3, 0.85      # shares of the time: until then; from then on; without enlarging from then on
DECAY = 0.999                                     # of the weights' average, a step
SMALLEST = 8                                      # pixels of a segment that is looked for
LONGEST_STEP, LAST_PART = 2.0, 25                 # seconds; the last part is for files and figures
PATIENCE = 300                                    # seconds to wait for the first scenes


def rate(fraction):
    """Of the highest learning rate: up in a line, down in half a cosine."""
    if fraction < WARM_UP:
        return max(fraction / WARM_UP, 0.01)
    return 0.5 * (1 + math.cos(math.pi * min((fraction - WARM_UP) / (1 - WARM_UP), 1)))


def groups(model, decay):
    """Norms, biases and embeddings do not decay."""
    spared = {id(parameter) for part in model.modules() if isinstance(part, (torch.nn.Embedding, torch.nn.GroupNorm, torch.nn.LayerNorm, torch.nn.BatchNorm2d))
              for parameter in part.parameters(recurse=False)}
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    decaying = [parameter for parameter in trained if parameter.ndim > 1 and id(parameter) not in spared]
    chosen = {id(parameter) for parameter in decaying}
    return [{"params": decaying, "weight_decay": decay},
            {"params": [parameter for parameter in trained if id(parameter) not in chosen], "weight_decay": 0.0}]


class Average:
    """The weights' average over the last steps, or the weights themselves before it begins."""

    def __init__(self, name, model, device):
        self.model = networks.BUILDERS[name]().to(device).eval()
        self.sources = self.pairs(model)
        self.begun = False

    def pairs(self, model):
        ours, theirs = self.model.state_dict(), model.state_dict()
        floating = [key for key in ours if ours[key].is_floating_point()]
        return [ours[key] for key in floating], [theirs[key] for key in floating]

    @torch.no_grad()
    def copy(self):
        torch._foreach_copy_(*self.sources)

    @torch.no_grad()
    def step(self):
        if self.begun:
            torch._foreach_lerp_(*self.sources, 1 - DECAY)
        else:
            self.copy()
            self.begun = True


class Training:
    def __init__(self, options):
        self.options, self.name = options, options.model
        self.began = time.time()
        self.ends = self.began + 60 * options.minutes - min(LAST_PART, 6 * options.minutes)
        self.device = torch.device(options.device)
        self.out = options.out
        self.out.mkdir(parents=True, exist_ok=True)
        self.log = open(self.out / f"{self.name}.jsonl", "w", encoding="utf-8")
        self.model = networks.build(self.name, options.seed).to(self.device)
        if options.channels_last:
            self.model = self.model.to(memory_format=torch.channels_last)
        networks.quicken(self.model)
        self.predict = networks.Predictions(self.model)
        self.average = Average(self.name, self.model, self.device)
        self.criterion = criterion.Criterion(len(networks.CLASSES), options.points)
        fused = self.device.type == "cuda"
        self.optimizer = torch.optim.AdamW(groups(self.model, options.decay), lr=options.rate, betas=(0.9, 0.999), fused=fused)
        self.scenes = scenes.Scenes(options.scenes, options.most_scenes, self.device)

    def fraction(self):
        return min(1.0, (time.time() - self.started) / max(self.ends - self.started, 1))

    def say(self, **fields):
        line = json.dumps({"model": self.name, "seconds": round(time.time() - self.began, 1), **fields})
        self.log.write(line + "\n")
        self.log.flush()
        print(line, flush=True)

    def run(self):
        self.say(kind="start", parameters=sum(parameter.numel() for parameter in self.model.parameters()), device=device_name(self.device),
                 torch=torch.__version__, transformers=transformers.__version__,
                 options={key: str(value) for key, value in vars(self.options).items()})
        self.scenes.wait(min(self.options.least_scenes, self.options.most_scenes), min(self.ends - 1, self.began + PATIENCE))
        self.held_out = scenes.held_out(self.options.scenes, self.ends)
        self.scenes.watch()
        self.started = time.time()
        step, told, measured = 0, (0, self.started), self.started
        while time.time() + self.longest_step(step) < self.ends:
            losses, norm = self.step(self.fraction())
            if self.fraction() >= AVERAGED:
                self.average.step()
            step += 1
            if step % self.options.log_every == 0 or step == 1:
                now = time.time()
                speed = self.options.batch * (step - told[0]) / (now - told[1])
                self.say(kind="step", step=step, fraction=round(self.fraction(), 4), rate=self.optimizer.param_groups[0]["lr"],
                         **{name: round(float(loss), 4) for name, loss in losses.items()}, norm=round(float(norm), 3),
                         pictures_a_second=round(speed, 1), scenes=self.scenes.count)
                told = (step, time.time())
            if time.time() - measured > self.options.measure_every:
                self.measure(step)
                measured = time.time()
                told = (step, measured)
        self.finish(step)

    def longest_step(self, step):
        return min(LONGEST_STEP, (time.time() - self.started) / step) if step else 0

    def step(self, fraction):
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate * rate(fraction)
        indices = torch.randint(self.scenes.count, (self.options.batch,), device=self.device)
        pictures, segments, classes = augment.batch(self.scenes, indices, enlarge=fraction < PLAIN)
        truth = self.truth(indices, segments, classes)
        pixels = networks.normalised(pictures)
        if self.options.channels_last:
            pixels = pixels.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            class_logits, mask_logits = self.predict(pixels)
        losses = self.criterion(class_logits, mask_logits, truth)
        self.optimizer.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.options.clip)
        if self.device.type == "cuda":
            # The fused optimizer leaves out a step whose gradients are not finite, without asking the device.
            self.optimizer.found_inf = (~torch.isfinite(norm)).float()
            self.optimizer.step()
        elif torch.isfinite(norm):
            self.optimizer.step()
        return {name: loss.detach() for name, loss in losses.items()}, norm.detach()

    def truth(self, indices, segments, classes):
        if self.name == "maskformer":
            segments = classes.gather(1, segments.flatten(1)).view_as(segments)
            numbers = torch.arange(256, device=self.device)
            classes = torch.where(numbers < len(networks.CLASSES), numbers, networks.VOID).expand_as(classes)
            return criterion.truth(segments, classes, len(networks.CLASSES), SMALLEST)
        classes = torch.where(self.scenes.arrays["crowd"][indices], networks.VOID, classes)
        return criterion.truth(segments, classes, self.model.config.num_queries, SMALLEST)

    def measure(self, step):
        """On the held-out scenes, and writes what there is."""
        if not self.average.begun:
            self.average.copy()
        began = time.time()
        figures = evaluate.figures(self.average.model, self.held_out, self.device)
        self.write()
        self.say(kind="measured", step=step, mean=figures["mIoU"], by_class=figures["IoU"], took=round(time.time() - began, 1))

    def write(self):
        export.write(self.name, self.average.model, self.out)

    def finish(self, step):
        if not self.average.begun:
            self.average.copy()
        self.write()
        trained = time.time()
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        model = export.read(self.name, self.out).to(self.device)
        difference = self.difference(model)
        figures = evaluate.figures(model, self.held_out, self.device, panoptic=self.name == "mask2former")
        figures = {"model": self.name, "steps": step, "pictures": step * self.options.batch, "scenes": self.scenes.count,
                   "seconds": round(trained - self.began, 1), "device": device_name(self.device), "difference": difference, **figures}
        unfinished = self.out / f"{self.name}.json.part"
        unfinished.write_text(json.dumps(figures, indent=1) + "\n")
        os.replace(unfinished, self.out / f"{self.name}.json")
        self.say(kind="end", **figures)

    @torch.no_grad()
    def difference(self, model):
        """How far the written model is from the one in memory, with the same rounding, on two scenes."""
        halved = export.halved(self.average.model).float().to(self.device).eval()
        pixels = networks.normalised(torch.from_numpy(self.held_out["pictures"][:2]).to(self.device).permute(0, 3, 1, 2))
        ours, theirs = halved(pixel_values=pixels), model(pixel_values=pixels)
        return max((getattr(ours, part) - getattr(theirs, part)).abs().max().item() for part in ("class_queries_logits", "masks_queries_logits"))


def device_name(device):
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=networks.BUILDERS)
    parser.add_argument("--scenes", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--points", type=int, default=2048)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--decay", type=float, default=0.05)
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--least-scenes", type=int, default=1500, help="how many to wait for")
    parser.add_argument("--most-scenes", type=int, default=16000)
    parser.add_argument("--measure-every", type=float, default=120, help="seconds")
    parser.add_argument("--log-every", type=int, default=50, help="steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--channels-last", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    Training(options).run()


if __name__ == "__main__":
    sys.exit(main())

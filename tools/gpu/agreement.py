#!/usr/bin/env python3
"""How far plans (or anything else that 'maskforge segment' takes) of the sample models agree with PyTorch in float32.

    agreement.py --models samples/models --scenes DIR --maskforge COMMAND [--size HxW] [-o FILE.json] NAME,PRECISION=FILE...

NAME is mask2former or maskformer, PRECISION what FILE was built in. --scenes is a folder in Cityscapes' layout with the held-out
scenes of FILE's size in `val` (maskforge scenes --count 100 --size 256x512 --seed 1000000 --split val). PyTorch computes on the CPU.
Told are the shares of all pixels and of the clear ones, those whose margin in PyTorch's scores exceeds 0.02 and whose best score
exceeds 0.001, and both mIoUs. Exits with 3 if one falls short: of the clear pixels 0.99999 in fp32, 0.9995 in tf32 and 0.999 in
fp16, or a loss of more than 0.1 points of mIoU. Needs PyTorch, transformers, numpy and Pillow.
"""
import argparse
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

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOOLS / "train"), str(TOOLS / "baseline")]

import evaluate  # noqa: E402
import export  # noqa: E402
import inference  # noqa: E402
import networks  # noqa: E402
import protocol  # noqa: E402
import scenes  # noqa: E402

GATES = {"fp32": 0.99999, "tf32": 0.9995, "fp16": 0.999}
MOST_LOSS = 0.001


def scores_of(name, options, shard):
    """[K, H, W] of each picture, by PyTorch in float32 on the CPU."""
    model = export.read(name, options.models)
    for classes, masks in evaluate.predictions(model, shard["pictures"], torch.device("cpu")):
        yield torch.einsum("qc,qhw->chw", classes.softmax(-1)[..., :-1], masks.sigmoid()).numpy()


def labels_of(file, options, shard):
    """What Maskforge says of the same pictures, [N, H, W]."""
    with tempfile.TemporaryDirectory() as scratch:
        pictures, out = pathlib.Path(scratch, "pictures"), pathlib.Path(scratch, "out")
        pictures.mkdir()
        for index, picture in enumerate(shard["pictures"]):
            PIL.Image.fromarray(picture).save(pictures / f"{index:04}.png", compress_level=1)
        subprocess.run([*shlex.split(options.maskforge), "segment", str(file), str(pictures), "-o", str(out), "--size", options.size,
                        "--save", "labels", "--label-ids", "train", "-q"], check=True)
        return np.stack([np.asarray(PIL.Image.open(out / f"{index:04}.labels.png")) for index in range(len(shard["pictures"]))])


def mean_iou(labels, true):
    intersection = inference.MeanIntersection()
    for one, right in zip(labels, true):
        intersection.add(one, right)
    return intersection.mean()


def compare(name, subjects, options, shard):
    """A dictionary for each subject of one model."""
    true = scenes.true_labels(shard)
    theirs = {subject: labels_of(file, options, shard) for subject, file in subjects.items()}
    agreements = {subject: protocol.Agreement(f"{export.FILES[name]}, PyTorch {torch.__version__} on the CPU") for subject in subjects}
    ours = []
    for index, scores in enumerate(scores_of(name, options, shard)):
        ours.append(scores.argmax(0).astype(np.uint8))
        for subject, agreement in agreements.items():
            agreement.add(scores, theirs[subject][index])
    reference = mean_iou(ours, true)
    found = {}
    for subject, file in subjects.items():
        fields, gate, miou = agreements[subject].fields(), GATES[subject], mean_iou(theirs[subject], true)
        share, clear = fields["equal"] / fields["pixels"], fields["clearEqual"] / fields["clear"]
        found[subject] = {"file": str(file), **fields, "agreement": share, "agreementOfClear": clear, "gate": gate, "mIoU": miou,
                          "mIoUOfPyTorch": reference, "mIoULoss": reference - miou, "holds": clear >= gate and reference - miou <= MOST_LOSS}
        print(f"{name}, {subject}: agreement {share:.6f}, of clear pixels {clear:.6f} (at least {gate}), mIoU {100 * miou:.3f}, "
              f"PyTorch {100 * reference:.3f}: {'holds' if found[subject]['holds'] else 'FALLS SHORT'}", flush=True)
    return found


def subject_of(text):
    known, file = text.partition("=")[::2]
    name, precision = known.partition(",")[::2]
    if name not in export.FILES or precision not in GATES or not file:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME,PRECISION=FILE with {', '.join(export.FILES)} and {', '.join(GATES)}")
    return name, precision, pathlib.Path(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", type=subject_of, nargs="+", metavar="NAME,PRECISION=FILE")
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--scenes", type=pathlib.Path, required=True)
    parser.add_argument("--maskforge", required=True, help="the program, such as ./maskforge")
    parser.add_argument("--size", default="{}x{}".format(*networks.SIZE), metavar="HxW", help="of the scenes and of FILE (%(default)s)")
    parser.add_argument("-o", "--out", type=pathlib.Path)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    shard = scenes.packed(options.scenes, "val")
    by_name = {}
    for name, precision, file in options.subjects:
        by_name.setdefault(name, {})[precision] = file
    found = {"torch": torch.__version__, "transformers": transformers.__version__, "scenes": len(shard["pictures"]), "size": options.size,
             "models": {name: compare(name, subjects, options, shard) for name, subjects in by_name.items()}}
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n")
    return 0 if all(one["holds"] for model in found["models"].values() for one in model.values()) else 3


if __name__ == "__main__":
    sys.exit(main())

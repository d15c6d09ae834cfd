#!/usr/bin/env python3
"""The plain ONNX export that everybody makes, as the thing to beat.

    export_plain.py CHECKPOINT OUT_DIR --sizes 128x256,256x512,512x1024 [--output labels] [--exporter torchscript] [--batch 1]

Hugging Face's module by torch.onnx.export, one file a size; by `--exporter torchscript`, the default of old (opset 17,
constants folded), or `dynamo`, PyTorch's default today (opset 18). Input and output by `--output`:

    labels, scores  `image` float32 [N, 3, H, W], RGB from 0 to 255; `labels` int64 [N, H, W], by the usual head and an ArgMax,
                    or `scores` float32 [N, K, H, W]
    raw             the module as it is: `pixel_values` float32 [N, 3, H, W], normalised; `class_queries_logits` and
                    `masks_queries_logits`. Its file is NAME-raw-HxW.onnx or NAME-raw-dynamo-HxW.onnx

N is fixed, 1 as a rule. The one thing mended in torchscript's files is a Cast to float32 before each GridSample, whose grid
comes out as float64, which ONNX Runtime refuses.
"""
import argparse
import pathlib
import warnings

import onnx
import torch
from onnx import TensorProto, helper

import networks
from protocol import sizes_of


class Scores(torch.nn.Module):
    def __init__(self, segmentation):
        super().__init__()
        self.segmentation = segmentation

    def forward(self, image):
        return self.segmentation.scores(image)


class Raw(torch.nn.Module):
    """What Hugging Face's module says, without its hidden states."""

    def __init__(self, segmentation):
        super().__init__()
        self.network = segmentation.network

    def forward(self, pixel_values):
        output = self.network(pixel_values=pixel_values)
        return output.class_queries_logits, output.masks_queries_logits


# By what is asked for: the module, its input and its outputs.
OUTPUTS = {"labels": (lambda segmentation: segmentation, "image", ["labels"]),
           "scores": (Scores, "image", ["scores"]),
           "raw": (Raw, "pixel_values", ["class_queries_logits", "masks_queries_logits"])}
EXPORTERS = {"torchscript": {"opset_version": 17, "do_constant_folding": True, "dynamo": False},
             "dynamo": {"opset_version": 18, "dynamo": True, "external_data": False, "verbose": False}}


def plain_name(checkpoint, size, batch=1, kind="plain"):
    """What its file is called; `maskforge report` knows the network by it."""
    return f"{checkpoint.stem}-{kind}-{size[0]}x{size[1]}{'' if batch == 1 else f'-batch{batch}'}.onnx"


def export(segmentation, size, path, output="labels", batch=1, exporter="torchscript"):
    """Writes one file."""
    height, width = size
    wrapper, name, outputs = OUTPUTS[output]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(wrapper(segmentation).eval(), (torch.zeros(batch, 3, height, width),), str(path), input_names=[name],
                          output_names=outputs, **EXPORTERS[exporter])
    if exporter == "torchscript":
        cast_grids(path)


def cast_grids(path):
    model = onnx.load(path)
    nodes = []
    for node in model.graph.node:
        if node.op_type == "GridSample":
            grid = f"{node.input[1]}_float_{len(nodes)}"
            nodes.append(helper.make_node("Cast", [node.input[1]], [grid], to=TensorProto.FLOAT))
            node.input[1] = grid
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--sizes", type=sizes_of, default=sizes_of("128x256,256x512,512x1024"))
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--output", choices=OUTPUTS, default="labels")
    parser.add_argument("--exporter", choices=EXPORTERS, default="torchscript")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    segmentation = networks.load(options.checkpoint)
    kind = ("raw" if options.output == "raw" else "plain") + ("" if options.exporter == "torchscript" else f"-{options.exporter}")
    for height, width in options.sizes:
        path = options.out / plain_name(options.checkpoint, (height, width), options.batch, kind)
        export(segmentation, (height, width), path, options.output, options.batch, options.exporter)
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {len(onnx.load(path).graph.node)} nodes", flush=True)


if __name__ == "__main__":
    main()

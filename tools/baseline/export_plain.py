#!/usr/bin/env python3
"""The plain ONNX export that everybody makes, as the thing to beat.

    export_plain.py CHECKPOINT OUT_DIR --sizes 128x256,256x512,512x1024 [--output labels] [--batch 1]

Hugging Face's module, torch.onnx.export with the default exporter of old (opset 17, constants folded), one file a size:
input `image` float32 [N, 3, H, W], RGB from 0 to 255; output `labels` int64 [N, H, W], by the usual head and an ArgMax,
or `scores` float32 [N, K, H, W]; N is fixed, 1 as a rule. The one thing mended is a Cast to float32 before each GridSample, whose grid comes out
as float64, which ONNX Runtime refuses.
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


def plain_name(checkpoint, size, batch=1):
    """What its file is called; `maskforge report` knows the network by it."""
    return f"{checkpoint.stem}-plain-{size[0]}x{size[1]}{'' if batch == 1 else f'-batch{batch}'}.onnx"


def export(segmentation, size, path, output="labels", batch=1):
    """Writes one file."""
    height, width = size
    module = segmentation if output == "labels" else Scores(segmentation)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, (torch.zeros(batch, 3, height, width),), str(path), opset_version=17, input_names=["image"],
                          output_names=[output], do_constant_folding=True, dynamo=False)
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
    parser.add_argument("--output", choices=["labels", "scores"], default="labels")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    segmentation = networks.load(options.checkpoint)
    for height, width in options.sizes:
        path = options.out / plain_name(options.checkpoint, (height, width), options.batch)
        export(segmentation, (height, width), path, options.output, options.batch)
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {len(onnx.load(path).graph.node)} nodes", flush=True)


if __name__ == "__main__":
    main()

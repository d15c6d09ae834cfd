#!/usr/bin/env python3
"""Makes a wrong model on purpose: a Mask2Former from which deformable attention is left out.

    maskforge convert model.pkl -o right.onnx --output raw
    python3 tools/onnx/leave_out_deformable_attention.py right.onnx wrong.onnx      # needs the package onnx
    maskforge compare right.onnx wrong.onnx street.jpg --min-agreement 0.999        # must exit with 3

Each token then takes its own value instead of those that it would have sampled around it; all else stays. That is what a
runtime does that lacks the operator and passes its input on. The file says in its metadata what it is.
"""
import argparse
import re

import onnx

INSIDE = re.compile(r"(.*)/DeformableAttention/")


def leave_out(model):
    """Passes values around every expansion of deformable attention; how many there were."""
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    around = {}
    for node in graph.node:
        for name in node.input:
            maker = made.get(name)
            scope = INSIDE.match(maker.name) if maker else None
            if scope and not INSIDE.match(node.name):
                around[name] = scope[1] + ".value_proj/Linear/Add"
    missing = sorted(set(around.values()) - set(made))
    if missing:
        raise SystemExit(f"the file has no value '{missing[0]}'; it is not one that 'maskforge convert' wrote")
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = around.get(name, name)
    drop_unused(graph)
    return len(around)


def drop_unused(graph):
    needed = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    constants = [constant for constant in graph.initializer if constant.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="a Mask2Former that 'maskforge convert' wrote")
    parser.add_argument("target", help="the wrong one")
    arguments = parser.parse_args()
    model = onnx.load(arguments.source)
    count = leave_out(model)
    if not count:
        raise SystemExit(f"{arguments.source} has no deformable attention; give a Mask2Former")
    model.metadata_props.add(key="maskforge.edited", value="deformable attention left out: wrong on purpose")
    onnx.checker.check_model(model)
    onnx.save(model, arguments.target)
    print(f"{arguments.target}: deformable attention left out in {count} layers")


if __name__ == "__main__":
    main()

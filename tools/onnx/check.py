#!/usr/bin/env python3
"""Checks ONNX files with tools that are not ours.

For each file: onnx.checker with full check, strict shape inference with data propagation, then one run in ONNX Runtime
and one in OpenVINO on the same random inputs, and the largest relative error between them (max|a-b| / max|b|).
Exit 0 if all hold, 1 if one does not.

    python3 -m venv venv && venv/bin/pip install onnx onnxruntime openvino
    venv/bin/python tools/onnx/check.py model.onnx --sizes n=1,h=2,w=3 --scale 255

The sizes are those of the symbols in the inputs' dimensions (`32*h`); symbols without one are 2. Inputs are uniform
between 0 and the scale. Outputs of whole numbers (labels) must be equal but for a share of 1e-3.
"""
import argparse
import ast
import operator
import sys

import numpy as np
import onnx
import onnxruntime
import openvino

LABELS_APART = 1e-3
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: lambda a, b: (a, b)}


def dimension(text, sizes):
    """The value of a polynomial such as `21*h*w` or `ceil((4*h)/7)*7`."""

    def value(node):
        match node:
            case ast.Constant(value=number):
                return number
            case ast.Name(id=name):
                return sizes.get(name, 2)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=operation, right=right):
                return OPERATORS[type(operation)](value(left), value(right))
            case ast.Call(func=ast.Name(id="ceil"), args=[quotient]):
                dividend, divisor = value(quotient)
                return -(-dividend // divisor)
        raise ValueError(f"'{text}' is not a dimension")

    return value(ast.parse(text, mode="eval").body)


def random_inputs(model, sizes, scale, generator):
    constants = {tensor.name for tensor in model.graph.initializer}
    inputs = {}
    for value in model.graph.input:
        if value.name in constants:
            continue
        tensor = value.type.tensor_type
        shape = [dimension(d.dim_param, sizes) if d.dim_param else d.dim_value for d in tensor.shape.dim]
        numbers = generator.uniform(0, scale, shape)
        inputs[value.name] = numbers.astype(onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))
    return inputs


def difference(a, b):
    if a.dtype.kind in "biu":
        return float(np.mean(a != b))
    a, b = a.astype(np.float64), b.astype(np.float64)
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return float("nan")
    return float(np.nanmax(np.abs(a - b), initial=0) / max(np.nanmax(np.abs(b), initial=0), 1e-30))


def check(file, arguments):
    onnx.checker.check_model(file, full_check=True)
    model = onnx.load(file)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    known = {value.name for value in inferred.graph.value_info} | {value.name for value in inferred.graph.output}
    unknown = [name for node in model.graph.node for name in node.output if name and name not in known]
    if unknown:
        raise ValueError(f"shape inference leaves {len(unknown)} values without a type, first '{unknown[0]}'")
    inputs = random_inputs(model, arguments.sizes, arguments.scale, np.random.default_rng(7))
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    expected = session.run(None, inputs)
    stated = {value.name: value.type.tensor_type for value in model.graph.output}
    for output, result in zip(session.get_outputs(), expected):
        symbols = [d.dim_param or str(d.dim_value) for d in stated[output.name].shape.dim]
        shape = [dimension(text, arguments.sizes) for text in symbols]
        if list(result.shape) != shape:
            raise ValueError(f"output '{output.name}' is {list(result.shape)}, the file says {symbols} = {shape}")
    if arguments.no_openvino:
        return len(model.graph.node), 0.0
    largest = 0.0
    compiled = openvino.compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = compiled(inputs)
    for i, b in enumerate(expected):
        error = difference(results[i], b)
        allowed = LABELS_APART if b.dtype.kind in "biu" else arguments.tolerance
        # Not 'error > allowed': where one has a NaN and the other does not, the error is one.
        if not error <= allowed:
            raise ValueError(f"OpenVINO and ONNX Runtime differ by {error:.2e} in output {i}")
        largest = max(largest, error)
    return len(model.graph.node), largest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--sizes", default={}, help="n=1,h=2,w=3",
                        type=lambda text: {name: int(size) for name, size in (item.split("=") for item in text.split(","))})
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--tolerance", type=float, default=1e-4, help="two float32 runtimes differ by summation order")
    parser.add_argument("--no-openvino", action="store_true")
    arguments = parser.parse_args()
    failures = 0
    for file in arguments.files:
        try:
            nodes, error = check(file, arguments)
            print(f"ok   {file}: {nodes} nodes, largest error {error:.2e}")
        except Exception as e:  # the message of whichever tool refuses is the result
            print(f"FAIL {file}: {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}")
            failures += 1
    print(f"{len(arguments.files) - failures} of {len(arguments.files)} hold")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

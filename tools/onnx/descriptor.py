#!/usr/bin/env python3
"""Writes the descriptor of ONNX's messages, which the tests hand to protobuf's own reader and writer.

It is the schema `onnx-ml.proto` (Apache-2.0, ONNX Project Contributors) as the onnx package carries it, compiled.

    venv/bin/python tools/onnx/descriptor.py graph/src/test/resources/dev/maskforge/graph/onnx/onnx-ml.descriptor
"""
import sys

import onnx
from google.protobuf import descriptor_pb2

file = descriptor_pb2.FileDescriptorProto()
onnx.ModelProto.DESCRIPTOR.file.CopyToProto(file)
with open(sys.argv[1], "wb") as stream:
    stream.write(file.SerializeToString(deterministic=True))
print(f"onnx {onnx.__version__}, IR version {onnx.IR_VERSION}: {len(file.message_type)} messages")

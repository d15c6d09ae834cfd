package dev.maskforge.graph.onnx;

/// The field numbers of ONNX's messages, from `onnx-ml.proto` (IR version 13), by message.
final class Schema {
    private Schema() {
    }

    /// `ModelProto`
    static final class Model {
        static final int IR_VERSION = 1;
        static final int PRODUCER_NAME = 2;
        static final int PRODUCER_VERSION = 3;
        static final int DOCUMENTATION = 6;
        static final int GRAPH = 7;
        static final int OPSET_IMPORT = 8;
        static final int METADATA = 14;
        static final int TRAINING = 20;
        static final int FUNCTIONS = 25;

        private Model() {
        }
    }

    /// `OperatorSetIdProto`
    static final class Opset {
        static final int DOMAIN = 1;
        static final int VERSION = 2;

        private Opset() {
        }
    }

    /// `StringStringEntryProto`
    static final class Entry {
        static final int KEY = 1;
        static final int VALUE = 2;

        private Entry() {
        }
    }

    /// `GraphProto`
    static final class Graph {
        static final int NODE = 1;
        static final int NAME = 2;
        static final int INITIALIZER = 5;
        static final int INPUT = 11;
        static final int OUTPUT = 12;
        static final int VALUE = 13;
        static final int SPARSE_INITIALIZER = 15;

        private Graph() {
        }
    }

    /// `NodeProto`
    static final class Node {
        static final int INPUT = 1;
        static final int OUTPUT = 2;
        static final int NAME = 3;
        static final int TYPE = 4;
        static final int ATTRIBUTE = 5;
        static final int DOMAIN = 7;

        private Node() {
        }
    }

    /// `AttributeProto`; the kinds are `AttributeProto.AttributeType`.
    static final class Attribute {
        static final int NAME = 1;
        static final int FLOATING_POINT = 2;
        static final int INTEGRAL = 3;
        static final int TEXT = 4;
        static final int TENSOR = 5;
        static final int GRAPH = 6;
        static final int FLOATING_POINTS = 7;
        static final int INTEGRALS = 8;
        static final int TEXTS = 9;
        static final int KIND = 20;
        static final int KIND_FLOATING_POINT = 1;
        static final int KIND_INTEGRAL = 2;
        static final int KIND_TEXT = 3;
        static final int KIND_TENSOR = 4;
        static final int KIND_FLOATING_POINTS = 6;
        static final int KIND_INTEGRALS = 7;
        static final int KIND_TEXTS = 8;

        private Attribute() {
        }
    }

    /// `TensorProto`
    static final class Tensor {
        static final int SIZES = 1;
        static final int DATA_TYPE = 2;
        static final int SEGMENT = 3;
        static final int FLOATS = 4;
        static final int INT32S = 5;
        static final int INT64S = 7;
        static final int NAME = 8;
        static final int RAW = 9;
        static final int DOUBLES = 10;
        static final int EXTERNAL = 13;
        static final int LOCATION = 14;
        static final int LOCATION_EXTERNAL = 1;

        private Tensor() {
        }
    }

    /// `ValueInfoProto`, with what lies below it: `TypeProto`, its `Tensor`, `TensorShapeProto` and its `Dimension`.
    static final class Value {
        static final int NAME = 1;
        static final int TYPE = 2;
        static final int TYPE_TENSOR = 1;
        static final int TENSOR_DATA_TYPE = 1;
        static final int TENSOR_SHAPE = 2;
        static final int SHAPE_DIMENSION = 1;
        static final int DIMENSION_SIZE = 1;
        static final int DIMENSION_SYMBOL = 2;

        private Value() {
        }
    }
}

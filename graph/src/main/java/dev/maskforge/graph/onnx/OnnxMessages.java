package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;

/// The parts of a model as protobuf messages. Fields go by ascending number, as protobuf's own writers have them.
final class OnnxMessages {
    private OnnxMessages() {
    }

    static Message node(OnnxNode node) {
        Message message = new Message();
        node.inputs().forEach(input -> message.text(Schema.Node.INPUT, input));
        node.outputs().forEach(output -> message.text(Schema.Node.OUTPUT, output));
        message.text(Schema.Node.NAME, node.name()).text(Schema.Node.TYPE, node.type());
        node.attributes().forEach((name, value) -> message.message(Schema.Node.ATTRIBUTE, attribute(name, value)));
        return node.domain().isEmpty() ? message : message.text(Schema.Node.DOMAIN, node.domain());
    }

    static Message entry(String key, String value) {
        return new Message().text(Schema.Entry.KEY, key).text(Schema.Entry.VALUE, value);
    }

    static Message opset(String domain, long version) {
        return new Message().text(Schema.Opset.DOMAIN, domain).varint(Schema.Opset.VERSION, version);
    }

    private static Message attribute(String name, Attribute attribute) {
        Message message = new Message().text(Schema.Attribute.NAME, name);
        int kind = switch (attribute) {
            case Attribute.FloatingPoint(float value) -> {
                message.floatingPoint(Schema.Attribute.FLOATING_POINT, value);
                yield Schema.Attribute.KIND_FLOATING_POINT;
            }
            case Attribute.Integral(long value) -> {
                message.varint(Schema.Attribute.INTEGRAL, value);
                yield Schema.Attribute.KIND_INTEGRAL;
            }
            case Attribute.Text(String value) -> {
                message.text(Schema.Attribute.TEXT, value);
                yield Schema.Attribute.KIND_TEXT;
            }
            case Attribute.Constant(Tensor value) -> {
                message.message(Schema.Attribute.TENSOR, tensor("", value));
                yield Schema.Attribute.KIND_TENSOR;
            }
            case Attribute.FloatingPoints(var values) -> {
                values.forEach(value -> message.floatingPoint(Schema.Attribute.FLOATING_POINTS, value));
                yield Schema.Attribute.KIND_FLOATING_POINTS;
            }
            case Attribute.Integrals(var values) -> {
                values.forEach(value -> message.varint(Schema.Attribute.INTEGRALS, value));
                yield Schema.Attribute.KIND_INTEGRALS;
            }
            case Attribute.Texts(var values) -> {
                values.forEach(value -> message.text(Schema.Attribute.TEXTS, value));
                yield Schema.Attribute.KIND_TEXTS;
            }
        };
        return message.varint(Schema.Attribute.KIND, kind);
    }

    static Message tensor(String name, Tensor tensor) {
        return tensorHead(name, tensor.type()).bytes(Schema.Tensor.RAW, tensor.memory());
    }

    /// A tensor whose elements the runtime gets from elsewhere, by its name.
    static Message placeholder(String name, TensorType type) {
        return tensorHead(name, type).message(Schema.Tensor.EXTERNAL, entry("location", "memory")).varint(Schema.Tensor.LOCATION,
                Schema.Tensor.LOCATION_EXTERNAL);
    }

    private static Message tensorHead(String name, TensorType type) {
        Message message = new Message();
        for (long size : type.shape().sizes()) {
            message.varint(Schema.Tensor.SIZES, size);
        }
        message.varint(Schema.Tensor.DATA_TYPE, OnnxTypes.code(type.dataType()));
        return name.isEmpty() ? message : message.text(Schema.Tensor.NAME, name);
    }

    static Message value(String name, TensorType type) {
        Message tensor = new Message().varint(Schema.Value.TENSOR_DATA_TYPE, OnnxTypes.code(type.dataType()))
                .message(Schema.Value.TENSOR_SHAPE, shape(type.shape()));
        return new Message().text(Schema.Value.NAME, name).message(Schema.Value.TYPE,
                new Message().message(Schema.Value.TYPE_TENSOR, tensor));
    }

    private static Message shape(Shape shape) {
        Message message = new Message();
        for (Dimension dimension : shape.dimensions()) {
            message.message(Schema.Value.SHAPE_DIMENSION,
                    dimension.isConstant()
                            ? new Message().varint(Schema.Value.DIMENSION_SIZE, dimension.size())
                            : new Message().text(Schema.Value.DIMENSION_SYMBOL, dimension.toString()));
        }
        return message;
    }
}

package dev.maskforge.graph;

/// What is known of a tensor before it is computed.
public record TensorType(DataType dataType, Shape shape) {
    /// Such as `float32[N, 3, 32*h, 32*w]`.
    @Override
    public String toString() {
        return dataType.toString() + shape;
    }
}

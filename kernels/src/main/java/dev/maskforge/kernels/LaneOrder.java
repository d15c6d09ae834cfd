package dev.maskforge.kernels;

import jdk.incubator.vector.FloatVector;

/// Which lanes of two vectors, counted through both, a third is made of.
final class LaneOrder {
    /// 0, 2, 4, ...
    static final FloatVector EVEN = select(i -> 2 * i);
    /// 1, 3, 5, ...
    static final FloatVector ODD = select(i -> 2 * i + 1);
    /// In turn from the lower halves of both.
    static final FloatVector LOW = select(i -> i / 2 + i % 2 * VectorProduct.LENGTH);
    /// In turn from the upper halves of both.
    static final FloatVector HIGH = select(i -> VectorProduct.LENGTH / 2 + i / 2 + i % 2 * VectorProduct.LENGTH);

    private LaneOrder() {
    }

    @FunctionalInterface
    private interface Lane {
        int at(int number);
    }

    private static FloatVector select(Lane lane) {
        float[] lanes = new float[VectorProduct.LENGTH];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = lane.at(i);
        }
        return FloatVector.fromArray(VectorProduct.FLOATS, lanes, 0);
    }
}

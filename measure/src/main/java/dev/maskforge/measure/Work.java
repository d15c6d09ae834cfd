package dev.maskforge.measure;

import dev.maskforge.engine.Precision;

/// What a run computes, by the graph, and the least time in which the machine could.
///
/// @param graph           whose it is, by the name of its file: the subject's own, or that of its reference where the own
///                        cannot be counted
/// @param productFlops    floating-point operations of products, see [Cost]
/// @param otherFlops      all others
/// @param compulsoryBytes read and written at least
/// @param ceilings        the machine's
/// @param floorSeconds    the least time
public record Work(String graph, long productFlops, long otherFlops, long compulsoryBytes, Ceilings ceilings, double floorSeconds) {
    public Work {
        Checks.text("graph", graph);
        Checks.count("productFlops", productFlops);
        Checks.count("otherFlops", otherFlops);
        Checks.count("compulsoryBytes", compulsoryBytes);
        Checks.seconds("floorSeconds", floorSeconds);
    }

    /// Of a float32 graph that was counted whole, computed in a precision: what is held in halves takes half of the bytes.
    public static Work of(String graph, GraphCost cost, Precision precision, Ceilings ceilings) {
        Cost total = cost.total();
        long bytes = precision == Precision.FP16 ? cost.compulsoryBytes() / 2 : cost.compulsoryBytes();
        return new Work(graph, total.productFlops(), total.otherFlops(), bytes, ceilings, ceilings.floorOf(total.productFlops(), bytes));
    }
}

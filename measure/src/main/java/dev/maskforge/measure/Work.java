package dev.maskforge.measure;

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

    /// Of a graph that was counted whole.
    public static Work of(String graph, GraphCost cost, Ceilings ceilings) {
        Cost total = cost.total();
        return new Work(graph, total.productFlops(), total.otherFlops(), cost.compulsoryBytes(), ceilings, ceilings.floorOf(cost));
    }
}

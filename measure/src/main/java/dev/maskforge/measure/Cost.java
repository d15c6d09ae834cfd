package dev.maskforge.measure;

/// What computing something takes, whoever computes it. A multiply-add is two operations.
///
/// @param productFlops     floating-point operations of convolutions, matrix products and what is made of them
/// @param otherFlops       those of everything else: activations, norms, softmax, resampling
/// @param bytesRead        if every operation reads its inputs once, constants too
/// @param bytesWritten     if every operation writes its outputs once
public record Cost(long productFlops, long otherFlops, long bytesRead, long bytesWritten) {
    public static final Cost NONE = new Cost(0, 0, 0, 0);

    public Cost plus(Cost other) {
        return new Cost(Math.addExact(productFlops, other.productFlops), Math.addExact(otherFlops, other.otherFlops),
                Math.addExact(bytesRead, other.bytesRead), Math.addExact(bytesWritten, other.bytesWritten));
    }

    public long flops() {
        return productFlops + otherFlops;
    }
}

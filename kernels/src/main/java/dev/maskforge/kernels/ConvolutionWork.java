package dev.maskforge.kernels;

/// A convolution's work cut into units that threads take one after the other: blocks of results, and where those are few,
/// parts of the filters.
///
/// @param blocks       of all pictures
/// @param groups       of filters
/// @param groupsInPart in all parts but the last
record ConvolutionWork(int blocks, int groups, int groupsInPart) {
    /// The cut that takes the least time, if each unit takes its groups' products and what it prepares before them.
    ///
    /// @param preparation of a unit, in products of a group
    static ConvolutionWork of(int blocks, int groups, int preparation, int threads) {
        ConvolutionWork best = new ConvolutionWork(blocks, groups, groups);
        for (int parts = 2; parts <= Math.min(groups, 2 * threads); parts++) {
            ConvolutionWork candidate = new ConvolutionWork(blocks, groups, Math.ceilDiv(groups, parts));
            if (candidate.time(preparation, threads) < best.time(preparation, threads)) {
                best = candidate;
            }
        }
        return best;
    }

    private long time(int preparation, int threads) {
        return (long) Math.ceilDiv(units(), threads) * (groupsInPart + preparation);
    }

    private int parts() {
        return Math.ceilDiv(groups, groupsInPart);
    }

    int units() {
        return blocks * parts();
    }

    int block(int unit) {
        return unit / parts();
    }

    int firstGroup(int unit) {
        return unit % parts() * groupsInPart;
    }

    int endGroup(int unit) {
        return Math.min(groups, firstGroup(unit) + groupsInPart);
    }
}

// Two neighbours that a position along an axis lies between: half-pixel centres, clamped at the borders. The position is a
// fraction of whole numbers and is rounded once.
struct Between {
    int low;
    int high;
    float fraction;
};

__device__ __forceinline__ Between between(int target, int source_size, int target_size) {
    Between result;
    const int position = max((2 * target + 1) * source_size - target_size, 0);
    result.low = min(position / (2 * target_size), source_size - 1);
    result.high = min(result.low + 1, source_size - 1);
    result.fraction = (position - result.low * 2 * target_size) / (float) (2 * target_size);
    return result;
}

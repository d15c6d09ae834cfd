// A plain copy: its rate is what floors are told by.
//
// Set from outside: VECTORS (what one thread copies, 16 bytes each). The launch has as many threads as that takes, and no more.

struct Arguments {
    const uint4 *from;
    uint4 *to;
};

extern "C" __global__ void __launch_bounds__(256) copy(const __grid_constant__ Arguments a) {
    const long long first = (long long) blockIdx.x * blockDim.x * VECTORS + threadIdx.x;
    uint4 values[VECTORS];
#pragma unroll
    for (int i = 0; i < VECTORS; i++) {
        values[i] = a.from[first + i * blockDim.x];
    }
#pragma unroll
    for (int i = 0; i < VECTORS; i++) {
        a.to[first + i * blockDim.x] = values[i];
    }
}

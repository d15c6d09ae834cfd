// What an encoder does with each token by itself between two deformable attentions ("Deformable DETR", figure 2 and section 4.1): output
// projection, sum and normalisation, feed-forward network, sum and normalisation, and, where another layer follows, its products.
//
// A block has ROWS tokens, 64 for each of its warpgroups, which keep all that these are in registers from the first product to the last:
// the sums of one product are, rounded, just the left factor of the next. Only weights pass through shared memory. They come from global
// memory in STEPS steps of 32 columns or 32 rows, each a copy of its own that is asked for long before. A block goes on to further tokens
// while the weights go round.
//
// So that a lane reads and writes neighbouring channels, columns are numbered anew within each 64 (of the following product, 32): column
// 8 j + 2 t + e, which is lane t's, stands for channel 16 t + 2 j + e (8 t + 2 j + e). The weights that come in are in that order, and in
// the order in which the units want them (TokensWeights).
//
// Set from outside: CHANNELS (a multiple of 64 up to 256), HIDDEN and OUTPUTS (multiples of 32; 0 if no product follows), WARPGROUPS.

constexpr int ROWS = 64 * WARPGROUPS;
constexpr int WARPS = 4 * WARPGROUPS;
constexpr int PARTS = CHANNELS / 64;
constexpr int STEP_BYTES = 32 * CHANNELS * 2;
constexpr int OF_PROJECTION = CHANNELS / 32;
constexpr int OF_NETWORK = 2 * (HIDDEN / 32);
constexpr int STEPS = OF_PROJECTION + OF_NETWORK + OUTPUTS / 32;
constexpr int STAGES = 8; // steps whose weights have been asked for; a power of two
constexpr int BEHIND = 2; // steps after which a stage is filled anew, so that no warpgroup waits for another that is less behind
constexpr unsigned int WARP = 0xffffffffu;

static_assert(CHANNELS % 64 == 0 && CHANNELS <= 256 && HIDDEN % 32 == 0 && OUTPUTS % 32 == 0, "whole steps");

struct Normalisation {
    const half_t *scale; // [CHANNELS]
    const half_t *shift; // [CHANNELS]
    float epsilon;
};

struct Arguments {
    const half_t *attended;        // [rows, CHANNELS], what attention gave
    const half_t *tokens;          // [rows, CHANNELS], what is added to its projection
    const half_t *projection;      // weights in steps
    const half_t *projection_bias; // [CHANNELS]
    const half_t *inner;
    const half_t *inner_bias; // [HIDDEN]
    const half_t *outer;
    const half_t *outer_bias; // [CHANNELS]
    const half_t *following;
    const half_t *following_bias; // [OUTPUTS]
    half_t *output;               // [rows, CHANNELS]
    half_t *product;              // [rows, OUTPUTS]
    Normalisation first;
    Normalisation second;
    int rows;
};

// The weights that go round.
struct Weights {
    unsigned int stages;
    unsigned int barriers; // of each stage one for what has come and, behind them, one for who has used it
    int asked;             // steps, of all tokens of this block
    int waited = 0;
    int released = 0;

    __device__ __forceinline__ unsigned int came(int step) const {
        return barriers + step % STAGES * 8;
    }

    __device__ __forceinline__ unsigned int used(int step) const {
        return barriers + (STAGES + step % STAGES) * 8;
    }

    __device__ __forceinline__ void ask(const Arguments &a, int step) const {
        int of_round = step % STEPS;
        const half_t *from = a.projection;
        if (of_round >= OF_PROJECTION + OF_NETWORK) {
            from = a.following;
            of_round -= OF_PROJECTION + OF_NETWORK;
        } else if (of_round >= OF_PROJECTION) {
            of_round -= OF_PROJECTION;
            from = of_round % 2 == 0 ? a.inner : a.outer;
            of_round /= 2;
        }
        fetch(stages + step % STAGES * STEP_BYTES, from + (size_t) of_round * (STEP_BYTES / 2), STEP_BYTES, came(step));
    }

    // Where the next step's weights are, once they are there.
    __device__ __forceinline__ unsigned int next() {
        const int step = waited++;
        wait(came(step), step / STAGES % 2);
        return stages + step % STAGES * STEP_BYTES;
    }

    // Nobody of this warp reads the weights of the oldest steps any more, up to `kept`, which are still read.
    __device__ __forceinline__ void release(const Arguments &a, int kept) {
        while (released < waited - kept) {
            if (threadIdx.x % 32 == 0) {
                arrive(used(released));
            }
            const int old = released++ - BEHIND;
            if (threadIdx.x == 0 && old >= 0 && old + STAGES < asked) {
                wait(used(old), old / STAGES % 2);
                ask(a, old + STAGES);
            }
        }
        __syncwarp();
    }
};

// Sixteen channels of one row, when they are wanted and not before: there are no registers for what comes early.
__device__ __forceinline__ void load_row(const half_t *from, unsigned int (&pairs)[8]) {
#pragma unroll
    for (int i = 0; i < 8; i += 4) {
        asm volatile("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];"
                     : "=r"(pairs[i]), "=r"(pairs[i + 1]), "=r"(pairs[i + 2]), "=r"(pairs[i + 3])
                     : "l"(from + 2 * i));
    }
}

// A lane's rows g (half 0) and g + 8 (half 1), as the left factor of products: pair j of part p.
__device__ __forceinline__ unsigned int &pair_of(unsigned int (&factors)[PARTS][4][4], int part, int half, int j) {
    return factors[part][j / 2][j % 2 * 2 + half];
}

// Rows' sums plus a bias and something of the rows themselves, normalised, are the next left factor ("Layer Normalization", equation 4).
template <typename Added>
__device__ __forceinline__ void normalise(float (&sums)[PARTS][32], unsigned int (&factors)[PARTS][4][4], const half_t *bias,
                                          const Normalisation &by, int t, const Added &added) {
    float total[2] = {};
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
        unsigned int biases[8];
        load_row(bias + 64 * part + 16 * t, biases);
#pragma unroll
        for (int half = 0; half < 2; half++) {
            unsigned int more[8];
            added(part, half, more);
#pragma unroll
            for (int j = 0; j < 8; j++) {
                float bias_of[2];
                float of[2];
                to_floats(biases[j], bias_of[0], bias_of[1]);
                to_floats(more[j], of[0], of[1]);
#pragma unroll
                for (int e = 0; e < 2; e++) {
                    float &sum = sums[part][4 * j + 2 * half + e];
                    sum += bias_of[e] + of[e];
                    total[half] += sum;
                }
            }
        }
    }
    float mean[2];
    float squares[2] = {};
#pragma unroll
    for (int half = 0; half < 2; half++) {
        total[half] += __shfl_xor_sync(WARP, total[half], 1);
        total[half] += __shfl_xor_sync(WARP, total[half], 2);
        mean[half] = total[half] / CHANNELS;
    }
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
#pragma unroll
        for (int i = 0; i < 32; i++) {
            const float distance = sums[part][i] - mean[i / 2 % 2];
            squares[i / 2 % 2] = fmaf(distance, distance, squares[i / 2 % 2]);
        }
    }
    float factor[2];
#pragma unroll
    for (int half = 0; half < 2; half++) {
        squares[half] += __shfl_xor_sync(WARP, squares[half], 1);
        squares[half] += __shfl_xor_sync(WARP, squares[half], 2);
        factor[half] = rsqrtf(squares[half] / CHANNELS + by.epsilon);
    }
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
        unsigned int scales[8];
        unsigned int shifts[8];
        load_row(by.scale + 64 * part + 16 * t, scales);
        load_row(by.shift + 64 * part + 16 * t, shifts);
#pragma unroll
        for (int j = 0; j < 8; j++) {
            float scale[2];
            float shift[2];
            to_floats(scales[j], scale[0], scale[1]);
            to_floats(shifts[j], shift[0], shift[1]);
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const float *sum = sums[part] + 4 * j + 2 * half;
                pair_of(factors, part, half, j) = to_halves(fmaf((sum[0] - mean[half]) * factor[half], scale[0], shift[0]),
                                                            fmaf((sum[1] - mean[half]) * factor[half], scale[1], shift[1]));
            }
        }
    }
}

// sums += factors times 32 rows of weights, for all channels.
__device__ __forceinline__ void multiply_rows(float (&sums)[PARTS][32], const unsigned int (&factors)[2][4], unsigned int weights, bool more) {
#pragma unroll
    for (int step = 0; step < 2; step++) {
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            multiply(sums[part], factors[step], right_factor(weights + step * 32 * CHANNELS + part * 1024, 16 * CHANNELS), more || step > 0);
        }
    }
}

// sums = all channels times 32 columns of weights.
__device__ __forceinline__ void multiply_columns(float (&sums)[16], const unsigned int (&factors)[PARTS][4][4], unsigned int weights) {
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
#pragma unroll
        for (int step = 0; step < 4; step++) {
            multiply(sums, factors[part][step], right_factor(weights + (4 * part + step) * 1024, 512), part + step > 0);
        }
    }
}

extern "C" __global__ void __launch_bounds__(32 * WARPS, 1) tokens(const __grid_constant__ Arguments a) {
    extern __shared__ __align__(1024) unsigned char shared[];
    const int g = threadIdx.x % 32 / 4;
    const int t = threadIdx.x % 4;
    const int tiles = (a.rows + ROWS - 1) / ROWS;
    Weights weights;
    weights.stages = shared_address(shared);
    weights.barriers = weights.stages + STAGES * STEP_BYTES;
    weights.asked = (tiles - (int) blockIdx.x + (int) gridDim.x - 1) / (int) gridDim.x * STEPS;
    if (threadIdx.x == 0) {
        for (int i = 0; i < STAGES; i++) {
            make_barrier(weights.came(i), 1);
            make_barrier(weights.used(i), WARPS);
        }
        show_barriers();
        for (int step = 0; step < STAGES && step < weights.asked; step++) {
            weights.ask(a, step);
        }
    }
    __syncthreads();

    for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        const int row = tile * ROWS + threadIdx.x / 32 * 16 + g;
        // Rows beyond the last go along with it, and are not written.
        const size_t of[2] = {(size_t) min(row, a.rows - 1), (size_t) min(row + 8, a.rows - 1)};
        unsigned int factors[PARTS][4][4];
        float sums[PARTS][32];
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                unsigned int pairs[8];
                load_row(a.attended + of[half] * CHANNELS + 64 * part + 16 * t, pairs);
#pragma unroll
                for (int j = 0; j < 8; j++) {
                    pair_of(factors, part, half, j) = pairs[j];
                }
            }
        }
#pragma unroll
        for (int step = 0; step < OF_PROJECTION; step++) {
            const unsigned int at = weights.next();
            begin_products();
            const unsigned int(&two)[2][4] = *reinterpret_cast<const unsigned int(*)[2][4]>(&factors[step / 2][step % 2 * 2]);
            multiply_rows(sums, two, at, step > 0);
            end_products();
            wait_for_products<1>();
            weights.release(a, 1);
        }
        wait_for_products<0>();
        weights.release(a, 0);
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            touch(sums[part]);
        }
        normalise(sums, factors, a.projection_bias, a.first, t, [&](int part, int half, unsigned int(&pairs)[8]) {
            load_row(a.tokens + of[half] * CHANNELS + 64 * part + 16 * t, pairs);
        });
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
#pragma unroll
            for (int i = 0; i < 32; i++) {
                sums[part][i] = 0.f;
            }
        }

#pragma unroll 1
        for (int chunk = 0; chunk < HIDDEN / 32; chunk++) {
            float hidden[16];
            unsigned int active[2][4];
            const unsigned int inner = weights.next();
            begin_products();
            multiply_columns(hidden, factors, inner);
            end_products();
            unsigned int biases[4];
#pragma unroll
            for (int j = 0; j < 4; j++) {
                biases[j] = __ldg(reinterpret_cast<const unsigned int *>(a.inner_bias + 32 * chunk + 8 * j + 2 * t));
            }
            wait_for_products<0>();
            weights.release(a, 0);
            touch(hidden);
#pragma unroll
            for (int j = 0; j < 4; j++) {
                float bias[2];
                to_floats(biases[j], bias[0], bias[1]);
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    active[j / 2][j % 2 * 2 + half] = to_halves(fmaxf(hidden[4 * j + 2 * half] + bias[0], 0.f),
                                                                fmaxf(hidden[4 * j + 2 * half + 1] + bias[1], 0.f));
                }
            }
            const unsigned int outer = weights.next();
            begin_products();
            multiply_rows(sums, active, outer, true);
            end_products();
        }
        wait_for_products<0>();
        weights.release(a, 0);
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            touch(sums[part]);
        }
        normalise(sums, factors, a.outer_bias, a.second, t, [&](int part, int half, unsigned int(&pairs)[8]) {
#pragma unroll
            for (int j = 0; j < 8; j++) {
                pairs[j] = pair_of(factors, part, half, j);
            }
        });
#pragma unroll
        for (int half = 0; half < 2; half++) {
            if (row + 8 * half < a.rows) {
#pragma unroll
                for (int part = 0; part < PARTS; part++) {
                    uint4 *to = reinterpret_cast<uint4 *>(a.output + of[half] * CHANNELS + 64 * part + 16 * t);
                    to[0] = make_uint4(pair_of(factors, part, half, 0), pair_of(factors, part, half, 1), pair_of(factors, part, half, 2),
                                       pair_of(factors, part, half, 3));
                    to[1] = make_uint4(pair_of(factors, part, half, 4), pair_of(factors, part, half, 5), pair_of(factors, part, half, 6),
                                       pair_of(factors, part, half, 7));
                }
            }
        }

#pragma unroll 1
        for (int chunk = 0; chunk < OUTPUTS / 32; chunk++) {
            float following[16];
            const unsigned int at = weights.next();
            begin_products();
            multiply_columns(following, factors, at);
            end_products();
            const uint4 bias = __ldg(reinterpret_cast<const uint4 *>(a.following_bias + 32 * chunk + 8 * t));
            const unsigned int biases[4] = {bias.x, bias.y, bias.z, bias.w};
            wait_for_products<0>();
            weights.release(a, 0);
            touch(following);
#pragma unroll
            for (int half = 0; half < 2; half++) {
                unsigned int pairs[4];
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    float of_column[2];
                    to_floats(biases[j], of_column[0], of_column[1]);
                    pairs[j] = to_halves(following[4 * j + 2 * half] + of_column[0], following[4 * j + 2 * half + 1] + of_column[1]);
                }
                if (row + 8 * half < a.rows) {
                    *reinterpret_cast<uint4 *>(a.product + of[half] * OUTPUTS + 32 * chunk + 8 * t) =
                        make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
                }
            }
        }
    }
}

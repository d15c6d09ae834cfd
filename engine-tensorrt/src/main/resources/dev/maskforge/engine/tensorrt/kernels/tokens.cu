// What an encoder does with each token by itself between two deformable attentions ("Deformable DETR", figure 2 and section 4.1): output
// projection, sum and normalisation, feed-forward network, sum and normalisation, and, where another layer follows, its products.
//
// A block has ROWS tokens, 64 for each of its warpgroups, which keep nearly all that these are in registers from the first product to the
// last: of the hidden channels 64 at a time, which are, rounded, just the left factor of the next product; only what is normalised goes
// through shared memory. One more warpgroup sees to the weights, which come from global memory in STEPS steps of 64 columns or 64 rows,
// each a copy of its own. A block goes on to further tokens while the weights go round.
//
// So that a lane reads and writes neighbouring channels, columns are numbered anew within each 64: column 8 j + 2 t + e, which is lane
// t's, stands for channel 16 t + 2 j + e. The weights that come in are in that order, and in the order in which the units want them
// (TokensWeights); where the columns of the product that follows are no whole steps, the last has zeros.
//
// Set from outside: CHANNELS (a multiple of 64 up to 256), HIDDEN (a multiple of 64), OUTPUTS (a multiple of 16; 0 if no product follows),
// WARPGROUPS (1 or 2).

constexpr int ROWS = 64 * WARPGROUPS;
constexpr int WARPS = 4 * WARPGROUPS;
constexpr int PARTS = CHANNELS / 64;
constexpr int STEP_BYTES = 64 * CHANNELS * 2;
constexpr int TILE_BYTES = 64 * CHANNELS * 2; // a warpgroup's normalised tokens
constexpr int OF_NETWORK = 2 * (HIDDEN / 64);
constexpr int OF_FOLLOWING = (OUTPUTS + 63) / 64;
constexpr int STEPS = PARTS + OF_NETWORK + OF_FOLLOWING;
constexpr int STAGES = 4; // steps whose weights have been asked for; a power of two
constexpr unsigned int WARP = 0xffffffffu;

static_assert(CHANNELS % 64 == 0 && CHANNELS <= 256 && HIDDEN % 64 == 0 && OUTPUTS % 16 == 0, "whole steps");

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

// The weights that go round: of each stage a barrier for what has come and, behind all these, one for who has used it.
struct Weights {
    unsigned int stages;
    unsigned int barriers;

    __device__ __forceinline__ unsigned int stage(int step) const {
        return stages + step % STAGES * STEP_BYTES;
    }

    __device__ __forceinline__ unsigned int came(int step) const {
        return barriers + step % STAGES * 8;
    }

    __device__ __forceinline__ unsigned int used(int step) const {
        return barriers + (STAGES + step % STAGES) * 8;
    }

    // Where a step's weights are, once they are there.
    __device__ __forceinline__ unsigned int of(int step) const {
        wait_at(came(step), step / STAGES % 2);
        return stage(step);
    }

    // This warp reads a step's weights no more.
    __device__ __forceinline__ void release(int step) const {
        if (threadIdx.x % 32 == 0) {
            arrive(used(step));
        }
    }

    __device__ __forceinline__ void bring(const half_t *from, int step) const {
        if (step >= STAGES) {
            wait_at(used(step), (step / STAGES - 1) % 2);
        }
        expect(came(step), STEP_BYTES);
        copy(stage(step), from, STEP_BYTES, came(step));
    }

    // All that go round, as often as it takes: the work of one thread of the block.
    __device__ __forceinline__ void bring_all(const Arguments &a, int rounds) const {
        int step = 0;
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < PARTS; i++) {
                bring(a.projection + i * (STEP_BYTES / 2), step++);
            }
            for (int i = 0; i < OF_NETWORK / 2; i++) {
                bring(a.inner + i * (STEP_BYTES / 2), step++);
                bring(a.outer + i * (STEP_BYTES / 2), step++);
            }
            for (int i = 0; i < OF_FOLLOWING; i++) {
                bring(a.following + i * (STEP_BYTES / 2), step++);
            }
        }
    }
};

// Values of global memory, when they are wanted and not before, since there are no registers for what comes early; nor later, so that
// they come while the units are busy.
__device__ __forceinline__ unsigned int load_pair(const half_t *from) {
    unsigned int pair;
    asm volatile("ld.global.nc.u32 %0, [%1];" : "=r"(pair) : "l"(from));
    return pair;
}

template <int PAIRS> __device__ __forceinline__ void load_row(const half_t *from, unsigned int (&pairs)[PAIRS]) {
#pragma unroll
    for (int i = 0; i < PAIRS; i += 4) {
        asm volatile("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];"
                     : "=r"(pairs[i]), "=r"(pairs[i + 1]), "=r"(pairs[i + 2]), "=r"(pairs[i + 3])
                     : "l"(from + 2 * i));
    }
}

template <int PAIRS> __device__ __forceinline__ void store_row(half_t *to, const unsigned int (&pairs)[PAIRS]) {
#pragma unroll
    for (int i = 0; i < PAIRS; i += 4) {
        reinterpret_cast<uint4 *>(to)[i / 4] = make_uint4(pairs[i], pairs[i + 1], pairs[i + 2], pairs[i + 3]);
    }
}

// The lane's place within a warpgroup's normalised tokens: of its row g (half 0) or g + 8 (half 1) pair j of part p, which the units read
// as columns 2 t and 2 t + 1 of the eight that are 8 p + j.
struct Tile {
    unsigned int memory;

    __device__ __forceinline__ unsigned int at(int part, int half, int j) const {
        return memory + (8 * part + j) * 1024 + (threadIdx.x / 32 % 4 * 2 + half) * 128 + threadIdx.x % 32 * 4;
    }
};

// Rows' sums plus a bias and something of the rows themselves, normalised ("Layer Normalization", equation 4), become the tile; `give`
// gets the same.
template <typename Added, typename Give>
__device__ __forceinline__ void normalise(float (&sums)[PARTS][32], const Tile &tile, const half_t *bias, const Normalisation &by,
                                          const Added &added, const Give &give) {
    const int first = threadIdx.x % 4 * 16;
    float total[2] = {};
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
        touch(sums[part]);
        unsigned int biases[8];
        load_row(bias + 64 * part + first, biases);
#pragma unroll
        for (int half = 0; half < 2; half++) {
            unsigned int more[8];
            added(part, half, more);
#pragma unroll
            for (int j = 0; j < 8; j++) {
                float of_bias[2];
                float of_more[2];
                to_floats(biases[j], of_bias[0], of_bias[1]);
                to_floats(more[j], of_more[0], of_more[1]);
#pragma unroll
                for (int e = 0; e < 2; e++) {
                    float &sum = sums[part][4 * j + 2 * half + e];
                    sum += of_bias[e] + of_more[e];
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
    // The units read the tile for no warp any more.
    meet_warpgroup(threadIdx.x / 128);
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
        unsigned int scales[8];
        unsigned int shifts[8];
        load_row(by.scale + 64 * part + first, scales);
        load_row(by.shift + 64 * part + first, shifts);
#pragma unroll
        for (int half = 0; half < 2; half++) {
            unsigned int pairs[8];
#pragma unroll
            for (int j = 0; j < 8; j++) {
                float scale[2];
                float shift[2];
                to_floats(scales[j], scale[0], scale[1]);
                to_floats(shifts[j], shift[0], shift[1]);
                const float *sum = sums[part] + 4 * j + 2 * half;
                pairs[j] = to_halves(fmaf((sum[0] - mean[half]) * factor[half], scale[0], shift[0]),
                                     fmaf((sum[1] - mean[half]) * factor[half], scale[1], shift[1]));
                store_shared(tile.at(part, half, j), pairs[j]);
            }
            give(part, half, pairs);
        }
    }
    show_stored(threadIdx.x / 128);
}

// Columns of all parts, in one product if there are 256.
template <int N>
__device__ __forceinline__ void multiply_parts(float (&sums)[N][32], const unsigned int (&left)[4], unsigned int right, bool more) {
#pragma unroll
    for (int part = 0; part < N; part++) {
        multiply(sums[part], left, right + further(1024 * part), more);
    }
}

__device__ __forceinline__ void multiply_parts(float (&sums)[4][32], const unsigned int (&left)[4], unsigned int right, bool more) {
    multiply(sums, left, right, more);
}

// sums += factors times 64 rows of weights, for all channels.
__device__ __forceinline__ void multiply_rows(float (&sums)[PARTS][32], const unsigned int (&factors)[4][4], unsigned int weights,
                                              bool more) {
    const unsigned int right = factor_at(weights, 16 * CHANNELS);
#pragma unroll
    for (int step = 0; step < 4; step++) {
        multiply_parts(sums, factors[step], right + further(32 * CHANNELS * step), more || step > 0);
    }
}

// sums = all channels of the tile times 64 columns of weights.
__device__ __forceinline__ void multiply_columns(float (&sums)[32], const Tile &tile, unsigned int weights) {
    const unsigned int left = factor_at(tile.memory, 1024);
    const unsigned int right = factor_at(weights, 1024);
#pragma unroll
    for (int step = 0; step < CHANNELS / 16; step++) {
        multiply(sums, left + further(2048 * step), right + further(2048 * step), step > 0);
    }
}

// A step of the product that follows: of each row a lane has sixteen neighbouring columns from `column` on.
struct Following {
    int column;
    float sums[32];
    unsigned int biases[8] = {};

    __device__ __forceinline__ void begin(const Arguments &a, const Weights &weights, const Tile &tile, int chunk, int step) {
        const unsigned int following = weights.of(step + chunk);
        begin_products();
        multiply_columns(sums, tile, following);
        end_products();
        column = 64 * chunk + threadIdx.x % 4 * 16;
        if (column < OUTPUTS) {
            load_row(a.following_bias + column, biases);
        }
    }

    // Once its products are done.
    __device__ __forceinline__ void end(const Arguments &a, int row) {
        touch(sums);
#pragma unroll
        for (int half = 0; half < 2; half++) {
            unsigned int pairs[8];
#pragma unroll
            for (int j = 0; j < 8; j++) {
                float bias[2];
                to_floats(biases[j], bias[0], bias[1]);
                pairs[j] = to_halves(sums[4 * j + 2 * half] + bias[0], sums[4 * j + 2 * half + 1] + bias[1]);
            }
            if (row + 8 * half < a.rows && column < OUTPUTS) {
                store_row(a.product + (size_t) (row + 8 * half) * OUTPUTS + column, pairs);
            }
        }
    }
};

// The product that follows, two steps at a time: one is written while the units are at the other.
__device__ __forceinline__ void follow(const Arguments &a, const Weights &weights, const Tile &tile, int row, int step) {
#pragma unroll 1
    for (int chunk = 0; chunk + 1 < OF_FOLLOWING; chunk += 2) {
        Following first;
        Following second;
        first.begin(a, weights, tile, chunk, step);
        second.begin(a, weights, tile, chunk + 1, step);
        wait_for_products<1>();
        weights.release(step + chunk);
        first.end(a, row);
        wait_for_products<0>();
        weights.release(step + chunk + 1);
        second.end(a, row);
    }
    if constexpr (OF_FOLLOWING % 2 == 1) {
        Following last;
        last.begin(a, weights, tile, OF_FOLLOWING - 1, step);
        wait_for_products<0>();
        weights.release(step + OF_FOLLOWING - 1);
        last.end(a, row);
    }
}

// Products of a tile of tokens, whose rows of this lane are `row` and `row` + 8, with weights from `step` on.
__device__ __forceinline__ void compute(const Arguments &a, const Weights &weights, const Tile &tile, int row, int step) {
    const int t = threadIdx.x % 4;
    // Rows beyond the last go along with it, and are not written.
    const auto at = [&](int part, int half) { return (size_t) min(row + 8 * half, a.rows - 1) * CHANNELS + 64 * part + 16 * t; };
    float sums[PARTS][32];
    {
        unsigned int factors[PARTS][4][4];
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                unsigned int pairs[8];
                load_row(a.attended + at(part, half), pairs);
#pragma unroll
                for (int j = 0; j < 8; j++) {
                    factors[part][j / 2][j % 2 * 2 + half] = pairs[j];
                }
            }
        }
#pragma unroll
        for (int part = 0; part < PARTS; part++, step++) {
            const unsigned int projection = weights.of(step);
            begin_products();
            multiply_rows(sums, factors[part], projection, part > 0);
            end_products();
            if (part > 0) {
                wait_for_products<1>();
                weights.release(step - 1);
            }
        }
        wait_for_products<0>();
        weights.release(step - 1);
    }
    normalise(
        sums, tile, a.projection_bias, a.first,
        [&](int part, int half, unsigned int(&pairs)[8]) { load_row(a.tokens + at(part, half), pairs); },
        [](int, int, const unsigned int(&)[8]) {});
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
#pragma unroll
        for (int i = 0; i < 32; i++) {
            sums[part][i] = 0.f;
        }
    }

#pragma unroll 1
    for (int chunk = 0; chunk < HIDDEN / 64; chunk++, step += 2) {
        float hidden[32];
        unsigned int active[4][4];
        const unsigned int inner = weights.of(step);
        begin_products();
        multiply_columns(hidden, tile, inner);
        end_products();
        unsigned int biases[8];
#pragma unroll
        for (int j = 0; j < 8; j++) {
            biases[j] = load_pair(a.inner_bias + 64 * chunk + 8 * j + 2 * t);
        }
        wait_for_products<0>();
        weights.release(step);
        if (chunk > 0) {
            weights.release(step - 1);
        }
        touch(hidden);
#pragma unroll
        for (int j = 0; j < 8; j++) {
            float bias[2];
            to_floats(biases[j], bias[0], bias[1]);
#pragma unroll
            for (int half = 0; half < 2; half++) {
                active[j / 2][j % 2 * 2 + half] = to_halves(relu(hidden[4 * j + 2 * half] + bias[0]), relu(hidden[4 * j + 2 * half + 1] + bias[1]));
            }
        }
        const unsigned int outer = weights.of(step + 1);
        begin_products();
        multiply_rows(sums, active, outer, true);
        end_products();
    }
    wait_for_products<0>();
    weights.release(step - 1);
    normalise(
        sums, tile, a.outer_bias, a.second,
        [&](int part, int half, unsigned int(&pairs)[8]) {
#pragma unroll
            for (int j = 0; j < 8; j++) {
                pairs[j] = load_shared(tile.at(part, half, j));
            }
        },
        [&](int part, int half, const unsigned int(&pairs)[8]) {
            if (row + 8 * half < a.rows) {
                store_row(a.output + at(part, half), pairs);
            }
        });
    follow(a, weights, tile, row, step);
}

extern "C" __global__ void __launch_bounds__(32 * WARPS + 128, 1) tokens(const __grid_constant__ Arguments a) {
    extern __shared__ __align__(1024) unsigned char shared[];
    Weights weights;
    weights.stages = shared_address(shared);
    const unsigned int tiles = weights.stages + STAGES * STEP_BYTES;
    weights.barriers = tiles + WARPGROUPS * TILE_BYTES;
    if (threadIdx.x == 0) {
        for (int i = 0; i < STAGES; i++) {
            make_barrier(weights.came(i), 1);
            make_barrier(weights.used(i), WARPS);
        }
    }
    __syncthreads();
    const int rounds = (a.rows + ROWS - 1) / ROWS;
    if (threadIdx.x >= 32 * WARPS) {
        give_registers<WARPGROUPS>();
        if (threadIdx.x == 32 * WARPS) {
            weights.bring_all(a, (rounds - (int) blockIdx.x + (int) gridDim.x - 1) / (int) gridDim.x);
        }
    } else {
        take_registers<WARPGROUPS>();
        const Tile tile = {tiles + threadIdx.x / 128 * TILE_BYTES};
        int step = 0;
        for (int round = blockIdx.x; round < rounds; round += gridDim.x, step += STEPS) {
            compute(a, weights, tile, round * ROWS + threadIdx.x / 32 * 16 + threadIdx.x % 32 / 4, step);
        }
    }
}

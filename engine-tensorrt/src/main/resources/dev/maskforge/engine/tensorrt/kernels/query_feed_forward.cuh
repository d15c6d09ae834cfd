// Of the stages of queries, the feed-forward network.

constexpr int FRAGMENTS = sizeof(VALUE) == 2 ? 4 : 2; // as many as there are registers for
constexpr int FIRST_UNROLLED = FIRST_SHARED && sizeof(VALUE) == 4 ? 2 : STEPS;
constexpr int INNER_STEPS = HIDDEN / STEP;

__device__ __forceinline__ void load_more(uint4 (&c)[INNER_STEPS][FRAGMENTS], const Stage &stage, const Block &block, int column) {
    const VALUE *weight = stage.more_weight + (column + block.g) * stage.more_row + block.rank * stage.more_block + block.q * VECTOR;
#pragma unroll
    for (int i = 0; i < INNER_STEPS; i++) {
#pragma unroll
        for (int j = 0; j < FRAGMENTS; j++) {
            c[i][j] = constant(weight + 8 * j * stage.more_row + i * STEP);
        }
    }
}

// Asks for the weights of a feed-forward network.
__device__ __forceinline__ void ask_for_weights(const Stage &stage, const Block &block) {
    const unsigned int barrier = block.barriers + 8 * (BUFFERS + 1), to = block.memory + WEIGHTS_AT;
    if constexpr (FIRST_SHARED) {
        constexpr int PIECE = WEIGHT_BYTES / WARPS;
        if (block.lane == 0) {
            copy(to + block.warp * PIECE, stage.weight + block.rank * HIDDEN * WIDTH + block.warp * (PIECE / (int) sizeof(VALUE)), PIECE, barrier);
        }
    }
    if constexpr (SECOND_SHARED) {
        constexpr int PIECE = WEIGHT_BYTES / WARPS;
        if (stage.more_row == HIDDEN) {
            if (block.lane == 0) {
                copy(to + WEIGHT_BYTES + block.warp * PIECE, stage.more_weight + block.rank * stage.more_block + block.warp * (PIECE / (int) sizeof(VALUE)), PIECE, barrier);
            }
            return;
        }
        for (int i = threadIdx.x; i < WIDTH; i += THREADS) {
            copy(to + WEIGHT_BYTES + i * (HIDDEN * (int) sizeof(VALUE)), stage.more_weight + i * stage.more_row + block.rank * stage.more_block,
                 HIDDEN * sizeof(VALUE), barrier);
        }
    }
}

// Vectors 4 i + q and, if there are, 4 (i + 1) + q of a row of weights in shared memory. All rows begin at the same bank, so that
// every other one is read the other way round.
template <int VECTORS> __device__ __forceinline__ void two_steps(uint4 (&steps)[2], const uint4 *weights, int row, int i, const Block &block) {
    const uint4 *from = weights + row * VECTORS + 4 * i + block.q;
    if constexpr (VECTORS % 8 == 0) {
        const bool odd = row % 2;
        const uint4 a = from[odd ? 4 : 0], b = from[odd ? 0 : 4];
        steps[0] = make_uint4(odd ? b.x : a.x, odd ? b.y : a.y, odd ? b.z : a.z, odd ? b.w : a.w);
        steps[1] = make_uint4(odd ? a.x : b.x, odd ? a.y : b.y, odd ? a.z : b.z, odd ? a.w : b.w);
    } else {
        steps[0] = from[0];
        if (4 * (i + 1) < VECTORS) {
            steps[1] = from[4];
        }
    }
}

// A block has HIDDEN of the hidden channels, and of all channels of the result the share of the sum that these give.
__device__ __forceinline__ void feed_forward(const Stage &stage, Block &block) {
    constexpr bool EARLY = (sizeof(VALUE) == 2 || FIRST_SHARED) && !SECOND_SHARED;
    const int g = block.g, q = block.q, warp = block.warp;
    VALUE *hidden = reinterpret_cast<VALUE *>(block.shared + HIDDEN_AT);
    const int first = warp < HIDDEN / 16 ? block.rank * HIDDEN + 16 * warp : 0;
    uint4 b[2][FIRST_SHARED ? 1 : STEPS], c[INNER_STEPS][FRAGMENTS];
    const uint4 *first_weights = reinterpret_cast<const uint4 *>(block.shared + WEIGHTS_AT);
    const uint4 *second_weights = reinterpret_cast<const uint4 *>(block.shared + WEIGHTS_AT + WEIGHT_BYTES);
    uint4 inputs[INPUTS];
    ask_for_input(inputs, stage, block);
    if constexpr (!FIRST_SHARED) {
#pragma unroll
        for (int j = 0; j < 2; j++) {
#pragma unroll
            for (int i = 0; i < STEPS; i++) {
                b[j][i] = constant(stage.weight + (first + 8 * j + g) * WIDTH + q * VECTOR + i * STEP);
            }
        }
    }
    if (EARLY && 8 * FRAGMENTS * warp < WIDTH) {
        load_more(c, stage, block, 8 * FRAGMENTS * warp);
    }
    const RawPair biases[2] = {raw(stage.bias + first + 2 * q), raw(stage.bias + first + 8 + 2 * q)};
    const bool has = 16 * block.rank < WIDTH;
    // Two neighbouring values of each lane's part a thread.
    const int pair = threadIdx.x % 4, of_lane = threadIdx.x / 4 % 32, own_column = 16 * block.rank + pair / 2 * 8 + of_lane % 4 * 2;
    const RawPair more_bias = raw(stage.more_bias + (has ? own_column : 0));
    together(block);
    begin(inputs, stage, block);
    if constexpr (FIRST_SHARED) {
        receive(block, BUFFERS + 1);
    }
    Normalisation::apply(stage, block);
    if (stage.scale == nullptr) {
        __syncthreads();
    }
    if (warp < HIDDEN / 16) {
#pragma unroll 1
        for (int tile = 0; tile < TILES; tile++) {
            float sums[2][4] = {}, more[2][4] = {};
            const VALUE *low = block.buffer(stage.from) + (16 * tile + g) * PITCH + q * VECTOR;
#pragma unroll FIRST_UNROLLED
            for (int i = 0; i < STEPS; i += 2) {
                uint4 factors[2][2];
#pragma unroll
                for (int j = 0; j < 2; j++) {
                    if constexpr (FIRST_SHARED) {
                        two_steps<OF_ROW>(factors[j], first_weights, 16 * warp + 8 * j + g, i, block);
                    } else {
                        factors[j][0] = b[j][i];
                        factors[j][1] = b[j][i + 1 < STEPS ? i + 1 : i];
                    }
                }
#pragma unroll
                for (int k = 0; k < 2 && i + k < STEPS; k++) {
                    const uint4 a0 = Units<VALUE>::rounded(*reinterpret_cast<const uint4 *>(low + (i + k) * STEP));
                    const uint4 a1 = Units<VALUE>::rounded(*reinterpret_cast<const uint4 *>(low + 8 * PITCH + (i + k) * STEP));
#pragma unroll
                    for (int j = 0; j < 2; j++) {
                        const uint4 factor = Units<VALUE>::rounded(factors[j][k]);
                        Units<VALUE>::step(sums[j], a0.x, a1.x, a0.y, a1.y, factor.x, factor.y);
                        Units<VALUE>::step(more[j], a0.z, a1.z, a0.w, a1.w, factor.z, factor.w);
                    }
                }
            }
#pragma unroll
            for (int i = 0; i < 2; i++) {
                VALUE *to = hidden + (16 * tile + g) * HIDDEN_PITCH + 16 * warp + 8 * i + 2 * q;
                const float2 bias = Raw<VALUE>::floats(biases[i]);
                Pair<VALUE>::store_factor(to, relu(sums[i][0] + more[i][0] + bias.x), relu(sums[i][1] + more[i][1] + bias.y));
                Pair<VALUE>::store_factor(to + 8 * HIDDEN_PITCH, relu(sums[i][2] + more[i][2] + bias.x),
                                          relu(sums[i][3] + more[i][3] + bias.y));
            }
        }
    }
    __syncthreads();
    const unsigned int barrier = block.barriers + 8 * BUFFERS;
#pragma unroll 1
    for (int column = 8 * FRAGMENTS * warp; column < WIDTH; column += 8 * FRAGMENTS * WARPS) {
        if (!SECOND_SHARED && !(EARLY && column < 8 * FRAGMENTS * WARPS)) {
            load_more(c, stage, block, column);
        }
#pragma unroll 1
        for (int tile = 0; tile < TILES; tile++) {
            float sums[FRAGMENTS][4] = {};
            const VALUE *low = hidden + (16 * tile + g) * HIDDEN_PITCH + q * VECTOR;
#pragma unroll
            for (int i = 0; i < INNER_STEPS; i += 2) {
                uint4 a[2][2];
#pragma unroll
                for (int k = 0; k < 2 && i + k < INNER_STEPS; k++) {
                    a[k][0] = *reinterpret_cast<const uint4 *>(low + (i + k) * STEP);
                    a[k][1] = *reinterpret_cast<const uint4 *>(low + 8 * HIDDEN_PITCH + (i + k) * STEP);
                }
#pragma unroll
                for (int j = 0; j < FRAGMENTS; j++) {
                    uint4 factors[2];
                    if constexpr (SECOND_SHARED) {
                        two_steps<HIDDEN / VECTOR>(factors, second_weights, column + 8 * j + g, i, block);
                    } else {
                        factors[0] = c[i][j];
                        factors[1] = c[i + 1 < INNER_STEPS ? i + 1 : i][j];
                    }
#pragma unroll
                    for (int k = 0; k < 2 && i + k < INNER_STEPS; k++) {
                        multiply_add(sums[j], a[k][0], a[k][1], Units<VALUE>::rounded(factors[k]));
                    }
                }
            }
#pragma unroll
            for (int j = 0; j < FRAGMENTS; j += 2) {
                const int rank = column / 16 + j / 2;
#pragma unroll
                for (int i = 0; i < PART; i++) {
                    const unsigned int to = block.memory + PARTS_AT + (((block.rank * TILES + tile) * PART + i) * 32 + block.lane) * 16;
                    send(remote(to, rank), remote(barrier, rank), part(sums[j], sums[j + 1], i));
                }
            }
        }
    }
    if (has) {
        const int lane = of_lane, column = own_column;
        const float2 bias = Raw<VALUE>::floats(more_bias);
        receive(block, BUFFERS);
#pragma unroll 1
        for (int tile = threadIdx.x / 128; tile < TILES; tile += THREADS / 128) {
            float2 x = bias;
#pragma unroll
            for (int i = 0; i < CLUSTER; i++) {
                const char *from = block.shared + PARTS_AT + (((i * TILES + tile) * PART + (PART == 1 ? 0 : pair / 2)) * 32 + lane) * 16;
                if constexpr (PART == 1) {
                    float y, z;
                    to_floats(*reinterpret_cast<const unsigned int *>(from + 4 * pair), y, z);
                    x.x += y;
                    x.y += z;
                } else {
                    const float2 y = *reinterpret_cast<const float2 *>(from + 8 * (pair % 2));
                    x.x += y.x;
                    x.y += y.y;
                }
            }
            const int row = 16 * tile + lane / 4 + 8 * (pair % 2);
            finish(stage, block, row, column, x.x, x.y, reinterpret_cast<VALUE *>(block.shared + SENT_AT) + row * 16 + column % 16);
        }
    }
    // The next network's weights are copied to where this one's have been read.
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    __syncthreads();
    if (has) {
        broadcast<ROWS, 16>(block, stage.to, 0, 16 * block.rank);
    }
    have_none(block, stage.to);
}

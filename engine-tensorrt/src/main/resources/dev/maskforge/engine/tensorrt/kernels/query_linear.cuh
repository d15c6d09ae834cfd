// Of the stages of queries, the linear layer, with the layer normalisation that comes before it.

__device__ __forceinline__ float sum_of_lanes(float x) {
#pragma unroll
    for (int i = 1; i < LANES; i *= 2) {
        x += __shfl_xor_sync(WARP, x, i);
    }
    return x;
}

// A layer normalisation of a buffer: LANES lanes have a row.
struct Normalisation {
    static __device__ __forceinline__ void ask(Block &block, int index) {
        if (index < block.count && threadIdx.x < 2 * OF_ROW) {
            block.factors = constant((threadIdx.x < OF_ROW ? block.stages[index].scale : block.stages[index].shift) + threadIdx.x % OF_ROW * VECTOR);
        }
    }

    static __device__ __forceinline__ void apply(const Stage &stage, Block &block) {
        if (stage.scale == nullptr) {
            return;
        }
        uint4 *factors = reinterpret_cast<uint4 *>(block.shared + FACTORS_AT);
        if (threadIdx.x < 2 * OF_ROW) {
            factors[threadIdx.x] = block.factors;
        }
        __syncthreads();
        ask(block, block.next_normal[block.index]);
        const int part = block.lane % LANES;
        VALUE *rows = block.buffer(stage.from);
#pragma unroll 1
        for (int row = 32 / LANES * block.warp + block.lane / LANES; row < ROWS; row += 32 / LANES * WARPS) {
            uint4 vectors[ROW_VECTORS];
            float x[WIDTH / LANES];
#pragma unroll
            for (int i = 0; i < ROW_VECTORS; i++) {
                vectors[i] = *reinterpret_cast<const uint4 *>(rows + row * PITCH + (part + LANES * i) * VECTOR);
            }
            unpack(vectors, x);
            float totals[4] = {}, squares[4] = {};
#pragma unroll
            for (int i = 0; i < WIDTH / LANES; i++) {
                totals[i % 4] += x[i];
            }
            const float mean = sum_of_lanes((totals[0] + totals[1]) + (totals[2] + totals[3])) / WIDTH;
#pragma unroll
            for (int i = 0; i < WIDTH / LANES; i++) {
                x[i] -= mean;
                squares[i % 4] += x[i] * x[i];
            }
            const float factor = rsqrtf(sum_of_lanes((squares[0] + squares[1]) + (squares[2] + squares[3])) / WIDTH + stage.epsilon);
            const int at = block.first + row;
            const bool writes = stage.normal != nullptr && row % CLUSTER == block.rank && at < block.rows;
#pragma unroll
            for (int i = 0; i < ROW_VECTORS; i++) {
                float scale[VECTOR], shift[VECTOR];
                unpack(factors + part + LANES * i, scale);
                unpack(factors + WIDTH / VECTOR + part + LANES * i, shift);
#pragma unroll
                for (int j = 0; j < VECTOR; j++) {
                    scale[j] = x[VECTOR * i + j] * factor * scale[j] + shift[j];
                }
                const uint4 vector = pack(scale);
                *reinterpret_cast<uint4 *>(rows + row * PITCH + (part + LANES * i) * VECTOR) = vector;
                if (writes) {
                    *reinterpret_cast<uint4 *>(stage.normal + ((long long) block.picture * block.rows + at) * WIDTH + (part + LANES * i) * VECTOR) = vector;
                }
            }
        }
        __syncthreads();
    }
};

// What comes from global memory.
constexpr int INPUTS = (ROWS * OF_ROW + THREADS - 1) / THREADS;

__device__ __forceinline__ void ask_for_input(uint4 (&vectors)[INPUTS], const Stage &stage, const Block &block) {
    if (stage.input != nullptr) {
        const VALUE *input = stage.input + (long long) block.picture * stage.input_picture;
#pragma unroll
        for (int i = 0; i < INPUTS; i++) {
            const int at = i * THREADS + threadIdx.x;
            vectors[i] = fresh(input + clamp_row(block.first + at / OF_ROW, block.rows) * stage.input_row + at % OF_ROW * VECTOR);
        }
    }
}

// The input of a stage is whole after this.
__device__ __forceinline__ void begin(const uint4 (&vectors)[INPUTS], const Stage &stage, Block &block) {
    if (stage.input != nullptr) {
#pragma unroll
        for (int i = 0; i < INPUTS; i++) {
            const int at = i * THREADS + threadIdx.x, row = at / OF_ROW;
            if (row < ROWS) {
                *reinterpret_cast<uint4 *>(block.buffer(stage.from) + row * PITCH + at % OF_ROW * VECTOR) = vectors[i];
            }
        }
        __syncthreads();
    }
    if (stage.receives) {
        receive(block, stage.from);
    }
}

// A block has every CLUSTER-th 16 columns, a warp 8 columns of each 16 and a slice of the inner dimension.
__device__ __forceinline__ void linear(const Stage &stage, Block &block) {
    const int lane = block.lane, g = block.g, q = block.q, slice = block.warp / 2, n = block.warp % 2;
    const int chunks = (stage.outer / 16 - block.rank + CLUSTER - 1) / CLUSTER;
    uint4 inputs[INPUTS], b[MOST_CHUNKS][SLICE];
    ask_for_input(inputs, stage, block);
    const VALUE *weight = stage.weight + (16 * block.rank + 8 * n + g) * WIDTH + slice * SLICE * STEP + q * VECTOR;
#pragma unroll
    for (int c = 0; c < MOST_CHUNKS; c++) {
        if (c < chunks && slice < SLICES) {
#pragma unroll
            for (int i = 0; i < SLICE; i++) {
                b[c][i] = constant(weight + c * (16 * CLUSTER * WIDTH) + i * STEP);
            }
        }
    }
    // What a thread adds to its results. The address is always one that there is, for the loads not to wait for each other.
    const int half = threadIdx.x % 2, result = threadIdx.x / 2 % 32, side = threadIdx.x / 64 % 2;
    const int inner_row = result / 4 + 8 * half, inner_column = 8 * side + result % 4 * 2;
    RawPair biases[PAIRS], addends[PAIRS];
    const VALUE *bias = stage.bias, *addend = stage.addend + (long long) block.picture * stage.addend_picture;
    const bool has_bias = stage.bias != nullptr, has_addend = stage.addend != nullptr;
#pragma unroll
    for (int i = 0; i < PAIRS; i++) {
        const int unit = threadIdx.x / 128 + THREADS / 128 * i, chunk = unit / TILES, row = unit % TILES * 16 + inner_row;
        const int column = 16 * (block.rank + chunk * CLUSTER) + inner_column;
        if (chunk < chunks) {
            biases[i] = raw(has_bias ? bias + column : stage.weight);
            addends[i] = raw(has_addend && column < stage.addend_outer ? addend + clamp_row(block.first + row, block.rows) * stage.addend_row + column : stage.weight);
        }
    }
    begin(inputs, stage, block);
    Normalisation::apply(stage, block);
    if (slice < SLICES) {
        float4 *sums_of = reinterpret_cast<float4 *>(block.shared + PARTS_AT) + (slice * 2 + n) * 32 + lane;
#pragma unroll 1
        for (int tile = 0; tile < TILES; tile++) {
            const VALUE *low = block.buffer(stage.from) + (16 * tile + g) * PITCH + slice * SLICE * STEP + q * VECTOR;
            uint4 a[SLICE][2];
#pragma unroll
            for (int i = 0; i < SLICE; i++) {
                a[i][0] = Units<VALUE>::rounded(*reinterpret_cast<const uint4 *>(low + i * STEP));
                a[i][1] = Units<VALUE>::rounded(*reinterpret_cast<const uint4 *>(low + 8 * PITCH + i * STEP));
            }
#pragma unroll
            for (int c = 0; c < MOST_CHUNKS; c++) {
                if (c < chunks) {
                    float sums[4] = {}, more[4] = {};
#pragma unroll
                    for (int i = 0; i < SLICE; i++) {
                        const uint4 factor = Units<VALUE>::rounded(b[c][i]);
                        Units<VALUE>::step(sums, a[i][0].x, a[i][1].x, a[i][0].y, a[i][1].y, factor.x, factor.y);
                        Units<VALUE>::step(more, a[i][0].z, a[i][1].z, a[i][0].w, a[i][1].w, factor.z, factor.w);
                    }
                    sums_of[(c * TILES + tile) * SLICES * 64] = make_float4(sums[0] + more[0], sums[1] + more[1], sums[2] + more[2], sums[3] + more[3]);
                }
            }
        }
    }
    __syncthreads();
    VALUE *sent = reinterpret_cast<VALUE *>(block.shared + SENT_AT);
#pragma unroll
    for (int i = 0; i < PAIRS; i++) {
        const int unit = threadIdx.x / 128 + THREADS / 128 * i, chunk = unit / TILES, row = unit % TILES * 16 + inner_row;
        if (chunk < chunks) {
            const float2 *parts = reinterpret_cast<const float2 *>(block.shared + PARTS_AT) + unit * SLICES * 128 + (side * 32 + result) * 2 + half;
            float2 x = make_float2(0.0f, 0.0f);
#pragma unroll
            for (int j = 0; j < SLICES; j++) {
                x.x += parts[j * 128].x;
                x.y += parts[j * 128].y;
            }
            const int column = 16 * (block.rank + chunk * CLUSTER) + inner_column;
            if (has_bias) {
                const float2 more = Raw<VALUE>::floats(biases[i]);
                x.x += more.x;
                x.y += more.y;
            }
            if (stage.positive) {
                x.x = relu(x.x);
                x.y = relu(x.y);
            }
            if (has_addend && column < stage.addend_outer) {
                const float2 more = Raw<VALUE>::floats(addends[i]);
                x.x += more.x;
                x.y += more.y;
            }
            finish(stage, block, row, column, x.x, x.y, stage.to >= 0 ? sent + row * 16 + inner_column : nullptr);
        }
    }
    if (stage.to >= 0) {
        __syncthreads();
        together(block);
        if (chunks > 0) {
            broadcast<ROWS, 16>(block, stage.to, 0, 16 * block.rank);
        }
        have_none(block, stage.to);
    }
}

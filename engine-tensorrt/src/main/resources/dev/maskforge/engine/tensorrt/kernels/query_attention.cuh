// Of the stages of queries, attention of the queries to each other.

// Weights times values of one head, which lie in shared memory.
template <typename T> struct Weighted;

template <> struct Weighted<half_t> {
    static __device__ __forceinline__ void add(float (&sums)[OWN / 8][4], const float (&weights)[2][4], const half_t *values,
                                               int pitch, int lane) {
#pragma unroll
        for (int j = 0; j < 2; j += 2) {
            const unsigned int a0 = to_halves(weights[j][0], weights[j][1]), a1 = to_halves(weights[j][2], weights[j][3]);
            const unsigned int a2 = to_halves(weights[j + 1][0], weights[j + 1][1]), a3 = to_halves(weights[j + 1][2], weights[j + 1][3]);
#pragma unroll
            for (int c = 0; c < OWN / 8; c += 2) {
                unsigned int b[4];
                const half_t *at = values + (8 * j + lane % 16) * pitch + 8 * (c + lane / 16);
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                             : "=r"(b[0]), "=r"(b[1]), "=r"(b[2]), "=r"(b[3])
                             : "r"((unsigned int) __cvta_generic_to_shared(at))
                             : "memory");
                Units<half_t>::step(sums[c], a0, a1, a2, a3, b[0], b[1]);
                Units<half_t>::step(sums[c + 1], a0, a1, a2, a3, b[2], b[3]);
            }
        }
    }
};

template <> struct Weighted<float> {
    // Key 2 q is the units' step q, key 2 q + 1 their step q + 4.
    static __device__ __forceinline__ void add(float (&sums)[OWN / 8][4], const float (&weights)[2][4], const float *values,
                                               int pitch, int lane) {
        const int g = lane / 4, q = lane % 4;
#pragma unroll
        for (int j = 0; j < 2; j++) {
            unsigned int a[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                a[i] = Units<float>::rounded(__float_as_uint(weights[j][i]));
            }
#pragma unroll
            for (int c = 0; c < OWN / 8; c++) {
                const float *at = values + (8 * j + 2 * q) * pitch + 8 * c + g;
                Units<float>::step(sums[c], a[0], a[2], a[1], a[3], __float_as_uint(at[0]), __float_as_uint(at[pitch]));
            }
        }
    }
};

// A block has a head, or half the channels of its values, and 16 queries, a warp 16 keys.
__device__ __forceinline__ void attention(const Stage &stage, Block &block) {
    const int lane = block.lane, g = block.g, q = block.q, warp = block.warp;
    const VALUE *query = stage.input + (long long) block.picture * stage.input_picture;
    const VALUE *key = stage.weight + (long long) block.picture * stage.key_picture;
    const VALUE *value = stage.bias + (long long) block.picture * stage.value_picture;
    VALUE *values = reinterpret_cast<VALUE *>(block.shared + HIDDEN_AT) + warp * 16 * VALUE_PITCH;
    constexpr int SUMS = OWN + 4; // floats from one row to the next
    float *joined = reinterpret_cast<float *>(block.shared + PARTS_AT);
    together(block);
#pragma unroll 1
    for (int unit = block.rank; unit < SHARES * TILES * stage.outer; unit += CLUSTER) {
        const int head = unit / (SHARES * TILES), tile = unit / SHARES % TILES, own = head * HEAD + unit % SHARES * OWN;
        constexpr int VECTORS = OWN / VECTOR;
#pragma unroll
        for (int i = lane; i < 16 * VECTORS; i += 32) {
            const int row = i / VECTORS, at = i % VECTORS * VECTOR;
            *reinterpret_cast<uint4 *>(values + row * VALUE_PITCH + at) =
                Units<VALUE>::rounded(fresh(value + clamp_row(16 * warp + row, block.rows) * stage.value_row + own + at));
        }
        const VALUE *low = query + clamp_row(block.first + 16 * tile + g, block.rows) * stage.input_row + head * HEAD + q * VECTOR;
        const VALUE *high = query + clamp_row(block.first + 16 * tile + g + 8, block.rows) * stage.input_row + head * HEAD + q * VECTOR;
        float scores[2][4] = {};
#pragma unroll
        for (int k = 0; k < HEAD; k += STEP) {
            // A head may be half a step wide; lanes beyond it add nothing.
            const bool within = k + q * VECTOR < HEAD;
            const uint4 none = make_uint4(0, 0, 0, 0);
            const uint4 a0 = within ? Units<VALUE>::rounded(fresh(low + k)) : none;
            const uint4 a1 = within ? Units<VALUE>::rounded(fresh(high + k)) : none;
#pragma unroll
            for (int j = 0; j < 2; j++) {
                const VALUE *at = key + clamp_row(16 * warp + 8 * j + g, block.rows) * stage.key_row + head * HEAD + q * VECTOR + k;
                multiply_add(scores[j], a0, a1, within ? Units<VALUE>::rounded(fresh(at)) : none);
            }
        }
        // Each warp has its own highest score; one without keys has none.
        float highest[2] = {-1e30f, -1e30f}, total[2] = {};
#pragma unroll
        for (int j = 0; j < 2; j++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                scores[j][i] = 16 * warp + 8 * j + 2 * q + i % 2 < block.rows ? scores[j][i] * stage.epsilon : -infinity();
                highest[i / 2] = fmaxf(highest[i / 2], scores[j][i]);
            }
        }
#pragma unroll
        for (int half = 0; half < 2; half++) {
            highest[half] = fmaxf(highest[half], __shfl_xor_sync(WARP, highest[half], 1));
            highest[half] = fmaxf(highest[half], __shfl_xor_sync(WARP, highest[half], 2));
        }
#pragma unroll
        for (int j = 0; j < 2; j++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                scores[j][i] = power_of_two(scores[j][i] - highest[i / 2]);
                total[i / 2] += scores[j][i];
            }
        }
#pragma unroll
        for (int half = 0; half < 2; half++) {
            total[half] += __shfl_xor_sync(WARP, total[half], 1);
            total[half] += __shfl_xor_sync(WARP, total[half], 2);
        }
        float sums[OWN / 8][4] = {};
        __syncwarp();
        Weighted<VALUE>::add(sums, scores, values, VALUE_PITCH, lane);
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float *row = joined + (warp * 16 + g + 8 * half) * SUMS;
#pragma unroll
            for (int c = 0; c < OWN / 8; c++) {
                *reinterpret_cast<float2 *>(row + 8 * c + 2 * q) = make_float2(sums[c][2 * half], sums[c][2 * half + 1]);
            }
            if (q == 0) {
                *reinterpret_cast<float2 *>(row + OWN) = make_float2(highest[half], total[half]);
            }
        }
        __syncthreads();
        for (int i = threadIdx.x; i < 16 * OWN / 2; i += THREADS) {
            const int row = i / (OWN / 2), column = 2 * (i % (OWN / 2));
            float top = -1e30f, all = 0.0f;
            float2 states[WARPS], sum = make_float2(0.0f, 0.0f);
#pragma unroll
            for (int w = 0; w < WARPS; w++) {
                states[w] = *reinterpret_cast<const float2 *>(joined + (w * 16 + row) * SUMS + OWN);
                top = fmaxf(top, states[w].x);
            }
#pragma unroll
            for (int w = 0; w < WARPS; w++) {
                const float factor = power_of_two(states[w].x - top);
                const float2 part = *reinterpret_cast<const float2 *>(joined + (w * 16 + row) * SUMS + column);
                all += states[w].y * factor;
                sum.x += part.x * factor;
                sum.y += part.y * factor;
            }
            finish(stage, block, 16 * tile + row, own + column, sum.x / all, sum.y / all,
                   reinterpret_cast<VALUE *>(block.shared + SENT_AT) + row * OWN + column);
        }
        __syncthreads();
        broadcast<16, OWN>(block, stage.to, 16 * tile, own);
        if (unit + CLUSTER < SHARES * TILES * stage.outer) {
            __syncthreads();
        }
    }
    if (16 * block.rank >= WIDTH) {
        __syncthreads();
    }
    have_none(block, stage.to);
}

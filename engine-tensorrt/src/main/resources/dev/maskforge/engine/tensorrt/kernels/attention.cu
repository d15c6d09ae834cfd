// Attention of a few queries over many keys ("Attention Is All You Need", section 3.2), where a query does not see the keys that
// are blocked for it. The keys are shared out, and what each share gives is added up at the end.
//
// A warp has 16 queries of one head and takes 64 keys at a time: scores, a softmax relative to the highest score so far ("Online
// normalizer calculation for softmax"), and the sum of the values, all in fragments of the matrix units. PARTS warps take the
// same queries and different keys, TILES the same keys and different queries; blocks share out queries, heads and keys again.
//
// The order of keys is free. In memory shared by a block they lie so that a lane's scores belong to 16 neighbouring keys, whose
// blocks are then one load: key 16 q + 2 j + p of each 64 lies in row 8 j + 2 q + p.
//
// Scores, weights and sums are float32. Values of half go through the units as they are, and weights are rounded to half for
// their product with the values; of float32 each factor is a sum of two numbers of 11 bits, and three of the four products are
// added up.
//
// Set from outside: VALUE (float or half_t), HEADS, CHANNELS (of one head, a multiple of 16), TILES, PARTS, STEPS (of 64 keys,
// of each warp between two loads), MASKED (0 or 1), WIDE (whether a row of the mask has a multiple of 16 keys), SPLIT (whether
// several blocks share the keys, so that their results are joined by another kernel).

constexpr int STEP = 64;
constexpr int CHUNK = STEP * STEPS * PARTS;
constexpr int THREADS = 32 * TILES * PARTS;
constexpr int ROWS = 16 * TILES;
constexpr int VECTOR = 16 / sizeof(VALUE);
// A row of keys or values with 16 bytes more, so that the rows that are read together lie in different banks.
constexpr int PITCH = CHANNELS + VECTOR;
constexpr int MODEL = HEADS * CHANNELS;
constexpr unsigned int WARP = 0xffffffffu;

static_assert(CHANNELS % 16 == 0, "a head is made of whole fragments");
static_assert(2 * CHUNK * PITCH * sizeof(VALUE) >= PARTS * ROWS * (CHANNELS + 2) * sizeof(float), "results fit where keys were");

struct Arguments {
    const VALUE *query;           // [N, queries, query_row]
    const VALUE *key;             // [N, keys, key_row]
    const VALUE *value;           // [N, keys, value_row]
    const unsigned char *blocked; // [N, queries, keys], if MASKED
    VALUE *output;                // [N, queries, MODEL], unless SPLIT
    float *sums;                  // [N, HEADS, splits, queries, CHANNELS], if SPLIT
    float *statistics;            // [N, HEADS, splits, queries, 2]: highest score and sum of weights, if SPLIT
    int queries;
    int keys;
    int query_row;
    int key_row;
    int value_row;
    int splits;
    int chunks; // of CHUNK keys, of a block
    float scale; // of scores, for powers of two
};

__device__ __forceinline__ unsigned int shared_address(const void *pointer) {
    return (unsigned int) __cvta_generic_to_shared(pointer);
}

__device__ __forceinline__ void copy_later(const void *to, const void *from) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared_address(to)), "l"(from) : "memory");
}

__device__ __forceinline__ void wait_for_copies() {
    asm volatile("cp.async.commit_group;\n\tcp.async.wait_group 0;" ::: "memory");
}

// What the matrix units do for values of a type. Lane (g, q), g = lane / 4, has rows g and g + 8 and columns 2 q and 2 q + 1 of
// each 16 x 8 result.
template <typename T> struct Units;

template <> struct Units<half_t> {
    unsigned int queries[CHANNELS / 16][4];

    static __device__ __forceinline__ void multiply_add(float (&sums)[4], const unsigned int (&a)[4], unsigned int b0, unsigned int b1) {
        asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
    }

    static __device__ __forceinline__ unsigned int pair(float first, float second) {
        unsigned int result;
        asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(second), "f"(first));
        return result;
    }

    __device__ __forceinline__ void load_queries(const half_t *row, const half_t *other_row, int q) {
#pragma unroll
        for (int step = 0; step < CHANNELS / 16; step++) {
            const int channel = 16 * step + 2 * q;
            queries[step][0] = __ldg(reinterpret_cast<const unsigned int *>(row + channel));
            queries[step][1] = __ldg(reinterpret_cast<const unsigned int *>(other_row + channel));
            queries[step][2] = __ldg(reinterpret_cast<const unsigned int *>(row + channel + 8));
            queries[step][3] = __ldg(reinterpret_cast<const unsigned int *>(other_row + channel + 8));
        }
    }

    __device__ __forceinline__ void scores(float (&scores)[8][4], const half_t *keys, int lane) const {
#pragma unroll
        for (int j = 0; j < 8; j += 2) {
#pragma unroll
            for (int step = 0; step < CHANNELS / 16; step++) {
                unsigned int b[4];
                const half_t *at = keys + (8 * (j + lane / 16) + lane % 8) * PITCH + 16 * step + lane / 8 % 2 * 8;
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                             : "=r"(b[0]), "=r"(b[1]), "=r"(b[2]), "=r"(b[3])
                             : "r"(shared_address(at))
                             : "memory");
                multiply_add(scores[j], queries[step], b[0], b[1]);
                multiply_add(scores[j + 1], queries[step], b[2], b[3]);
            }
        }
    }

    static __device__ __forceinline__ void add_values(float (&sums)[CHANNELS / 8][4], const float (&weights)[8][4],
                                                      const half_t *values, int lane) {
#pragma unroll
        for (int j = 0; j < 8; j += 2) {
            const unsigned int a[4] = {pair(weights[j][0], weights[j][1]), pair(weights[j][2], weights[j][3]),
                                       pair(weights[j + 1][0], weights[j + 1][1]), pair(weights[j + 1][2], weights[j + 1][3])};
#pragma unroll
            for (int c = 0; c < CHANNELS / 8; c += 2) {
                unsigned int b[4];
                const half_t *at = values + (8 * j + lane % 16) * PITCH + 8 * (c + lane / 16);
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                             : "=r"(b[0]), "=r"(b[1]), "=r"(b[2]), "=r"(b[3])
                             : "r"(shared_address(at))
                             : "memory");
                multiply_add(sums[c], a, b[0], b[1]);
                multiply_add(sums[c + 1], a, b[2], b[3]);
            }
        }
    }
};

template <> struct Units<float> {
    float queries[CHANNELS / 8][4];

    static __device__ __forceinline__ float high_part(float x) {
        return __uint_as_float(__float_as_uint(x) & 0xffffe000u);
    }

    static __device__ __forceinline__ void multiply_add(float (&sums)[4], const float (&a)[4], float b0, float b1) {
        asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(__float_as_uint(a[0])), "r"(__float_as_uint(a[1])), "r"(__float_as_uint(a[2])), "r"(__float_as_uint(a[3])),
              "r"(__float_as_uint(b0)), "r"(__float_as_uint(b1)));
    }

    static __device__ __forceinline__ void multiply_add_exactly(float (&sums)[4], const float (&a)[4], float b0, float b1) {
        float high[4];
        float low[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            high[i] = high_part(a[i]);
            low[i] = a[i] - high[i];
        }
        const float high0 = high_part(b0);
        const float high1 = high_part(b1);
        multiply_add(sums, low, high0, high1);
        multiply_add(sums, high, b0 - high0, b1 - high1);
        multiply_add(sums, high, high0, high1);
    }

    __device__ __forceinline__ void load_queries(const float *row, const float *other_row, int q) {
#pragma unroll
        for (int step = 0; step < CHANNELS / 8; step++) {
            queries[step][0] = __ldg(row + 8 * step + q);
            queries[step][1] = __ldg(other_row + 8 * step + q);
            queries[step][2] = __ldg(row + 8 * step + q + 4);
            queries[step][3] = __ldg(other_row + 8 * step + q + 4);
        }
    }

    __device__ __forceinline__ void scores(float (&scores)[8][4], const float *keys, int lane) const {
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const float *key = keys + (8 * j + lane / 4) * PITCH + lane % 4;
#pragma unroll
            for (int step = 0; step < CHANNELS / 8; step++) {
                multiply_add_exactly(scores[j], queries[step], key[8 * step], key[8 * step + 4]);
            }
        }
    }

    // Column 2 q of the weights is the q-th factor, column 2 q + 1 the (q + 4)-th: their sum has no order.
    static __device__ __forceinline__ void add_values(float (&sums)[CHANNELS / 8][4], const float (&weights)[8][4],
                                                      const float *values, int lane) {
#pragma unroll
        for (int j = 0; j < 8; j++) {
            const float a[4] = {weights[j][0], weights[j][2], weights[j][1], weights[j][3]};
            const float *value = values + (8 * j + lane % 4 * 2) * PITCH + lane / 4;
#pragma unroll
            for (int c = 0; c < CHANNELS / 8; c++) {
                multiply_add_exactly(sums[c], a, value[8 * c], value[8 * c + PITCH]);
            }
        }
    }
};

// One byte for each of 16 neighbouring keys, not 0 where the key is not seen.
struct Blocked {
    unsigned int words[4];

    __device__ __forceinline__ void load(const unsigned char *row, int first, int keys) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            words[i] = 0;
        }
        if (MASKED && WIDE) {
            if (first < keys) {
                const uint4 all = __ldg(reinterpret_cast<const uint4 *>(row + first));
                words[0] = all.x;
                words[1] = all.y;
                words[2] = all.z;
                words[3] = all.w;
            }
        } else if (MASKED) {
#pragma unroll
            for (int i = 0; i < 16; i++) {
                const unsigned int one = first + i < keys ? __ldg(row + first + i) : 0;
                words[i / 4] |= one << i % 4 * 8;
            }
        }
        if (first + 16 > keys) {
#pragma unroll
            for (int i = 0; i < 16; i++) {
                words[i / 4] |= (unsigned int) (first + i >= keys) << i % 4 * 8;
            }
        }
    }

    __device__ __forceinline__ bool at(int i) const {
        return (words[i / 4] >> i % 4 * 8 & 255u) != 0;
    }
};

// Sets out to bring keys and values of a chunk. What lies beyond the last is zero: it gets no weight, and must not be what times 0 is not 0.
__device__ __forceinline__ void load_chunk(VALUE *keys, VALUE *values, const VALUE *key, const VALUE *value, int first,
                                           const Arguments &a) {
    constexpr int VECTORS = CHANNELS / VECTOR;
    for (int i = threadIdx.x; i < CHUNK * VECTORS; i += THREADS) {
        const int at = i / VECTORS;
        const int channel = i % VECTORS * VECTOR;
        const int row = at / STEP * STEP + at % 16 / 2 * 8 + at % STEP / 16 * 2 + at % 2;
        VALUE *to_key = keys + row * PITCH + channel;
        VALUE *to_value = values + row * PITCH + channel;
        if (first + at < a.keys) {
            copy_later(to_key, key + (long long) (first + at) * a.key_row + channel);
            copy_later(to_value, value + (long long) (first + at) * a.value_row + channel);
        } else {
            *reinterpret_cast<uint4 *>(to_key) = make_uint4(0, 0, 0, 0);
            *reinterpret_cast<uint4 *>(to_value) = make_uint4(0, 0, 0, 0);
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) attention(const __grid_constant__ Arguments a) {
    __shared__ __align__(16) unsigned char memory[2 * CHUNK * PITCH * sizeof(VALUE)];
    VALUE *keys = reinterpret_cast<VALUE *>(memory);
    VALUE *values = keys + CHUNK * PITCH;
    const int warp = threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    const int g = lane / 4;
    const int q = lane % 4;
    const int part = warp % PARTS;
    const int tile = warp / PARTS;
    const int split = blockIdx.x % a.splits;
    const int first_query = blockIdx.x / a.splits * ROWS;
    const int head = blockIdx.y;
    const long long picture = blockIdx.z;

    // Beyond the last query its results are computed again, and not written.
    const int row = min(first_query + 16 * tile + g, a.queries - 1);
    const int other_row = min(first_query + 16 * tile + g + 8, a.queries - 1);
    const VALUE *query = a.query + picture * a.queries * a.query_row + head * CHANNELS;
    Units<VALUE> units;
    units.load_queries(query + (long long) row * a.query_row, query + (long long) other_row * a.query_row, q);
    const unsigned char *blocked_row = nullptr;
    const unsigned char *blocked_other = nullptr;
    if (MASKED) {
        blocked_row = a.blocked + (picture * a.queries + row) * a.keys;
        blocked_other = a.blocked + (picture * a.queries + other_row) * a.keys;
    }
    const VALUE *key = a.key + picture * a.keys * a.key_row + head * CHANNELS;
    const VALUE *value = a.value + picture * a.keys * a.value_row + head * CHANNELS;

    float highest[2] = {-infinity(), -infinity()};
    float weight[2] = {0.f, 0.f};
    float sums[CHANNELS / 8][4];
#pragma unroll
    for (int c = 0; c < CHANNELS / 8; c++) {
        sums[c][0] = sums[c][1] = sums[c][2] = sums[c][3] = 0.f;
    }
    for (int chunk = 0; chunk < a.chunks; chunk++) {
        const int first = (split * a.chunks + chunk) * CHUNK;
        if (first >= a.keys) {
            break;
        }
        if (chunk > 0) {
            __syncthreads();
        }
        load_chunk(keys, values, key, value, first, a);
        Blocked next[2];
        next[0].load(blocked_row, first + part * STEP + 16 * q, a.keys);
        next[1].load(blocked_other, first + part * STEP + 16 * q, a.keys);
        wait_for_copies();
        __syncthreads();
#pragma unroll 1
        for (int step = 0; step < STEPS; step++) {
            const int start = (step * PARTS + part) * STEP;
            if (first + start >= a.keys) {
                break;
            }
            // The mask of the next step is on its way while this one is computed.
            const Blocked blocked[2] = {next[0], next[1]};
            if (step + 1 < STEPS) {
                next[0].load(blocked_row, first + start + PARTS * STEP + 16 * q, a.keys);
                next[1].load(blocked_other, first + start + PARTS * STEP + 16 * q, a.keys);
            }
            float scores[8][4];
#pragma unroll
            for (int j = 0; j < 8; j++) {
                scores[j][0] = scores[j][1] = scores[j][2] = scores[j][3] = 0.f;
            }
            units.scores(scores, keys + start * PITCH, lane);
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float best = -infinity();
#pragma unroll
                for (int i = 0; i < 16; i++) {
                    float &score = scores[i / 2][2 * half + i % 2];
                    score = blocked[half].at(i) ? -infinity() : score * a.scale;
                    best = fmaxf(best, score);
                }
                best = fmaxf(best, __shfl_xor_sync(WARP, best, 1));
                best = fmaxf(best, __shfl_xor_sync(WARP, best, 2));
                best = fmaxf(best, highest[half]);
                // Where nothing was seen yet, every weight is 2^-infinity = 0 relative to anything finite.
                const float reference = best == -infinity() ? 0.f : best;
                const float decay = power_of_two(highest[half] - reference);
                highest[half] = best;
                float sum = 0.f;
#pragma unroll
                for (int i = 0; i < 16; i++) {
                    float &score = scores[i / 2][2 * half + i % 2];
                    score = power_of_two(score - reference);
                    sum += score;
                }
                weight[half] = fmaf(weight[half], decay, sum);
#pragma unroll
                for (int c = 0; c < CHANNELS / 8; c++) {
                    sums[c][2 * half] *= decay;
                    sums[c][2 * half + 1] *= decay;
                }
            }
            Units<VALUE>::add_values(sums, scores, values + start * PITCH, lane);
        }
    }

    __syncthreads();
    float *all_sums = reinterpret_cast<float *>(memory);
    float *all_statistics = all_sums + PARTS * ROWS * CHANNELS;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        weight[half] += __shfl_xor_sync(WARP, weight[half], 1);
        weight[half] += __shfl_xor_sync(WARP, weight[half], 2);
        const int at = part * ROWS + 16 * tile + g + 8 * half;
        if (q == 0) {
            all_statistics[2 * at] = highest[half];
            all_statistics[2 * at + 1] = weight[half];
        }
#pragma unroll
        for (int c = 0; c < CHANNELS / 8; c++) {
            all_sums[at * CHANNELS + 8 * c + 2 * q] = sums[c][2 * half];
            all_sums[at * CHANNELS + 8 * c + 2 * q + 1] = sums[c][2 * half + 1];
        }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < ROWS * CHANNELS; i += THREADS) {
        const int at = i / CHANNELS;
        const int channel = i % CHANNELS;
        if (first_query + at >= a.queries) {
            break;
        }
        float best = -infinity();
#pragma unroll
        for (int other = 0; other < PARTS; other++) {
            best = fmaxf(best, all_statistics[2 * (other * ROWS + at)]);
        }
        const float reference = best == -infinity() ? 0.f : best;
        float sum = 0.f;
        float weights = 0.f;
#pragma unroll
        for (int other = 0; other < PARTS; other++) {
            const int there = other * ROWS + at;
            const float share = power_of_two(all_statistics[2 * there] - reference);
            sum = fmaf(share, all_sums[there * CHANNELS + channel], sum);
            weights = fmaf(share, all_statistics[2 * there + 1], weights);
        }
        if (SPLIT) {
            const long long place = ((picture * HEADS + head) * a.splits + split) * a.queries + first_query + at;
            a.sums[place * CHANNELS + channel] = sum;
            if (channel == 0) {
                a.statistics[2 * place] = best;
                a.statistics[2 * place + 1] = weights;
            }
        } else {
            const float result[1] = {sum / weights};
            store(a.output + (picture * a.queries + first_query + at) * MODEL + head * CHANNELS + channel, result);
        }
    }
}

struct JoinArguments {
    const float *sums;       // as attention leaves them
    const float *statistics; // likewise
    VALUE *output;           // [N, queries, MODEL]
    int queries;
    int splits;
};

// A warp joins one head of one query, lanes having channels; each lane works out the share of one split and tells the others.
extern "C" __global__ void __launch_bounds__(256) join_attention(const __grid_constant__ JoinArguments a) {
    constexpr int ROUNDS = (CHANNELS + 31) / 32;
    const int lane = threadIdx.x % 32;
    const int at = (blockIdx.x * 256 + threadIdx.x) / 32;
    const int query = at / HEADS;
    const int head = at % HEADS;
    if (query >= a.queries) {
        return;
    }
    const long long picture = blockIdx.y;
    const long long first = (picture * HEADS + head) * a.splits * a.queries + query;
    const float2 *statistics = reinterpret_cast<const float2 *>(a.statistics) + first;
    float best = -infinity();
    for (int split = lane; split < a.splits; split += 32) {
        best = fmaxf(best, __ldg(statistics + (long long) split * a.queries).x);
    }
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        best = fmaxf(best, __shfl_xor_sync(WARP, best, distance));
    }
    const float reference = best == -infinity() ? 0.f : best;
    float sums[ROUNDS];
#pragma unroll
    for (int round = 0; round < ROUNDS; round++) {
        sums[round] = 0.f;
    }
    float weights = 0.f;
    for (int start = 0; start < a.splits; start += 32) {
        float share = 0.f;
        if (start + lane < a.splits) {
            const float2 own = __ldg(statistics + (long long) (start + lane) * a.queries);
            share = power_of_two(own.x - reference);
            weights = fmaf(share, own.y, weights);
        }
        const int count = min(32, a.splits - start);
#pragma unroll 8
        for (int split = 0; split < count; split++) {
            const float factor = __shfl_sync(WARP, share, split);
            const float *from = a.sums + (first + (long long) (start + split) * a.queries) * CHANNELS;
#pragma unroll
            for (int round = 0; round < ROUNDS; round++) {
                const int channel = 32 * round + lane;
                if (CHANNELS % 32 == 0 || channel < CHANNELS) {
                    sums[round] = fmaf(factor, __ldg(from + channel), sums[round]);
                }
            }
        }
    }
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        weights += __shfl_xor_sync(WARP, weights, distance);
    }
#pragma unroll
    for (int round = 0; round < ROUNDS; round++) {
        const int channel = 32 * round + lane;
        if (CHANNELS % 32 == 0 || channel < CHANNELS) {
            const float result[1] = {sums[round] / weights};
            store(a.output + (picture * a.queries + query) * MODEL + head * CHANNELS + channel, result);
        }
    }
}

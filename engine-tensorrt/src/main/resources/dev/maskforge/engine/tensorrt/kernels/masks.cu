// Masks of queries: the product of their embeddings and the features of all pixels, whose channels are neighbours in memory, and what
// a decoder makes of it: logits, or where attention is blocked.
//
// Set from outside: VALUE (float, whose factors are rounded to TF32, or half_t), EMBEDDING (float or half_t), CHANNELS, TILES (sixteens
// of queries that a block has), BIAS (0: none; 1: a number for each query; 2: as well the product of a vector that each query has with
// WEIGHTS weights, of which a lane loads WEIGHTS_VECTOR at once), BLOCKED (0: logits float32; 1: whether a logit is below the threshold,
// as a byte; 2: the same, and the cluster has all pixels of the picture), WARPS, SPLIT (warps that share out the queries), CLUSTER
// (blocks), CHUNK (steps whose pixels are fetched at once), SHARED (bytes).
//
// The embeddings of a block's queries lie in shared memory, and each of its warps has 16 pixels. A lane has 16 bytes of a pixel or a
// query at a time, so the four lanes of a row have channels that follow each other; which of them a step of the matrix units takes first
// does not matter, as both factors lie like that. The 16 pixels are dealt out so that a lane's results are of four neighbours. What a
// warp needs of its next pixels is on its way while it writes its results.
//
// Where a picture has many pixels, a block has all queries and reads its pixels once. Where it has few, loading all embeddings would take
// longer than the rest, so a block has 16 of the queries.
//
// Where attention is blocked, a query for which all pixels are blocked sees all of them ("Masked-attention Mask Transformer for Universal
// Image Segmentation", section 3.2.1). Blocks of a cluster that has all pixels tell each other which queries see something, and each
// clears what it has written for the others. Elsewhere each block writes down which queries see something in it, and a second launch
// clears the rows of those that see nothing.

constexpr int VECTOR = 16 / (int) sizeof(VALUE);
constexpr int QUERIES = 16 * TILES;
constexpr int THREADS = 32 * WARPS;
constexpr int OWN = (TILES + SPLIT - 1) / SPLIT;           // sixteens of queries that a warp has
constexpr int PIXELS = 16;                                 // of a warp
constexpr int ROW = CHANNELS + 64 / (int) sizeof(VALUE);   // elements from one embedding to the next: eight lanes read all banks
constexpr int STEP = 4 * VECTOR;                           // channels of a step
constexpr int CHUNKS = CHANNELS / (STEP * CHUNK);
constexpr int VECTORS = QUERIES * (CHANNELS / VECTOR);      // of embeddings
constexpr int CHAINS = OWN == 1 ? 2 : 1;                   // sums of a result, for the units not to wait for one
constexpr int LOADS = TILES == 1 ? 8 : 7;                  // of these, that a thread has on their way at once
constexpr unsigned int WARP = 0xffffffffu;

static_assert(CHANNELS % (STEP * CHUNK) == 0 && CHANNELS * (int) sizeof(VALUE) % 128 == 0, "whole chunks and lines");
static_assert(WARPS % SPLIT == 0, "as many warps for each part of the queries");
static_assert(CLUSTER == 1 || BLOCKED == 2, "only who has all pixels has a cluster");
static_assert(BLOCKED < 2 || TILES == 1, "which queries see something are 16 bits");
static_assert(SHARED == QUERIES * (ROW * (int) sizeof(VALUE) + 8), "the launch knows how much memory is shared");

struct Arguments {
    const EMBEDDING *embeddings; // [N, queries, CHANNELS]
    const VALUE *features;       // [N, pixels, CHANNELS]
    const float *bias;           // [N, queries] or, with vectors, [1]
    const EMBEDDING *vectors;    // [N, queries, WEIGHTS]
    const float *weights;        // [WEIGHTS]
    const float *threshold;      // below which attention is blocked
    const float *all;            // what the smallest of a query's bytes must be below for them to count
    void *output;                // [N, queries, pixels]
    unsigned char *seen;         // [N, blocks, QUERIES]
    int queries;
    int pixels;
    int embeddings_of_picture; // elements from one picture's to the next's, 0 where all have the same
    int bias_of_picture;
};

// 16 bytes of an embedding as VALUE.
__device__ __forceinline__ void copy(half_t *to, const half_t *from) {
    *reinterpret_cast<uint4 *>(to) = __ldg(reinterpret_cast<const uint4 *>(from));
}

__device__ __forceinline__ void copy(half_t *to, const float *from) {
    float values[8];
    load(from, values);
    store(to, values);
}

__device__ __forceinline__ void copy(float *to, const float *from) {
    const uint4 values = Units<float>::rounded(__ldg(reinterpret_cast<const uint4 *>(from)));
    *reinterpret_cast<uint4 *>(to) = values;
}

// The pixel of a column of one of the warp's two tiles.
__device__ __forceinline__ int pixel_of(int tile, int column) {
    return column / 2 * 4 + tile * 2 + column % 2;
}

// Four neighbours of a row, of which count are the picture's; whole ones are one store.
template <typename T, typename FOUR> __device__ __forceinline__ void store_four(T *to, const FOUR &four, int count, bool whole) {
    if (whole) {
        *reinterpret_cast<FOUR *>(to) = four;
        return;
    }
    const T values[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        if (i < count) {
            to[i] = values[i];
        }
    }
}

// Whether a query sees all pixels, since it sees none.
__device__ __forceinline__ bool is_opened(bool sees, float all) {
    return !((sees ? 0.f : 1.f) < all);
}

#if CLUSTER > 1
#define IN_CLUSTERS __cluster_dims__(CLUSTER, 1, 1)
#else
#define IN_CLUSTERS
#endif

extern "C" __global__ void IN_CLUSTERS __launch_bounds__(THREADS) masks(const __grid_constant__ Arguments a) {
    extern __shared__ __align__(16) unsigned char shared[];
    VALUE *embeddings = reinterpret_cast<VALUE *>(shared);
    float *biases = reinterpret_cast<float *>(embeddings + QUERIES * ROW);
    int *sees = reinterpret_cast<int *>(biases + QUERIES);
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const int picture = blockIdx.y;
    const int first_query = blockIdx.z * QUERIES;
    const int queries_of_block = min(a.queries - first_query, QUERIES);
#if CLUSTER > 1
    // Of each block of the cluster which queries see something in it.
    __shared__ __align__(16) unsigned int words[CLUSTER];
    __shared__ unsigned long long words_barrier;
    const unsigned int barrier = (unsigned int) __cvta_generic_to_shared(&words_barrier);
    if (threadIdx.x == 0) {
        make_barrier(barrier, 1);
        expect(barrier, CLUSTER * sizeof(unsigned int));
    }
    arrive_with_barriers();
#endif

    const int group = lane / 4;
    const int part = lane % 4;
    const int queries_from = warp % SPLIT * OWN;
    const int pixels_of_block = WARPS / SPLIT * PIXELS;
    const int stride = gridDim.x * pixels_of_block;
    int first = blockIdx.x * pixels_of_block + warp / SPLIT * PIXELS;
    uint4 b[CHUNK][2];
    auto fetch = [&](int from, int chunk) {
#pragma unroll
        for (int tile = 0; tile < 2; tile++) {
            const int pixel = min(from + pixel_of(tile, group), a.pixels - 1);
            const VALUE *channels = a.features + ((size_t) picture * a.pixels + pixel) * CHANNELS + chunk * CHUNK * STEP + part * VECTOR;
#pragma unroll
            for (int step = 0; step < CHUNK; step++) {
                b[step][tile] = __ldg(reinterpret_cast<const uint4 *>(channels + step * STEP));
            }
        }
    };
    fetch(first, 0);
#if BIAS == 2
    constexpr int ROUNDS = (WEIGHTS + 32 * WEIGHTS_VECTOR - 1) / (32 * WEIGHTS_VECTOR);
    float weights[ROUNDS][WEIGHTS_VECTOR] = {};
#pragma unroll
    for (int round = 0; round < ROUNDS; round++) {
        const int at = (32 * round + lane) * WEIGHTS_VECTOR;
        if (at < WEIGHTS) {
            load(a.weights + at, weights[round]);
        }
    }
    const float constant = __ldg(a.bias);
#endif
    const EMBEDDING *own = a.embeddings + (size_t) picture * a.embeddings_of_picture + (size_t) first_query * CHANNELS;
#pragma unroll LOADS
    for (int round = 0; round < (VECTORS + THREADS - 1) / THREADS; round++) {
        const int i = round * THREADS + threadIdx.x;
        if (VECTORS % THREADS == 0 || i < VECTORS) {
            const int query = i / (CHANNELS / VECTOR);
            const int channel = i % (CHANNELS / VECTOR) * VECTOR;
            copy(embeddings + query * ROW + channel, own + (size_t) min(query, queries_of_block - 1) * CHANNELS + channel);
        }
    }
#pragma unroll 7
    for (int i = 0; i < QUERIES / WARPS; i++) {
        const int query = warp + i * WARPS;
        float bias = 0.f;
#if BIAS == 2
        const EMBEDDING *vector = a.vectors + ((size_t) picture * a.queries + first_query + min(query, queries_of_block - 1)) * WEIGHTS;
#pragma unroll
        for (int round = 0; round < ROUNDS; round++) {
            const int at = (32 * round + lane) * WEIGHTS_VECTOR;
            float values[WEIGHTS_VECTOR] = {};
            if (at < WEIGHTS) {
                load(vector + at, values);
            }
#pragma unroll
            for (int j = 0; j < WEIGHTS_VECTOR; j++) {
                bias += values[j] * weights[round][j];
            }
        }
#pragma unroll
        for (int distance = 16; distance > 0; distance /= 2) {
            bias += __shfl_xor_sync(WARP, bias, distance);
        }
        bias += constant;
#elif BIAS == 1
        bias = __ldg(a.bias + (size_t) picture * a.bias_of_picture + first_query + min(query, queries_of_block - 1));
#endif
        if (lane == 0) {
            biases[query] = bias;
            sees[query] = 0;
        }
    }
#if BLOCKED
    const float threshold = __ldg(a.threshold);
#endif
#if BLOCKED == 2
    const float all = __ldg(a.all);
    const int begin = first;
#endif
    __syncthreads();

    // Warps that have no pixels go round once, too: else a compiler would fetch the first pixels here, where it is known who has some.
    do {
        float sums[CHAINS][OWN][2][4] = {};
#pragma unroll
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            if (chunk > 0) {
                fetch(first, chunk);
            }
            const VALUE *rows = embeddings + (16 * queries_from + group) * ROW + chunk * CHUNK * STEP + part * VECTOR;
#pragma unroll
            for (int step = 0; step < CHUNK; step++) {
                const uint4 left = Units<VALUE>::rounded(b[step][0]);
                const uint4 right = Units<VALUE>::rounded(b[step][1]);
#pragma unroll
                for (int queries = 0; queries < OWN; queries++) {
                    if (SPLIT == 1 || queries_from + queries < TILES) {
                        const VALUE *row = rows + 16 * queries * ROW + step * STEP;
                        const uint4 low = *reinterpret_cast<const uint4 *>(row);
                        const uint4 high = *reinterpret_cast<const uint4 *>(row + 8 * ROW);
                        multiply_add(sums[step % CHAINS][queries][0], low, high, left);
                        multiply_add(sums[step % CHAINS][queries][1], low, high, right);
                    }
                }
            }
        }
        const int next = first + stride;
        if (next < a.pixels) {
            fetch(next, 0);
        }
        // Column 2 * part + i of tile t is pixel 4 * part + 2 * t + i.
        const int pixel = first + 4 * part;
        const int count = min(a.pixels - pixel, 4);
        const bool whole = count == 4 && a.pixels % 4 == 0;
#pragma unroll
        for (int queries = 0; queries < OWN; queries++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const int query = 16 * (queries_from + queries) + 8 * half + group;
                const float bias = query < queries_of_block ? biases[query] : 0.f;
                float logits[4];
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    float sum = sums[0][queries][i / 2][2 * half + i % 2];
#pragma unroll
                    for (int chain = 1; chain < CHAINS; chain++) {
                        sum += sums[chain][queries][i / 2][2 * half + i % 2];
                    }
                    logits[i] = sum + bias;
                }
                const size_t at = ((size_t) picture * a.queries + first_query + query) * a.pixels + pixel;
                if (query < queries_of_block && count > 0) {
#if BLOCKED
                    unsigned char blocked[4];
                    bool visible = false;
#pragma unroll
                    for (int i = 0; i < 4; i++) {
                        blocked[i] = logits[i] < threshold;
                        visible |= i < count && !blocked[i];
                    }
                    store_four(static_cast<unsigned char *>(a.output) + at, make_uchar4(blocked[0], blocked[1], blocked[2], blocked[3]), count,
                               whole);
                    if (visible) {
                        sees[query] = 1;
                    }
#else
                    store_four(static_cast<float *>(a.output) + at, make_float4(logits[0], logits[1], logits[2], logits[3]), count, whole);
#endif
                }
            }
        }
        first = next;
    } while (first < a.pixels);
#if BLOCKED == 1
    __syncthreads();
    for (int query = threadIdx.x; query < QUERIES; query += THREADS) {
        a.seen[((size_t) picture * gridDim.x + blockIdx.x) * QUERIES + query] = (unsigned char) sees[query];
    }
#elif BLOCKED == 2
    __syncthreads();
    unsigned int seen = __ballot_sync(WARP, lane < QUERIES && sees[lane % QUERIES] != 0);
#if CLUSTER > 1
    // By now all blocks have begun. None ends before it has all words, after which nobody sends to it.
    wait_for_cluster();
    const unsigned int own_words = (unsigned int) __cvta_generic_to_shared(words);
    if (warp == 0 && lane < CLUSTER) {
        send(remote(own_words + blockIdx.x * sizeof(unsigned int), lane), remote(barrier, lane), seen);
    }
    wait_for_sent(barrier, 0);
    seen = 0;
#pragma unroll
    for (int block = 0; block < CLUSTER; block++) {
        seen |= words[block];
    }
#endif
    // A lane clears what it has written itself, so that its stores are in order.
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const int query = 16 * queries_from + 8 * half + group;
        if (query < queries_of_block && is_opened(seen >> query & 1, all)) {
            unsigned char *row = static_cast<unsigned char *>(a.output) + ((size_t) picture * a.queries + first_query + query) * a.pixels;
            for (int pixel = begin + 4 * part; pixel < a.pixels; pixel += stride) {
                const int count = min(a.pixels - pixel, 4);
                store_four(row + pixel, make_uchar4(0, 0, 0, 0), count, count == 4 && a.pixels % 4 == 0);
            }
        }
    }
#endif
}

#if BLOCKED == 1
struct Clearing {
    const unsigned char *seen; // [N, blocks, QUERIES]
    unsigned char *output;     // [N, queries, pixels]
    const float *all;          // what the smallest of a query's bytes must be below for them to count
    int blocks;
    int queries;
    int pixels;
};

// A block has one query of a picture.
extern "C" __global__ void __launch_bounds__(256) clear_blind(const __grid_constant__ Clearing a) {
    const int query = blockIdx.x;
    const int picture = blockIdx.y;
    int sees = 0;
    for (int block = threadIdx.x; block < a.blocks; block += blockDim.x) {
        sees |= __ldg(a.seen + ((size_t) picture * a.blocks + block) * QUERIES + query);
    }
    if (!is_opened(__syncthreads_or(sees), __ldg(a.all))) {
        return;
    }
    unsigned char *row = a.output + ((size_t) picture * a.queries + query) * a.pixels;
    for (int pixel = threadIdx.x; pixel < a.pixels; pixel += blockDim.x) {
        row[pixel] = 0;
    }
}
#endif

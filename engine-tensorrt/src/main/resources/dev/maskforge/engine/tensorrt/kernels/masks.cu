// Masks of queries: the product of their embeddings and the features of all pixels, whose channels are neighbours in memory, and what
// a decoder makes of it: logits, or where attention is blocked.
//
// Set from outside: VALUE (float, whose factors are rounded to TF32, or half_t), EMBEDDING (float or half_t), CHANNELS, TILES (sixteens
// of queries), BIAS (0: none; 1: a number for each query; 2: as well the product of a vector that each query has with WEIGHTS
// weights, of which a lane loads WEIGHTS_VECTOR at once), BLOCKED (0: logits float32; 1: whether a logit is below the threshold, as a
// byte), SPLIT (warps that share out the queries), CHUNK (steps whose pixels are fetched at once), SHARED (bytes).
//
// A block has all queries, whose embeddings lie in shared memory, and each of its warps 16 pixels. A lane has 16 bytes of a pixel or a
// query at a time, so the four lanes of a row have channels that follow each other; which of them a step of the matrix units takes first
// does not matter, as both factors lie like that. The 16 pixels are dealt out so that a lane's results are of four neighbours. What a
// warp needs of its next pixels is on its way while it writes its results.
//
// Where attention is blocked, a query for which all pixels are blocked sees all of them ("Masked-attention Mask Transformer for Universal
// Image Segmentation", section 3.2.1): each block writes down which queries see something in it, and a second launch clears the rows
// of those that see nothing.

constexpr int VECTOR = 16 / (int) sizeof(VALUE);
constexpr int QUERIES = 16 * TILES;
constexpr int WARPS = 8;
constexpr int OWN = (TILES + SPLIT - 1) / SPLIT;           // sixteens of queries that a warp has
constexpr int PIXELS = 16;                                 // of a warp
constexpr int ROW = CHANNELS + 64 / (int) sizeof(VALUE);   // elements from one embedding to the next: eight lanes read all banks
constexpr int STEP = 4 * VECTOR;                           // channels of a step
constexpr int CHUNKS = CHANNELS / (STEP * CHUNK);
constexpr unsigned int WARP = 0xffffffffu;

static_assert(CHANNELS % (STEP * CHUNK) == 0 && CHANNELS * (int) sizeof(VALUE) % 128 == 0, "whole chunks and lines");
static_assert(WARPS % SPLIT == 0, "as many warps for each part of the queries");
static_assert(SHARED == QUERIES * (ROW * (int) sizeof(VALUE) + 8), "the launch knows how much memory is shared");

struct Arguments {
    const EMBEDDING *embeddings; // [N, queries, CHANNELS]
    const VALUE *features;       // [N, pixels, CHANNELS]
    const float *bias;           // [N, queries] or, with vectors, [1]
    const EMBEDDING *vectors;    // [N, queries, WEIGHTS]
    const float *weights;        // [WEIGHTS]
    const float *threshold;      // below which attention is blocked
    void *output;                // [N, queries, pixels]
    unsigned char *seen;         // [N, blocks, QUERIES]
    int queries;
    int pixels;
    int embeddings_of_picture; // elements from one picture's to the next's, 0 where all have the same
    int bias_of_picture;
};

__device__ __forceinline__ void store_rounded(half_t *to, const float (&values)[8]) {
    store(to, values);
}

__device__ __forceinline__ void store_rounded(float *to, const float (&values)[4]) {
    float rounded[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
        rounded[i] = to_tf32(values[i]);
    }
    store(to, rounded);
}

// The pixel of a column of one of the warp's two tiles.
__device__ __forceinline__ int pixel_of(int tile, int column) {
    return column / 2 * 4 + tile * 2 + column % 2;
}

extern "C" __global__ void __launch_bounds__(32 * WARPS) masks(const __grid_constant__ Arguments a) {
    extern __shared__ __align__(16) unsigned char shared[];
    VALUE *embeddings = reinterpret_cast<VALUE *>(shared);
    float *biases = reinterpret_cast<float *>(embeddings + QUERIES * ROW);
    int *sees = reinterpret_cast<int *>(biases + QUERIES);
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const int picture = blockIdx.y;

    const int group = lane / 4;
    const int part = lane % 4;
    const int queries_from = warp % SPLIT * OWN;
    const int pixels_of_block = WARPS / SPLIT * PIXELS;
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

    const EMBEDDING *own = a.embeddings + (size_t) picture * a.embeddings_of_picture;
#pragma unroll 7
    for (int i = threadIdx.x; i < QUERIES * (CHANNELS / VECTOR); i += 32 * WARPS) {
        const int query = i / (CHANNELS / VECTOR);
        const int channel = i % (CHANNELS / VECTOR) * VECTOR;
        float values[VECTOR] = {};
        if (query < a.queries) {
            load(own + (size_t) query * CHANNELS + channel, values);
        }
        store_rounded(embeddings + query * ROW + channel, values);
    }
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
#pragma unroll 7
    for (int i = 0; i < QUERIES / WARPS; i++) {
        const int query = warp + i * WARPS;
        float bias = 0.f;
#if BIAS == 2
        const EMBEDDING *vector = a.vectors + ((size_t) picture * a.queries + min(query, a.queries - 1)) * WEIGHTS;
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
        bias = __ldg(a.bias + (size_t) picture * a.bias_of_picture + min(query, a.queries - 1));
#endif
        if (lane == 0) {
            biases[query] = bias;
            sees[query] = 0;
        }
    }
    __syncthreads();

#if BLOCKED
    const float threshold = __ldg(a.threshold);
#endif
    while (first < a.pixels) {
        float sums[OWN][2][4] = {};
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
                        multiply_add(sums[queries][0], low, high, left);
                        multiply_add(sums[queries][1], low, high, right);
                    }
                }
            }
        }
        const int next = first + gridDim.x * pixels_of_block;
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
                const float bias = query < a.queries ? biases[query] : 0.f;
                float logits[4];
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    logits[i] = sums[queries][i / 2][2 * half + i % 2] + bias;
                }
                const size_t at = ((size_t) picture * a.queries + query) * a.pixels + pixel;
                if (query < a.queries && count > 0) {
#if BLOCKED
                    unsigned char *output = static_cast<unsigned char *>(a.output) + at;
                    unsigned char blocked[4];
                    bool visible = false;
#pragma unroll
                    for (int i = 0; i < 4; i++) {
                        blocked[i] = logits[i] < threshold;
                        visible |= i < count && !blocked[i];
                    }
                    if (whole) {
                        *reinterpret_cast<uchar4 *>(output) = make_uchar4(blocked[0], blocked[1], blocked[2], blocked[3]);
                    } else {
                        for (int i = 0; i < count; i++) {
                            output[i] = blocked[i];
                        }
                    }
                    if (visible) {
                        sees[query] = 1;
                    }
#else
                    float *output = static_cast<float *>(a.output) + at;
                    if (whole) {
                        *reinterpret_cast<float4 *>(output) = make_float4(logits[0], logits[1], logits[2], logits[3]);
                    } else {
                        for (int i = 0; i < count; i++) {
                            output[i] = logits[i];
                        }
                    }
#endif
                }
            }
        }
        first = next;
    }
#if BLOCKED
    __syncthreads();
    for (int query = threadIdx.x; query < QUERIES; query += 32 * WARPS) {
        a.seen[((size_t) picture * gridDim.x + blockIdx.x) * QUERIES + query] = (unsigned char) sees[query];
    }
#endif
}

#if BLOCKED
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
    if ((__syncthreads_or(sees) ? 0.f : 1.f) < __ldg(a.all)) {
        return;
    }
    unsigned char *row = a.output + ((size_t) picture * a.queries + query) * a.pixels;
    for (int pixel = threadIdx.x; pixel < a.pixels; pixel += blockDim.x) {
        row[pixel] = 0;
    }
}
#endif

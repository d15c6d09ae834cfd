// The head where masks become exactly four times as high and wide, as those of the networks do, by matrix units.
//
// Four neighbouring pixels of an output row lie between the same two mask columns, an eighth, three, five and seven eighths of
// the way: a quad. A warp has 8 quads of ROWS rows. It walks through the queries, eight at a time; lane (g, t), g = lane / 4,
// interpolates the logits of queries t and t + 4 at the pixels of quad g and takes their sigmoids, which are then just what the
// matrix units want of it: D[pixel, class] += A[pixel, query] B[query, class].
//
// The units multiply numbers of 11 bits (tf32), so each factor is a sum of two, high + low, and three of the four products are
// added up in float32; what is left out is below 2^-20 of the product.
//
// Set from outside: MASK (float or half_t, of class and mask logits), LABEL (unsigned char or int), CLASSES, TILES (eights of
// classes in one walk), ROWS (1, 2 or 4), BLOCKS (wanted on a multiprocessor).

constexpr int WALKS = (CLASSES + 8 * TILES - 1) / (8 * TILES);
constexpr int WARPS = 4;
constexpr int PIXELS = 4;
constexpr unsigned int WARP = 0xffffffffu;
constexpr float MINUS_LOG2_E = -1.44269504f;

struct ProbabilitiesArguments {
    const MASK *logits;   // [N, Q, CLASSES + 1], the last one "no object"
    float *probabilities; // [N, ceil(Q / 8), WALKS * TILES, 32, 4]: for each lane high and low parts of its two factors
    int queries;
};

__device__ __forceinline__ float high_part(float x) {
    return __uint_as_float(__float_as_uint(x) & 0xffffe000u);
}

// Softmax over the classes, "no object" included and then left out. A block takes eight queries, a warp one.
extern "C" __global__ void __launch_bounds__(256) class_probabilities(const __grid_constant__ ProbabilitiesArguments a) {
    __shared__ float highest_of[8];
    __shared__ float sum_of[8];
    const int lane = threadIdx.x % 32;
    const int first = blockIdx.x * 8;
    const MASK *logits = a.logits + ((long long) blockIdx.y * a.queries + first) * (CLASSES + 1);
    const int mine = min(threadIdx.x / 32, a.queries - 1 - first);
    float highest = -infinity();
    for (int i = lane; i <= CLASSES; i += 32) {
        float logit[1];
        load(logits + mine * (CLASSES + 1) + i, logit);
        highest = fmaxf(highest, logit[0]);
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        highest = fmaxf(highest, __shfl_xor_sync(WARP, highest, distance));
    }
    float sum = 0.f;
    for (int i = lane; i <= CLASSES; i += 32) {
        float logit[1];
        load(logits + mine * (CLASSES + 1) + i, logit);
        sum += expf(logit[0] - highest);
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(WARP, sum, distance);
    }
    if (lane == 0) {
        highest_of[threadIdx.x / 32] = highest;
        sum_of[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    float4 *factors =
        reinterpret_cast<float4 *>(a.probabilities) + ((long long) blockIdx.y * gridDim.x + blockIdx.x) * (WALKS * TILES * 32);
    for (int i = threadIdx.x; i < WALKS * TILES * 32; i += 256) {
        const int label = i / 32 * 8 + i % 32 / 4;
        float high[2];
        float low[2];
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const int query = i % 4 + 4 * half;
            float probability = 0.f;
            if (label < CLASSES && first + query < a.queries) {
                float logit[1];
                load(logits + query * (CLASSES + 1) + label, logit);
                probability = expf(logit[0] - highest_of[query]) / sum_of[query];
            }
            high[half] = high_part(probability);
            low[half] = probability - high[half];
        }
        factors[i] = make_float4(high[0], high[1], low[0], low[1]);
    }
}

struct Arguments {
    const MASK *masks;          // [N, Q, mask_height, mask_width]
    const float *probabilities; // as class_probabilities leaves them
    LABEL *labels;              // [N, 4 mask_height, 4 mask_width]
    int queries;
    int mask_height;
    int mask_width;
};

// 1 / (1 + 2^x), within 2e-7; what is below 1e-38 is zero.
__device__ __forceinline__ float sigmoid_of_power(float x) {
    float result;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(1.f + power_of_two(x)));
    return result;
}

__device__ __forceinline__ void multiply_add(float (&sums)[4], const float (&a)[4], float b0, float b1) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(__float_as_uint(a[0])), "r"(__float_as_uint(a[1])), "r"(__float_as_uint(a[2])), "r"(__float_as_uint(a[3])),
          "r"(__float_as_uint(b0)), "r"(__float_as_uint(b1)));
}

// The four mask logits that a quad lies between, for two queries.
struct Corners {
    float at[2][4];
};

__device__ __forceinline__ Corners corners(const MASK *masks, const int (&offsets)[4], int query, int queries, int mask_size) {
    Corners result;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        // Beyond the last query its probabilities are zero.
        const MASK *mask = masks + (long long) min(query + 4 * half, queries - 1) * mask_size;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float corner[1];
            load(mask + offsets[i], corner);
            result.at[half][i] = corner[0];
        }
    }
    return result;
}

extern "C" __global__ void __launch_bounds__(32 * WARPS, BLOCKS) semantic_labels(const __grid_constant__ Arguments a) {
    const int g = threadIdx.x / 4;
    const int t = threadIdx.x % 4;
    const int picture = blockIdx.z;
    const int quad = blockIdx.x * 8 + g;
    const int first_row = (blockIdx.y * WARPS + threadIdx.y) * ROWS - (ROWS == 4 ? 2 : 0);
    // Row y lies (2 ((y + 2) mod 4) + 1) / 8 of the way from mask row (y + 2) / 4 - 1 to the next, clamped at the borders.
    const int below = (first_row + 2) / 4;
    const int top = min(max(below - 1, 0), a.mask_height - 1);
    const int bottom = min(below, a.mask_height - 1);
    const int left = min(max(quad - 1, 0), a.mask_width - 1);
    const int right = min(quad, a.mask_width - 1);
    const int offsets[4] = {top * a.mask_width + left, top * a.mask_width + right, bottom * a.mask_width + left,
                            bottom * a.mask_width + right};
    const float down = (2 * ((first_row + 2) % 4) + 1) / 8.f;
    const int mask_size = a.mask_height * a.mask_width;
    const MASK *masks = a.masks + (long long) picture * a.queries * mask_size;
    const int steps = (a.queries + 7) / 8;
    const float4 *factors = reinterpret_cast<const float4 *>(a.probabilities) +
                            (long long) picture * steps * (WALKS * TILES * 32) + threadIdx.x;

    float best[ROWS][PIXELS];
    int labels[ROWS][PIXELS];
#pragma unroll
    for (int row = 0; row < ROWS; row++) {
#pragma unroll
        for (int pixel = 0; pixel < PIXELS; pixel++) {
            best[row][pixel] = -1.f;
            labels[row][pixel] = 0;
        }
    }
    for (int walk = 0; walk < WALKS; walk++) {
        // Two tiles of 16 pixels: the first two pixels of each quad, and the other two.
        float sums[ROWS][2][TILES][4];
#pragma unroll
        for (int row = 0; row < ROWS; row++) {
#pragma unroll
            for (int i = 0; i < 2 * TILES * 4; i++) {
                sums[row][i / (TILES * 4)][i / 4 % TILES][i % 4] = 0.f;
            }
        }
        Corners next = corners(masks, offsets, t, a.queries, mask_size);
        for (int step = 0; step < steps; step++) {
            const Corners now = next;
            next = corners(masks, offsets, min(step + 1, steps - 1) * 8 + t, a.queries, mask_size);
            float4 factor[TILES];
#pragma unroll
            for (int tile = 0; tile < TILES; tile++) {
                factor[tile] = __ldg(factors + ((step * WALKS + walk) * TILES + tile) * 32);
            }
            float upper[2][2];
            float drop[2][2];
#pragma unroll
            for (int half = 0; half < 2; half++) {
#pragma unroll
                for (int side = 0; side < 2; side++) {
                    upper[half][side] = now.at[half][side] * MINUS_LOG2_E;
                    drop[half][side] = fmaf(now.at[half][2 + side], MINUS_LOG2_E, -upper[half][side]);
                }
            }
#pragma unroll
            for (int row = 0; row < ROWS; row++) {
                float high[2][4];
                float low[2][4];
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    const float at_left = fmaf(down + row / 4.f, drop[half][0], upper[half][0]);
                    const float at_right = fmaf(down + row / 4.f, drop[half][1], upper[half][1]);
                    const float difference = at_right - at_left;
#pragma unroll
                    for (int pixel = 0; pixel < PIXELS; pixel++) {
                        const float inside = sigmoid_of_power(fmaf((2 * pixel + 1) / 8.f, difference, at_left));
                        high[pixel / 2][2 * half + pixel % 2] = high_part(inside);
                        low[pixel / 2][2 * half + pixel % 2] = inside - high_part(inside);
                    }
                }
#pragma unroll
                for (int tile = 0; tile < TILES; tile++) {
#pragma unroll
                    for (int pair = 0; pair < 2; pair++) {
                        multiply_add(sums[row][pair][tile], low[pair], factor[tile].x, factor[tile].y);
                        multiply_add(sums[row][pair][tile], high[pair], factor[tile].z, factor[tile].w);
                        multiply_add(sums[row][pair][tile], high[pair], factor[tile].x, factor[tile].y);
                    }
                }
            }
        }
        // A lane has, of each tile, classes 2 t and 2 t + 1 for its quad's pixels.
#pragma unroll
        for (int row = 0; row < ROWS; row++) {
#pragma unroll
            for (int pixel = 0; pixel < PIXELS; pixel++) {
#pragma unroll
                for (int i = 0; i < 2 * TILES; i++) {
                    const int label = (walk * TILES + i / 2) * 8 + 2 * t + i % 2;
                    const float score = sums[row][pixel / 2][i / 2][pixel % 2 * 2 + i % 2];
                    if ((CLASSES % (8 * TILES) == 0 || label < CLASSES) && score > best[row][pixel]) {
                        best[row][pixel] = score;
                        labels[row][pixel] = label;
                    }
                }
            }
        }
    }
    const int width = 4 * a.mask_width;
#pragma unroll
    for (int row = 0; row < ROWS; row++) {
        int label = 0;
#pragma unroll
        for (int pixel = 0; pixel < PIXELS; pixel++) {
#pragma unroll
            for (int distance = 1; distance < 4; distance *= 2) {
                const float score = __shfl_xor_sync(WARP, best[row][pixel], distance);
                const int other = __shfl_xor_sync(WARP, labels[row][pixel], distance);
                if (score > best[row][pixel] || (score == best[row][pixel] && other < labels[row][pixel])) {
                    best[row][pixel] = score;
                    labels[row][pixel] = other;
                }
            }
            label = t == pixel ? labels[row][pixel] : label;
        }
        const int y = first_row + row;
        const int x = 4 * quad - 2 + t;
        if (y >= 0 && y < 4 * a.mask_height && x >= 0 && x < width) {
            a.labels[((long long) picture * 4 * a.mask_height + y) * width + x] = (LABEL) label;
        }
    }
}

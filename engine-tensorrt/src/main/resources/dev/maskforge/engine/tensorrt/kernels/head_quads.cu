// The head where masks become exactly four times as high and wide, as those of the networks do, by matrix units.
//
// Four neighbouring pixels of an output row lie between the same two mask columns, an eighth, three, five and seven eighths of
// the way: a quad. A warp has 8 quads of ROWS rows. It walks through the queries, sixteen at a time; lane (g, t), g = lane / 4,
// interpolates the logits of queries t, t + 4, t + 8 and t + 12 at the pixels of quad g and takes their sigmoids, which are then
// just what the matrix units want of it: D[pixel, class] += A[pixel, query] B[query, class].
//
// The units multiply float16, so each factor, scaled by 2^15, is a sum of two, high + low, of 11 bits each, and three of the four
// products are added up in float32; what is left out is below 2^-22 of the product.
//
// float16 ends at 2^-24, so factors are off by up to 2^-40 besides, which tells only in tiny scores. Where no mask covers a pixel
// and its largest score is below 2^-20, it is computed again with sigmoids scaled by 2^20 more, and once more below 2^-40: the
// order of scores is float32's down to 2^-60, and sigmoids below 2^-75 count as that. That does not help where masks do cover the
// pixel, but all their classes are below 2^-20 ("no object" is 14 above them): there sigmoids do not fit the larger scale, and
// the label found before stays, which is right where scores lie 2^-39 apart.
//
// Set from outside: MASK (float or half_t, of class and mask logits), LABEL (unsigned char or int), CLASSES, TILES (eights of
// classes in one walk), ROWS (1, 2 or 4), BLOCKS (wanted on a multiprocessor).

constexpr int WALKS = (CLASSES + 8 * TILES - 1) / (8 * TILES);
constexpr int WARPS = 4;
constexpr int PIXELS = 4;
constexpr unsigned int WARP = 0xffffffffu;
constexpr float MINUS_LOG2_E = -1.44269504f;
constexpr float SCALE = 0x1p15f;
constexpr float RESCALE = 0x1p20f;
constexpr int ATTEMPTS = 3;
// Of scores, which have both factors' scales.
constexpr float SMALL = SCALE * SCALE / RESCALE;

// Two numbers as sums of two of float16 each; halves of a register belong to one number each, the lower to the first.
struct Pair {
    unsigned int high;
    unsigned int low;
};

__device__ __forceinline__ unsigned int rounded(float first, float second) {
    unsigned int result;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(second), "f"(first));
    return result;
}

__device__ __forceinline__ Pair split(float first, float second) {
    Pair result;
    result.high = rounded(first, second);
    float first_high;
    float second_high;
    to_floats(result.high, first_high, second_high);
    result.low = rounded(first - first_high, second - second_high);
    return result;
}

// The lanes of a quad take four queries that follow each other. The last four begin earlier if they would reach beyond the last
// query, so that a lane's mask always lies as far behind the first lane's; what is taken twice counts where it is first.
__device__ __forceinline__ int first_of_four(int query, int queries) {
    return max(min(query, queries - 4), 0);
}

struct ProbabilitiesArguments {
    const MASK *logits;   // [N, Q, CLASSES + 1], the last one "no object"
    uint4 *probabilities; // [N, ceil(Q / 16), WALKS * TILES, 32]: for each lane high parts of its four factors, then low ones
    int queries;
};

// Softmax over the classes, "no object" included and then left out. A block takes 16 queries, a warp one.
extern "C" __global__ void __launch_bounds__(512) class_probabilities(const __grid_constant__ ProbabilitiesArguments a) {
    __shared__ float highest_of[16];
    __shared__ float sum_of[16];
    const int lane = threadIdx.x % 32;
    const int first = blockIdx.x * 16;
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
    uint4 *factors = a.probabilities + ((long long) blockIdx.y * gridDim.x + blockIdx.x) * (WALKS * TILES * 32);
    for (int i = threadIdx.x; i < WALKS * TILES * 32; i += 512) {
        const int label = i / 32 * 8 + i % 32 / 4;
        float scaled[4];
#pragma unroll
        for (int j = 0; j < 4; j++) {
            const int query = first_of_four(first + 4 * j, a.queries) - first + i % 4;
            scaled[j] = 0.f;
            if (label < CLASSES && query >= 4 * j && first + query < a.queries) {
                float logit[1];
                load(logits + query * (CLASSES + 1) + label, logit);
                scaled[j] = expf(logit[0] - highest_of[query]) / sum_of[query] * SCALE;
            }
        }
        const Pair front = split(scaled[0], scaled[1]);
        const Pair back = split(scaled[2], scaled[3]);
        factors[i] = make_uint4(front.high, back.high, front.low, back.low);
    }
}

struct Arguments {
    const MASK *masks;          // [N, Q, mask_height, mask_width]
    const uint4 *probabilities; // as class_probabilities leaves them
    LABEL *labels;              // [N, 4 mask_height, 4 mask_width]
    int queries;
    int mask_height;
    int mask_width;
};

// The lesser one, or what is no number.
__device__ __forceinline__ float lesser(float x, float y) {
    float result;
    asm("min.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(x), "f"(y));
    return result;
}

// 1 / (1 + 2^first) and 1 / (1 + 2^second), over `scale` and within 4e-7, by one reciprocal, as special functions are few. The
// bound keeps the product of both denominators within float32.
__device__ __forceinline__ void sigmoids_of_powers(float first, float second, float scale, float (&results)[2]) {
    const float bound = 75.f;
    const float below_first = fmaf(power_of_two(lesser(first, bound)), scale, scale);
    const float below_second = fmaf(power_of_two(lesser(second, bound)), scale, scale);
    float reciprocal;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(reciprocal) : "f"(below_first * below_second));
    results[0] = below_second * reciprocal;
    results[1] = below_first * reciprocal;
}

// sums += a b, of four queries a lane or of two.
__device__ __forceinline__ void multiply_add(float (&sums)[4], const unsigned int (&a)[4], unsigned int b0, unsigned int b1) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ __forceinline__ void multiply_add(float (&sums)[4], const unsigned int (&a)[2], unsigned int b0, unsigned int) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(b0));
}

// The four mask logits that a quad lies between, for four queries.
struct Corners {
    float at[4][4];
};

// `offsets` are those of the lane's query among four: in bytes, below 2^32 as masks have fewer than 2^28 pixels.
__device__ __forceinline__ Corners corners(const MASK *masks, const unsigned int (&offsets)[4], int query, int queries, int mask_size) {
    Corners result;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        // Beyond the last query probabilities are zero.
        const char *four = reinterpret_cast<const char *>(masks + (long long) first_of_four(query + 4 * i, queries) * mask_size);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            float corner[1];
            load(reinterpret_cast<const MASK *>(four + offsets[j]), corner);
            result.at[i][j] = corner[0];
        }
    }
    return result;
}

// What is interpolated along a quad's left and right columns, as powers of two: at the upper corner, and how it changes from
// there to the lower one.
struct Columns {
    float upper[4][2];
    float drop[4][2];
};

__device__ __forceinline__ Columns columns(const Corners &corners) {
    Columns result;
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int side = 0; side < 2; side++) {
            result.upper[i][side] = corners.at[i][side] * MINUS_LOG2_E;
            result.drop[i][side] = fmaf(corners.at[i][2 + side], MINUS_LOG2_E, -result.upper[i][side]);
        }
    }
    return result;
}

// Adds up what the first COUNT (2 or 4) of a lane's four queries give. `down` is how far the first row lies between mask rows.
template <int COUNT>
__device__ __forceinline__ void add_queries(float (&sums)[ROWS][2][TILES][4], const Columns &columns, const uint4 *factors, float down,
                                            float scale) {
    uint4 factor[TILES];
#pragma unroll
    for (int tile = 0; tile < TILES; tile++) {
        factor[tile] = __ldg(factors + tile * 32);
    }
#pragma unroll
    for (int row = 0; row < ROWS; row++) {
        float left[COUNT];
        float difference[COUNT];
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            left[i] = fmaf(down + row / 4.f, columns.drop[i][0], columns.upper[i][0]);
            difference[i] = fmaf(down + row / 4.f, columns.drop[i][1], columns.upper[i][1]) - left[i];
        }
        // Two tiles of 16 pixels: the first two pixels of each quad, and the other two.
#pragma unroll
        for (int pair = 0; pair < 2; pair++) {
            unsigned int high[COUNT];
            unsigned int low[COUNT];
#pragma unroll
            for (int i = 0; i < COUNT; i += 2) {
                float inside[2][2];
#pragma unroll
                for (int j = 0; j < 2; j++) {
                    sigmoids_of_powers(fmaf((4 * pair + 1) / 8.f, difference[i + j], left[i + j]),
                                       fmaf((4 * pair + 3) / 8.f, difference[i + j], left[i + j]), scale, inside[j]);
                }
#pragma unroll
                for (int pixel = 0; pixel < 2; pixel++) {
                    const Pair parts = split(inside[0][pixel], inside[1][pixel]);
                    high[i + pixel] = parts.high;
                    low[i + pixel] = parts.low;
                }
            }
            // What follows each other goes to different sums.
#pragma unroll
            for (int tile = 0; tile < TILES; tile++) {
                multiply_add(sums[row][pair][tile], low, factor[tile].x, factor[tile].y);
            }
#pragma unroll
            for (int tile = 0; tile < TILES; tile++) {
                multiply_add(sums[row][pair][tile], high, factor[tile].z, factor[tile].w);
            }
#pragma unroll
            for (int tile = 0; tile < TILES; tile++) {
                multiply_add(sums[row][pair][tile], high, factor[tile].x, factor[tile].y);
            }
        }
    }
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
    const float down = (2 * ((first_row + 2) % 4) + 1) / 8.f;
    const int mask_size = a.mask_height * a.mask_width;
    const int own = min(t, a.queries - 1) * mask_size;
    const unsigned int offsets[4] = {
        (unsigned int) (own + top * a.mask_width + left) * (unsigned int) sizeof(MASK),
        (unsigned int) (own + top * a.mask_width + right) * (unsigned int) sizeof(MASK),
        (unsigned int) (own + bottom * a.mask_width + left) * (unsigned int) sizeof(MASK),
        (unsigned int) (own + bottom * a.mask_width + right) * (unsigned int) sizeof(MASK)};
    const MASK *masks = a.masks + (long long) picture * a.queries * mask_size;
    const int steps = (a.queries + 15) / 16;
    // The last step is half a one where it has no more queries than that.
    const int whole_steps = (a.queries + 7) / 16;
    const uint4 *probabilities = a.probabilities + (long long) picture * steps * (WALKS * TILES * 32) + threadIdx.x;
    const int x = 4 * quad - 2 + t;
    const int width = 4 * a.mask_width;

    // A bit for each row where this lane's pixel is without a label, or has one by a small score.
    unsigned int open = (1u << ROWS) - 1;
    float scale = 1.f / SCALE;
#pragma unroll 1
    for (int attempt = 0; attempt < ATTEMPTS && __any_sync(WARP, open != 0); attempt++) {
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
            float sums[ROWS][2][TILES][4];
#pragma unroll
            for (int row = 0; row < ROWS; row++) {
#pragma unroll
                for (int i = 0; i < 2 * TILES * 4; i++) {
                    sums[row][i / (TILES * 4)][i / 4 % TILES][i % 4] = 0.f;
                }
            }
            const uint4 *factors = probabilities + walk * (TILES * 32);
            Corners next = corners(masks, offsets, 0, a.queries, mask_size);
            for (int step = 0; step < whole_steps; step++) {
                const Columns now = columns(next);
                next = corners(masks, offsets, (step + 1) * 16, a.queries, mask_size);
                add_queries<4>(sums, now, factors + step * (WALKS * TILES * 32), down, scale);
            }
            if (whole_steps < steps) {
                add_queries<2>(sums, columns(next), factors + whole_steps * (WALKS * TILES * 32), down, scale);
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
#pragma unroll
        for (int row = 0; row < ROWS; row++) {
            float highest = 0.f;
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
                highest = t == pixel ? best[row][pixel] : highest;
                label = t == pixel ? labels[row][pixel] : label;
            }
            const int y = first_row + row;
            const bool written = y >= 0 && y < 4 * a.mask_height && x >= 0 && x < width;
            // Of sigmoids too large for the scale high and low parts are infinite, and their sums no numbers, which leave -1.
            if (written && (open >> row & 1) != 0 && (attempt == 0 || highest >= 0.f)) {
                a.labels[((long long) picture * 4 * a.mask_height + y) * width + x] = (LABEL) label;
            }
            if (!written || highest < 0.f || highest >= SMALL) {
                open &= ~(1u << row);
            }
        }
        scale /= RESCALE;
    }
}

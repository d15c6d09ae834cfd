// Group normalisation of maps whose channels are neighbours in memory, with what follows it in a feature pyramid.
//
// Set from outside: VALUE (float or half_t), CHANNELS, GROUPS, THREADS, POSITIVE (1: negative results become 0), ADDEND (0: none;
// 1: a map as it is; 2: a map that is normalised too), ADDEND_POSITIVE (1: its negative values become 0 before it is resized) and
// BILINEAR (1: between half-pixel centres; 0: the nearest, floor(target * source size / target size)).
//
// Two launches: `moments` sums up parts of the maps, `group_normalization` adds the parts up and does the rest. Sums are of
// differences to a group's first value, so that a mean far from zero costs no digits.

#define GROUP (CHANNELS / GROUPS)
#define VECTOR (16 / (int) sizeof(VALUE))   // channels that a thread has
#define COLUMNS (CHANNELS / VECTOR)         // threads that have a pixel
#define ROWS (THREADS / COLUMNS)            // pixels that a block has at once
#define PART (GROUP < VECTOR ? GROUP : VECTOR) // channels of one group among a thread's
#define PARTS (VECTOR / PART)
#define MAPS (ADDEND == 2 ? 2 : 1)

static_assert(CHANNELS % VECTOR == 0 && CHANNELS % GROUPS == 0 && (GROUP % PART == 0 && VECTOR % PART == 0), "whole groups");
static_assert(THREADS % COLUMNS == 0 && THREADS >= GROUPS, "whole pixels, and a thread for each group");

struct Map {
    const VALUE *values; // [N, height, width, CHANNELS]
    const VALUE *scale;  // [CHANNELS]
    const VALUE *bias;   // [CHANNELS]
    float2 *sums;        // [N, blocks, GROUPS]: of differences, and of their squares
    int height;
    int width;
    int blocks; // that sum up a picture
    float epsilon;
};

struct Arguments {
    Map map;
    Map addend;
    VALUE *output; // [N, map.height, map.width, CHANNELS]
};

__device__ __forceinline__ const VALUE *picture_of(const Map &map) {
    return map.values + (size_t) blockIdx.y * map.height * map.width * CHANNELS;
}

// The first value of the group that a channel belongs to.
__device__ __forceinline__ float pivot_of(const Map &map, int channel) {
    float first[1];
    load<1>(picture_of(map) + channel / GROUP * GROUP, first);
    return first[0];
}

extern "C" __global__ void __launch_bounds__(THREADS) moments(const __grid_constant__ Arguments a) {
    __shared__ float2 shared[ROWS][COLUMNS * PARTS];
    const bool second = MAPS == 2 && (int) blockIdx.x >= a.map.blocks;
    const Map &map = second ? a.addend : a.map;
    const int block = second ? blockIdx.x - a.map.blocks : blockIdx.x;
    const long long pixels = (long long) map.height * map.width;
    const int end = (int) (pixels * (block + 1) / map.blocks);
    const int column = threadIdx.x % COLUMNS;
    const int row = threadIdx.x / COLUMNS;
    const VALUE *values = picture_of(map) + column * VECTOR;

    float pivots[PARTS];
    float sums[PARTS];
    float squares[PARTS];
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
        pivots[part] = pivot_of(map, column * VECTOR + part * PART);
        sums[part] = 0.f;
        squares[part] = 0.f;
    }
#pragma unroll 4
    for (int pixel = (int) (pixels * block / map.blocks) + row; pixel < end; pixel += ROWS) {
        float channels[VECTOR];
        load(values + (size_t) pixel * CHANNELS, channels);
#pragma unroll
        for (int i = 0; i < VECTOR; i++) {
            const float difference = channels[i] - pivots[i / PART];
            sums[i / PART] += difference;
            squares[i / PART] += difference * difference;
        }
    }
#pragma unroll
    for (int part = 0; part < PARTS; part++) {
        shared[row][column * PARTS + part] = make_float2(sums[part], squares[part]);
    }
    __syncthreads();
    if (threadIdx.x < GROUPS) {
        float2 sum = make_float2(0.f, 0.f);
        for (int i = 0; i < ROWS; i++) {
#pragma unroll
            for (int part = 0; part < GROUP / PART; part++) {
                const float2 share = shared[i][threadIdx.x * (GROUP / PART) + part];
                sum.x += share.x;
                sum.y += share.y;
            }
        }
        map.sums[((size_t) blockIdx.y * map.blocks + block) * GROUPS + threadIdx.x] = sum;
    }
}

// What a thread makes of its channels of a map: (value - mean) * factor + bias.
struct Normal {
    float means[PARTS];
    float factors[VECTOR];
    float biases[VECTOR];

    // All threads of a block together.
    __device__ __forceinline__ void prepare(const Map &map) {
        constexpr int SLICES = THREADS / GROUPS;
        __shared__ float2 shared[SLICES][GROUPS];
        __shared__ float2 moments[GROUPS]; // mean, and 1 / deviation
        const int group = threadIdx.x % GROUPS;
        const int slice = threadIdx.x / GROUPS;
        if (slice < SLICES) {
            float2 sum = make_float2(0.f, 0.f);
            for (int block = slice; block < map.blocks; block += SLICES) {
                const float2 share = __ldg(map.sums + ((size_t) blockIdx.y * map.blocks + block) * GROUPS + group);
                sum.x += share.x;
                sum.y += share.y;
            }
            shared[slice][group] = sum;
        }
        __syncthreads();
        if (threadIdx.x < GROUPS) {
            float2 sum = make_float2(0.f, 0.f);
#pragma unroll 4
            for (int i = 0; i < SLICES; i++) {
                sum.x += shared[i][threadIdx.x].x;
                sum.y += shared[i][threadIdx.x].y;
            }
            const float count = (float) GROUP * map.height * map.width;
            const float shift = sum.x / count;
            const float variance = sum.y / count - shift * shift;
            // Not a number stays what it is.
            moments[threadIdx.x] = make_float2(pivot_of(map, threadIdx.x * GROUP) + shift,
                                               1.f / sqrtf((variance < 0.f ? 0.f : variance) + map.epsilon));
        }
        __syncthreads();
        const int first = threadIdx.x % COLUMNS * VECTOR;
        load(map.scale + first, factors);
        load(map.bias + first, biases);
#pragma unroll
        for (int i = 0; i < VECTOR; i++) {
            factors[i] *= moments[(first + i) / GROUP].y;
        }
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            means[part] = moments[(first + part * PART) / GROUP].x;
        }
        __syncthreads();
    }

    __device__ __forceinline__ void apply(float (&channels)[VECTOR]) const {
#pragma unroll
        for (int i = 0; i < VECTOR; i++) {
            channels[i] = (channels[i] - means[i / PART]) * factors[i] + biases[i];
        }
    }
};

// Not a number stays what it is.
__device__ __forceinline__ void make_positive(float (&channels)[VECTOR]) {
#pragma unroll
    for (int i = 0; i < VECTOR; i++) {
        channels[i] = channels[i] < 0.f ? 0.f : channels[i];
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) group_normalization(const __grid_constant__ Arguments a) {
    Normal normal;
    normal.prepare(a.map);
#if ADDEND == 2
    Normal addend_normal;
    addend_normal.prepare(a.addend);
#endif
    const int pixels = a.map.height * a.map.width;
    const int column = threadIdx.x % COLUMNS;
    const VALUE *values = picture_of(a.map) + column * VECTOR;
    VALUE *output = a.output + (size_t) blockIdx.y * pixels * CHANNELS + column * VECTOR;
#if ADDEND
    const VALUE *addends = picture_of(a.addend) + column * VECTOR;
    // A pixel of the addend, as it is added.
    auto load_addend = [&](int row, int across, float(&channels)[VECTOR]) {
        load(addends + ((size_t) row * a.addend.width + across) * CHANNELS, channels);
#if ADDEND == 2
        addend_normal.apply(channels);
#endif
#if ADDEND_POSITIVE
        make_positive(channels);
#endif
    };
#endif
#pragma unroll 2
    for (int pixel = blockIdx.x * ROWS + threadIdx.x / COLUMNS; pixel < pixels; pixel += gridDim.x * ROWS) {
        float channels[VECTOR];
        load(values + (size_t) pixel * CHANNELS, channels);
#if ADDEND
        const int row = pixel / a.map.width;
        const int across = pixel - row * a.map.width;
#if BILINEAR
        const Between down = between(row, a.addend.height, a.map.height);
        const Between along = between(across, a.addend.width, a.map.width);
        float corners[4][VECTOR];
        load_addend(down.low, along.low, corners[0]);
        load_addend(down.low, along.high, corners[1]);
        load_addend(down.high, along.low, corners[2]);
        load_addend(down.high, along.high, corners[3]);
#else
        float nearest[VECTOR];
        load_addend(row * a.addend.height / a.map.height, across * a.addend.width / a.map.width, nearest);
#endif
#endif
        normal.apply(channels);
#if ADDEND
#pragma unroll
        for (int i = 0; i < VECTOR; i++) {
#if BILINEAR
            const float upper = corners[0][i] + (corners[1][i] - corners[0][i]) * along.fraction;
            const float lower = corners[2][i] + (corners[3][i] - corners[2][i]) * along.fraction;
            channels[i] += upper + (lower - upper) * down.fraction;
#else
            channels[i] += nearest[i];
#endif
        }
#endif
#if POSITIVE
        make_positive(channels);
#endif
        store(output + (size_t) pixel * CHANNELS, channels);
    }
}

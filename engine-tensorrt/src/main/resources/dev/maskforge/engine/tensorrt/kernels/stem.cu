// The stem of a ResNet ("Deep Residual Learning for Image Recognition", table 1) from 8-bit pixels on: normalised pixels, rounded to
// half, a convolution of 7x7 with stride 2, Relu, and the maximum of 3x3 with stride 2, which is all that is written: [N, H/4, W/4, 64],
// channels last.
//
// A warp has 16 neighbouring columns of the convolution, the first of them odd, and 32 of its channels; that is 7 columns of the
// maximum. Four warps beside each other and two above make a block, which goes down a strip of the picture by chunks of eight rows of
// pixels, or four rows of the convolution, or two of the maximum; the next chunk is on its way meanwhile.
//
// In shared memory a pixel is four halves, the last of them zero, so that the 8 columns that a row of the filter is taken for (the last
// of its own weights zero) are 64 neighbouring bytes, or two steps of the matrix units, and those of the next column of the convolution
// begin 16 bytes further. What a warp reads of a row of pixels serves the three or four rows of the convolution that see it.
//
// So that a lane writes neighbouring channels, column 2 t + e of tile j of the units stands for channel 8 t + 2 j + e of the warp's.
//
// Set from outside: WIDE (1 if the width is a multiple of 4).

constexpr int WARPS_ACROSS = 4;
constexpr int THREADS = 256;
constexpr int CHANNELS = 64;
constexpr int POOLED = 7; // columns of the maximum that a warp has
constexpr int CHUNK = 8;  // rows of pixels
constexpr int PITCH = 130; // pixels of a row: 4 of each of 32 lanes, one before and one behind
constexpr int ROW_BYTES = PITCH * 8;
constexpr unsigned int WARP = 0xffffffffu;

struct Arguments {
    const unsigned char *pixels; // [N, height, width, 3]
    const int *valid;            // [N, 2]: height and width of each picture, from the upper left corner; beyond them is zero
    const uint2 *weights;        // [2, 7, 2, 4, 32]: of each half of the channels, row of the filter, step and tile what a lane has
    const half_t *bias;          // [CHANNELS]
    half_t *output;              // [N, pooled_height, pooled_width, CHANNELS]
    int height;
    int width;
    int rows; // of the maximum, of a strip; even
    float mean[3];
    float deviation[3];
};

struct Shared {
    unsigned char chunks[2][CHUNK][ROW_BYTES];
    float bias[CHANNELS];
    unsigned short normalised[3][256]; // each byte's value
};

__device__ __forceinline__ unsigned int shared_address(const void *pointer) {
    return (unsigned int) __cvta_generic_to_shared(pointer);
}

// 16 columns of the convolution, and what one step multiplies of each.
__device__ __forceinline__ void load_factor(unsigned int (&factor)[4], unsigned int address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(factor[0]), "=r"(factor[1]), "=r"(factor[2]), "=r"(factor[3])
                 : "r"(address)
                 : "memory");
}

__device__ __forceinline__ void multiply_add(float (&sums)[4], const unsigned int (&a)[4], uint2 b) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b.x), "r"(b.y));
}

// Of each of two halves; what is not a number stays so.
__device__ __forceinline__ unsigned int larger(unsigned int a, unsigned int b) {
    unsigned int result;
    asm("max.NaN.f16x2 %0, %1, %2;" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

// Four pixels, twelve bytes, that a thread brings from global memory into the next chunk.
struct Pixels {
    unsigned int words[3];

    __device__ __forceinline__ void fetch(const Arguments &a, const unsigned char *picture, int row, int column) {
        words[0] = words[1] = words[2] = 0;
        if (row < 0 || row >= a.height) {
            return;
        }
        const unsigned char *from = picture + ((long long) row * a.width + column) * 3;
#if WIDE
        if (column >= 0 && column < a.width) {
#pragma unroll
            for (int i = 0; i < 3; i++) {
                words[i] = __ldg(reinterpret_cast<const unsigned int *>(from) + i);
            }
        }
#else
#pragma unroll
        for (int i = 0; i < 12; i++) {
            if (column + i / 3 >= 0 && column + i / 3 < a.width) {
                words[i / 4] |= (unsigned int) __ldg(from + i) << 8 * (i % 4);
            }
        }
#endif
    }

    __device__ __forceinline__ unsigned int of(int byte) const {
        return words[byte / 4] >> 8 * (byte % 4) & 255;
    }

    __device__ __forceinline__ void put(Shared &shared, unsigned char *to, bool is_row_inside, int column, int valid_width) const {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            uint2 pixel = make_uint2(0, 0);
            if (is_row_inside && column + i >= 0 && column + i < valid_width) {
                pixel.x = shared.normalised[0][of(3 * i)] | (unsigned int) shared.normalised[1][of(3 * i + 1)] << 16;
                pixel.y = shared.normalised[2][of(3 * i + 2)];
            }
            *reinterpret_cast<uint2 *>(to + 8 * i) = pixel;
        }
    }
};

// What a warp has at hand. Of the convolution's rows four are under way, row y in sums[y % 4].
struct Tile {
    uint2 weights[7][2][4];
    float sums[4][4][4]; // [row][tile][element]
    unsigned int tallest[2][4]; // [columns 0 to 7 or 8 to 15][tile]: the largest of the rows so far of a row of the maximum
    const float *bias;   // the lane's eight
    half_t *output;      // the lane's eight channels of the maximum's first row and the warp's first column
    int lane;
    int column;          // the convolution's first
    int conv_height;
    int conv_width;
    int pooled_width;
    int pooled_column;   // the warp's first
    int first;           // rows of the maximum that are written
    int end;

    __device__ __forceinline__ void start(int slot) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                sums[slot][j][i] = 0;
            }
        }
    }

    __device__ __forceinline__ void add(int slot, int filter_row, const unsigned int (&factors)[2][4]) {
#pragma unroll
        for (int step = 0; step < 2; step++) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                multiply_add(sums[slot][j], factors[step], weights[filter_row][step][j]);
            }
        }
    }

    // A row of the convolution that is all there: what is beyond the map counts for nothing, for which 0 will do, since a Relu is before.
    __device__ __forceinline__ void finish(int slot, int row, unsigned int (&values)[2][4]) const {
        const bool is_inside = row >= 0 && row < conv_height;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const int at = column + lane / 4 + 8 * half;
            const bool counts = is_inside && at >= 0 && at < conv_width;
#pragma unroll
            for (int j = 0; j < 4; j++) {
                const float low = relu(sums[slot][j][2 * half] + bias[2 * j]);
                const float high = relu(sums[slot][j][2 * half + 1] + bias[2 * j + 1]);
                values[half][j] = counts ? to_halves(low, high) : 0;
            }
        }
    }

    __device__ __forceinline__ void take(const unsigned int (&values)[2][4]) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                tallest[half][j] = larger(tallest[half][j], values[half][j]);
            }
        }
    }

    __device__ __forceinline__ void take_first(const unsigned int (&values)[2][4]) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                tallest[half][j] = values[half][j];
            }
        }
    }

    // A row of the maximum: of each three columns the first of which is even, as the warp counts them.
    __device__ __forceinline__ void write(int row) const {
        unsigned int widest[2][4];
        const int third = (lane + 8) % 32;
#pragma unroll
        for (int j = 0; j < 4; j++) {
            // Column 8, which follows on column 7, is another register of the lanes that have column 0.
            const unsigned int wrapped = lane < 8 ? tallest[1][j] : tallest[0][j];
            widest[0][j] = larger(larger(tallest[0][j], __shfl_down_sync(WARP, tallest[0][j], 4)), __shfl_sync(WARP, wrapped, third));
            widest[1][j] = larger(larger(tallest[1][j], __shfl_down_sync(WARP, tallest[1][j], 4)), __shfl_down_sync(WARP, tallest[1][j], 8));
        }
        if (row < first || row >= end || lane / 4 % 2 != 0) {
            return;
        }
        const int place = lane / 8;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const int at = place + 4 * half;
            if (at < POOLED && pooled_column + at < pooled_width) {
                *reinterpret_cast<uint4 *>(output + ((long long) row * pooled_width + at) * CHANNELS) =
                    make_uint4(widest[half][0], widest[half][1], widest[half][2], widest[half][3]);
            }
        }
    }
};

enum class Part { FIRST, WHOLE, LAST };

// Eight rows of pixels from the one that is 2 row, row being a multiple of 4. A step has two of them, and its row of the convolution is
// `row` and the number of the step. The first part of a strip is for what the next begins with, one row of the convolution before its
// own; the last ends the row before it.
template <Part PART> __device__ __forceinline__ void go_on(Tile &tile, unsigned int chunk, int row) {
#pragma unroll
    for (int step = 0; step < (PART == Part::LAST ? 1 : 4); step++) {
        // Of the rows `step - 1` to `step + 2` from `row` on.
        constexpr auto none = 8;
        const int from = PART == Part::FIRST ? 3 : -1;
        const int to = PART == Part::LAST ? 0 : none;
#pragma unroll
        for (int parity = 0; parity < 2; parity++) {
            // Whom the row of pixels concerns: filter rows 1, 3, 5 of an even one, 0, 2, 4, 6 of an odd one.
            const int highest = step + (parity == 0 ? 1 : 2);
            if (highest < from) {
                continue;
            }
            unsigned int factors[2][4];
            const unsigned int address = chunk + (2 * step + parity) * ROW_BYTES;
            load_factor(factors[0], address);
            load_factor(factors[1], address + 32);
            if (parity == 1 && step + 2 >= from && step + 2 < to) {
                tile.start((step + 2) % 4);
            }
#pragma unroll
            for (int y = step - 1; y <= step + 2; y++) {
                const int filter_row = 2 * (step - y) + 3 + parity;
                if (filter_row >= 0 && filter_row <= 6 && y >= from && y < to) {
                    tile.add((y + 4) % 4, filter_row, factors);
                }
            }
        }
        if (PART != Part::FIRST) {
            unsigned int values[2][4];
            tile.finish((step + 3) % 4, row + step - 1, values);
            if (step == 0 || step == 2) {
                tile.take(values);
                tile.write((row + step) / 2 - 1);
                tile.take_first(values);
            } else {
                tile.take(values);
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, 1) stem(const __grid_constant__ Arguments a) {
    __shared__ __align__(16) Shared shared;
    const int thread = threadIdx.x;
    const int warp = thread / 32;
    const int lane = thread % 32;
    const int across = warp % WARPS_ACROSS;
    const int half = warp / WARPS_ACROSS;
    const int picture = blockIdx.z;

    Tile tile;
    tile.lane = lane;
    tile.conv_height = (a.height - 1) / 2 + 1;
    tile.conv_width = (a.width - 1) / 2 + 1;
    tile.pooled_width = (tile.conv_width - 1) / 2 + 1;
    const int pooled_height = (tile.conv_height - 1) / 2 + 1;
    const int block_column = blockIdx.x * WARPS_ACROSS * POOLED;
    tile.pooled_column = block_column + across * POOLED;
    tile.column = 2 * tile.pooled_column - 1;
    tile.first = blockIdx.y * a.rows;
    tile.end = min(tile.first + a.rows, pooled_height);
    tile.bias = shared.bias + 32 * half + 8 * (lane % 4);
    tile.output = a.output + (((long long) picture * pooled_height * tile.pooled_width + tile.pooled_column) * CHANNELS + 32 * half + 8 * (lane % 4));

    for (int i = thread; i < 3 * 256; i += THREADS) {
        const int channel = i / 256;
        shared.normalised[channel][i % 256] = to_half(__fdiv_rn((float) (i % 256) - a.mean[channel], a.deviation[channel])).bits;
    }
    if (thread < CHANNELS) {
        shared.bias[thread] = to_float(a.bias[thread]);
    }
#pragma unroll
    for (int filter_row = 0; filter_row < 7; filter_row++) {
#pragma unroll
        for (int step = 0; step < 2; step++) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                tile.weights[filter_row][step][j] = __ldg(a.weights + (((half * 7 + filter_row) * 2 + step) * 4 + j) * 32 + lane);
            }
        }
    }
#pragma unroll
    for (int slot = 0; slot < 4; slot++) {
        tile.start(slot);
    }
#pragma unroll
    for (int j = 0; j < 4; j++) {
        tile.tallest[0][j] = tile.tallest[1][j] = 0;
    }
    __syncthreads();

    // A warp brings one row of pixels, a lane four of them. A lane's first lies one pixel further in shared memory, so that what the
    // convolution begins with is at a multiple of 16 bytes.
    const unsigned char *pixels = a.pixels + (long long) picture * a.height * a.width * 3;
    const int valid_height = min(a.height, __ldg(a.valid + 2 * picture));
    const int valid_width = min(a.width, __ldg(a.valid + 2 * picture + 1));
    const int pixel_column = 4 * block_column - 8 + 4 * lane;
    const int chunks = (tile.end - tile.first + 1) / 2; // whole ones
    // The first of the rows of the convolution, of the part that is before the strip's own.
    const int top = 2 * tile.first - 4;

    Pixels next;
    int pixel_row = 2 * top + warp;
    next.fetch(a, pixels, pixel_row, pixel_column);
    next.put(shared, shared.chunks[0][warp] + 8 * (4 * lane + 1), pixel_row >= 0 && pixel_row < valid_height, pixel_column, valid_width);
    __syncthreads();

    // Where a lane's share of 16 columns and half a step begins.
    const unsigned int begin = shared_address(shared.chunks) + 8 * (4 + 4 * POOLED * across) + 16 * (lane % 8 + 8 * (lane / 8 % 2)) + 16 * (lane / 16);
    for (int i = 0; i <= chunks + 1; i++) {
        if (i <= chunks) {
            pixel_row += CHUNK;
            next.fetch(a, pixels, pixel_row, pixel_column);
        }
        const unsigned int chunk = begin + i % 2 * (CHUNK * ROW_BYTES);
        if (i == 0) {
            go_on<Part::FIRST>(tile, chunk, top);
        } else if (i <= chunks) {
            go_on<Part::WHOLE>(tile, chunk, top + 4 * i);
        } else {
            go_on<Part::LAST>(tile, chunk, top + 4 * i);
        }
        if (i <= chunks) {
            next.put(shared, shared.chunks[(i + 1) % 2][warp] + 8 * (4 * lane + 1), pixel_row >= 0 && pixel_row < valid_height, pixel_column,
                     valid_width);
        }
        __syncthreads();
    }
}

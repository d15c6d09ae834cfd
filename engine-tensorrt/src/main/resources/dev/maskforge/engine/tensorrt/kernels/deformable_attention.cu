// Multi-scale deformable attention of a pyramid over itself ("Deformable DETR", equation 3), softmax and positions included.
//
// A group of LANES neighbouring lanes serves one head of one query. Each lane works out positions and weights of every
// LANES-th sample, and tells the others by shuffles; then all lanes walk through all samples together, each adding up VECTOR
// neighbouring channels, so that a corner of a sample is one coalesced load. Coordinates, weights and sums are float32.
//
// A block serves a tile of TILE_HEIGHT x TILE_WIDTH queries of one level for TILE_HEADS heads: neighbours look at the same
// pixels, which then come from the first-level cache.
//
// Offsets and logits may each get a table added, such as what positions add to a product: the sums are float32.
//
// Set from outside: VALUE (float or half_t, of the values and of the output), QUERY (of offsets and logits), TABLES (1 if there
// are tables, else 0), TABLE (their type), HEADS, LEVELS, POINTS, CHANNELS (of one head), VECTOR, LANES, TILE_HEIGHT, TILE_WIDTH,
// TILE_HEADS, BLOCKS (wanted on a multiprocessor).

constexpr int SAMPLES = LEVELS * POINTS;
constexpr int ROUNDS = (SAMPLES + LANES - 1) / LANES;
constexpr int CHUNKS = (CHANNELS + LANES * VECTOR - 1) / (LANES * VECTOR);
constexpr int HEAD_GROUPS = (HEADS + TILE_HEADS - 1) / TILE_HEADS;
constexpr int THREADS = TILE_HEIGHT * TILE_WIDTH * TILE_HEADS * LANES;
constexpr unsigned int WARP = 0xffffffffu;

static_assert(32 % LANES == 0 && CHANNELS % VECTOR == 0, "lanes divide a warp, vectors a head");
static_assert(THREADS % 32 == 0 && THREADS <= 1024, "a block is made of whole warps");

struct Level {
    int height;
    int width;
    int first_token;
    int first_tile;
};

struct Arguments {
    const VALUE *value;   // [N, tokens, value_row]
    const QUERY *offsets; // [N, tokens, offsets_row]: head, level, point, xy
    const QUERY *logits;  // [N, tokens, logits_row]: head, level, point
    VALUE *output;        // [N, tokens, HEADS * CHANNELS]
    // Read if there are TABLES: [1 or N, tokens, ..._table_row], with what they are added to.
    const TABLE *offsets_table;
    const TABLE *logits_table;
    int tokens;
    int value_row;
    int offsets_row;
    int logits_row;
    int offsets_table_row;
    int logits_table_row;
    // From one picture's table to the next one's; 0 if all pictures have the same.
    int offsets_table_tokens;
    int logits_table_tokens;
    Level levels[LEVELS];
    // How many pixels of a level (second index) one pixel of the query's level (first index) spans.
    float across[LEVELS][LEVELS];
    float down[LEVELS][LEVELS];
};

// How much of a pixel lies within reach of a position, by their distance; what is not a number stays so.
__device__ __forceinline__ float share(float distance) {
    float rest = 1.f - fabsf(distance);
    return rest < 0.f ? 0.f : rest;
}

__device__ __forceinline__ void add_corner(float (&sums)[VECTOR], float weight, const VALUE *corner) {
    float values[VECTOR];
    load(corner, values);
#pragma unroll
    for (int i = 0; i < VECTOR; i++) {
        sums[i] = fmaf(weight, values[i], sums[i]);
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) deformable_attention(const __grid_constant__ Arguments a) {
    const int lane = threadIdx.x % LANES;
    const int group = threadIdx.x / LANES;
    const int cell = group / TILE_HEADS;
    int tile = blockIdx.x / HEAD_GROUPS;
    int head = blockIdx.x % HEAD_GROUPS * TILE_HEADS + group % TILE_HEADS;
    int own = 0;
#pragma unroll
    for (int level = 1; level < LEVELS; level++) {
        own = tile >= a.levels[level].first_tile ? level : own;
    }
    const int height = a.levels[own].height;
    const int width = a.levels[own].width;
    tile -= a.levels[own].first_tile;
    const int tiles_across = (width + TILE_WIDTH - 1) / TILE_WIDTH;
    int row = tile / tiles_across * TILE_HEIGHT + cell / TILE_WIDTH;
    int column = tile % tiles_across * TILE_WIDTH + cell % TILE_WIDTH;
    // Lanes without a query go along with their neighbours, since shuffles want whole warps, and write nothing.
    const bool writes = row < height && column < width && head < HEADS;
    row = min(row, height - 1);
    column = min(column, width - 1);
    head = min(head, HEADS - 1);
    const long long picture = (long long) blockIdx.y * a.tokens;
    const int place = a.levels[own].first_token + row * width + column;
    const long long token = picture + place;

    const QUERY *logits = a.logits + token * a.logits_row + head * SAMPLES;
    const QUERY *offsets = a.offsets + token * a.offsets_row + head * (2 * SAMPLES);
    float weight[ROUNDS];
    float offset[ROUNDS][2];
    float highest = -infinity();
#pragma unroll
    for (int round = 0; round < ROUNDS; round++) {
        const int sample = round * LANES + lane;
        weight[round] = -infinity();
        offset[round][0] = offset[round][1] = 0.f;
        if (SAMPLES % LANES == 0 || sample < SAMPLES) {
            float logit[1];
            load(logits + sample, logit);
            weight[round] = logit[0];
            load(offsets + 2 * sample, offset[round]);
            if constexpr (TABLES) {
                const long long logits_at = (long long) blockIdx.y * a.logits_table_tokens + place;
                const long long offsets_at = (long long) blockIdx.y * a.offsets_table_tokens + place;
                float added_logit[1];
                float added_offset[2];
                load(a.logits_table + logits_at * a.logits_table_row + head * SAMPLES + sample, added_logit);
                load(a.offsets_table + offsets_at * a.offsets_table_row + 2 * (head * SAMPLES + sample), added_offset);
                weight[round] += added_logit[0];
                offset[round][0] += added_offset[0];
                offset[round][1] += added_offset[1];
            }
        }
        highest = fmaxf(highest, weight[round]);
    }
#pragma unroll
    for (int distance = LANES / 2; distance > 0; distance /= 2) {
        highest = fmaxf(highest, __shfl_xor_sync(WARP, highest, distance));
    }
    float sum = 0.f;
#pragma unroll
    for (int round = 0; round < ROUNDS; round++) {
        weight[round] = expf(weight[round] - highest);
        sum += weight[round];
    }
#pragma unroll
    for (int distance = LANES / 2; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(WARP, sum, distance);
    }
    const float scale = 1.f / sum;

    int base[ROUNDS];
    float corners[ROUNDS][4];
#pragma unroll
    for (int round = 0; round < ROUNDS; round++) {
        const int level = min((round * LANES + lane) / POINTS, LEVELS - 1);
        const Level at = a.levels[level];
        const float x = fmaf(column + 0.5f, a.across[own][level], -0.5f) + offset[round][0];
        const float y = fmaf(row + 0.5f, a.down[own][level], -0.5f) + offset[round][1];
        // The corner that is taken lies inside with its neighbours, and what each corner gets is a matter of distance alone:
        // the same as bilinear with zeros outside, without a branch.
        const float left = fminf(fmaxf(floorf(x), 0.f), (float) max(at.width - 2, 0));
        const float top = fminf(fmaxf(floorf(y), 0.f), (float) max(at.height - 2, 0));
        const float near_x = share(x - left);
        const float next_x = at.width > 1 ? share(x - left - 1.f) : 0.f;
        const float near_y = share(y - top) * (weight[round] * scale);
        const float next_y = at.height > 1 ? share(y - top - 1.f) * (weight[round] * scale) : 0.f;
        base[round] = (at.first_token + (int) top * at.width + (int) left) * a.value_row;
        corners[round][0] = near_y * near_x;
        corners[round][1] = near_y * next_x;
        corners[round][2] = next_y * near_x;
        corners[round][3] = next_y * next_x;
    }

#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
        const int wanted = (chunk * LANES + lane) * VECTOR;
        const bool idle = CHANNELS % (LANES * VECTOR) != 0 && wanted >= CHANNELS;
        const int channel = head * CHANNELS + (idle ? 0 : wanted);
        const VALUE *value = a.value + picture * a.value_row + channel;
        float sums[VECTOR];
#pragma unroll
        for (int i = 0; i < VECTOR; i++) {
            sums[i] = 0.f;
        }
#pragma unroll
        for (int sample = 0; sample < SAMPLES; sample++) {
            const int round = sample / LANES;
            const int from = sample % LANES;
            const int width_there = a.levels[sample / POINTS].width;
            const int right = width_there > 1 ? a.value_row : 0;
            const int below = a.levels[sample / POINTS].height > 1 ? width_there * a.value_row : 0;
            const VALUE *corner = value + __shfl_sync(WARP, base[round], from, LANES);
            add_corner(sums, __shfl_sync(WARP, corners[round][0], from, LANES), corner);
            add_corner(sums, __shfl_sync(WARP, corners[round][1], from, LANES), corner + right);
            add_corner(sums, __shfl_sync(WARP, corners[round][2], from, LANES), corner + below);
            add_corner(sums, __shfl_sync(WARP, corners[round][3], from, LANES), corner + below + right);
        }
        if (writes && !idle) {
            store(a.output + token * (HEADS * CHANNELS) + channel, sums);
        }
    }
}

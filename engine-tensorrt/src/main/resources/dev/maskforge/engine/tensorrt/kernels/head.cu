// From class logits and mask logits to labels: semantic inference of MaskFormer (section 3.4 of "Per-Pixel Classification is
// Not All You Need") and its argmax, so that nothing of [Q, H, W] or [K, H, W] is ever whole in memory.
//
// Each thread has PIXELS pixels and, for them, the scores of CHUNK classes in registers. It walks through the queries:
// interpolates their mask logits, takes the sigmoid, and adds it times the class probabilities, which lie in shared memory.
// More than CHUNK classes take several walks.
//
// Set from outside: MASK (float or half_t, of class and mask logits), LABEL (unsigned char or int), CLASSES, CHUNK (classes in
// one walk), TAPS (2: labels at the size that masks are resized to; 3: the resized masks are cropped and resized once more),
// QUADS (1 if masks become exactly four times as wide and TAPS is 2, else 0), SCORES (1: class scores are written, not labels),
// PIXELS (4 in quads),
// UNROLL (queries whose instructions are mixed), BLOCKS (wanted on a multiprocessor).

constexpr int THREADS_ACROSS = 32;
constexpr int THREADS_DOWN = 4;
constexpr int THREADS = THREADS_ACROSS * THREADS_DOWN;
constexpr int WALKS = (CLASSES + CHUNK - 1) / CHUNK;
constexpr int FOURS = (CHUNK + 3) / 4;
// Queries whose probabilities lie in shared memory together: at most 32 KiB.
constexpr int SHARED_QUERIES = 2048 / FOURS < 128 ? 2048 / FOURS : 128;

struct ProbabilitiesArguments {
    const MASK *logits;   // [N, Q, CLASSES + 1], the last one "no object"
    float *probabilities; // [N, Q, WALKS, 4 * FOURS], zero beyond a walk's classes
    int rows;             // N * Q
};

// Softmax over the classes, "no object" included and then left out. A warp takes a row.
extern "C" __global__ void __launch_bounds__(128) class_probabilities(const __grid_constant__ ProbabilitiesArguments a) {
    const int row = blockIdx.x * 4 + threadIdx.x / 32;
    const int lane = threadIdx.x % 32;
    if (row >= a.rows) {
        return;
    }
    const MASK *logits = a.logits + (long long) row * (CLASSES + 1);
    float highest = -infinity();
    for (int i = lane; i <= CLASSES; i += 32) {
        float logit[1];
        load(logits + i, logit);
        highest = fmaxf(highest, logit[0]);
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        highest = fmaxf(highest, __shfl_xor_sync(0xffffffffu, highest, distance));
    }
    float sum = 0.f;
    for (int i = lane; i <= CLASSES; i += 32) {
        float logit[1];
        load(logits + i, logit);
        sum += expf(logit[0] - highest);
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(0xffffffffu, sum, distance);
    }
    float *probabilities = a.probabilities + (long long) row * (WALKS * 4 * FOURS);
    for (int i = lane; i < WALKS * 4 * FOURS; i += 32) {
        const int label = i / (4 * FOURS) * CHUNK + i % (4 * FOURS);
        float probability = 0.f;
        if (i % (4 * FOURS) < CHUNK && label < CLASSES) {
            float logit[1];
            load(logits + label, logit);
            probability = expf(logit[0] - highest) / sum;
        }
        probabilities[i] = probability;
    }
}

struct Arguments {
    const MASK *masks;          // [N, Q, mask_height, mask_width]
    const float *probabilities; // as class_probabilities leaves them
    const int *sizes;           // [N, 4] where TAPS is 3: height and width of the crop, height and width of the picture
    void *output;               // LABEL [N, height, width], or float [N, CLASSES, height, width]
    int queries;
    int mask_height;
    int mask_width;
    int network_height; // what masks are resized to
    int network_width;
    int height; // of the output
    int width;
};

// 1 / (1 + e^-x) by the special function unit, within 2e-7; what is below 1e-38 is zero.
__device__ __forceinline__ float sigmoid(float x) {
    float result;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(1.f + power_of_two(x * -1.44269504f)));
    return result;
}

// The source pixels, and their shares, from which one target pixel comes along an axis.
struct Taps {
    int at[TAPS];
    float share[TAPS];
};

__device__ __forceinline__ Taps taps(int target, int mask_size, int network_size, int crop, int picture_size) {
    Taps result;
    if constexpr (TAPS == 2) {
        const Between mask = between(target, mask_size, network_size);
        result.at[0] = mask.low;
        result.at[1] = mask.high;
        result.share[0] = 1.f - mask.fraction;
        result.share[1] = mask.fraction;
    } else {
        const Between network = between(target, crop, picture_size);
        const Between low = between(network.low, mask_size, network_size);
        const Between high = between(network.high, mask_size, network_size);
        // Masks are no larger than what they are resized to, so two neighbours there are at most one apart here.
        const bool apart = high.low > low.low;
        const float first = 1.f - network.fraction;
        const float second = network.fraction;
        result.at[0] = low.low;
        result.at[1] = low.high;
        result.at[2] = min(low.low + 2, mask_size - 1);
        result.share[0] = first * (1.f - low.fraction) + (apart ? 0.f : second * (1.f - high.fraction));
        result.share[1] = first * low.fraction + second * (apart ? 1.f - high.fraction : high.fraction);
        result.share[2] = apart ? second * high.fraction : 0.f;
    }
    return result;
}

// Where a thread's pixels lie, and how their mask logits come from those of the masks.
struct Thread {
    int column[PIXELS];
    Taps rows;
#if QUADS
    int left;
    int right;
#else
    Taps columns[PIXELS];
#endif
};

// One query's mask logits at a thread's pixels.
__device__ __forceinline__ void interpolate(const Thread &thread, const MASK *mask, int mask_width, float (&logits)[PIXELS]) {
#if QUADS
    // Four neighbours between the same two columns, an eighth, three, five and seven eighths of the way.
    float corner[1];
    float left = 0.f;
    float right = 0.f;
#pragma unroll
    for (int i = 0; i < TAPS; i++) {
        load(mask + thread.rows.at[i] * mask_width + thread.left, corner);
        left = fmaf(thread.rows.share[i], corner[0], left);
        load(mask + thread.rows.at[i] * mask_width + thread.right, corner);
        right = fmaf(thread.rows.share[i], corner[0], right);
    }
    const float difference = right - left;
#pragma unroll
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        logits[pixel] = fmaf((2 * pixel + 1) / 8.f, difference, left);
    }
#else
#pragma unroll
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        logits[pixel] = 0.f;
#pragma unroll
        for (int i = 0; i < TAPS; i++) {
            float line = 0.f;
#pragma unroll
            for (int j = 0; j < TAPS; j++) {
                float corner[1];
                load(mask + thread.rows.at[i] * mask_width + thread.columns[pixel].at[j], corner);
                line = fmaf(thread.columns[pixel].share[j], corner[0], line);
            }
            logits[pixel] = fmaf(thread.rows.share[i], line, logits[pixel]);
        }
    }
#endif
}

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) semantic_inference(const __grid_constant__ Arguments a) {
    __shared__ float4 shared[SHARED_QUERIES * FOURS];
    const int picture = blockIdx.z;
    const int row = blockIdx.y * THREADS_DOWN + threadIdx.y;
    [[maybe_unused]] int crop_height = 0;
    [[maybe_unused]] int crop_width = 0;
    int height = a.height;
    int width = a.width;
    if constexpr (TAPS == 3) {
        crop_height = min(max(__ldg(a.sizes + 4 * picture), 1), a.network_height);
        crop_width = min(max(__ldg(a.sizes + 4 * picture + 1), 1), a.network_width);
        height = min(max(__ldg(a.sizes + 4 * picture + 2), 1), a.height);
        width = min(max(__ldg(a.sizes + 4 * picture + 3), 1), a.width);
    }
    Thread thread;
    thread.rows = taps(min(row, height - 1), a.mask_height, a.network_height, crop_height, height);
#if QUADS
    // A quad of pixels between columns i - 1 and i starts at 4 i - 2.
    const int quad = blockIdx.x * THREADS_ACROSS + threadIdx.x;
    thread.left = min(max(quad - 1, 0), a.mask_width - 1);
    thread.right = min(quad, a.mask_width - 1);
#pragma unroll
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        thread.column[pixel] = 4 * quad - 2 + pixel;
    }
#else
#pragma unroll
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        thread.column[pixel] = (blockIdx.x * PIXELS + pixel) * THREADS_ACROSS + threadIdx.x;
        thread.columns[pixel] = taps(min(thread.column[pixel], width - 1), a.mask_width, a.network_width, crop_width, width);
    }
#endif
    const int mask_size = a.mask_height * a.mask_width;
    const MASK *masks = a.masks + (long long) picture * a.queries * mask_size;
    const float4 *probabilities =
        reinterpret_cast<const float4 *>(a.probabilities) + (long long) picture * a.queries * (WALKS * FOURS);

    float best[PIXELS];
    int labels[PIXELS];
#pragma unroll
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        best[pixel] = -1.f;
        labels[pixel] = 0;
    }
    for (int walk = 0; walk < WALKS; walk++) {
        float scores[PIXELS][CHUNK];
#pragma unroll
        for (int pixel = 0; pixel < PIXELS; pixel++) {
#pragma unroll
            for (int label = 0; label < CHUNK; label++) {
                scores[pixel][label] = 0.f;
            }
        }
        for (int start = 0; start < a.queries; start += SHARED_QUERIES) {
            const int count = min(a.queries - start, SHARED_QUERIES);
            __syncthreads();
            for (int i = threadIdx.y * THREADS_ACROSS + threadIdx.x; i < count * FOURS; i += THREADS) {
                shared[i] = __ldg(probabilities + ((start + i / FOURS) * WALKS + walk) * FOURS + i % FOURS);
            }
            __syncthreads();
            const MASK *mask = masks + (long long) start * mask_size;
#pragma unroll UNROLL
            for (int query = 0; query < count; query++) {
                float logits[PIXELS];
                interpolate(thread, mask + (long long) query * mask_size, a.mask_width, logits);
                float inside[PIXELS];
#pragma unroll
                for (int pixel = 0; pixel < PIXELS; pixel++) {
                    inside[pixel] = sigmoid(logits[pixel]);
                }
#pragma unroll
                for (int four = 0; four < FOURS; four++) {
                    const float4 probability = shared[query * FOURS + four];
                    const float each[4] = {probability.x, probability.y, probability.z, probability.w};
#pragma unroll
                    for (int i = 0; i < 4; i++) {
                        if (four * 4 + i < CHUNK) {
#pragma unroll
                            for (int pixel = 0; pixel < PIXELS; pixel++) {
                                scores[pixel][four * 4 + i] = fmaf(each[i], inside[pixel], scores[pixel][four * 4 + i]);
                            }
                        }
                    }
                }
            }
        }
#pragma unroll
        for (int pixel = 0; pixel < PIXELS; pixel++) {
            const bool writes = row < height && thread.column[pixel] >= 0 && thread.column[pixel] < width;
#pragma unroll
            for (int i = 0; i < CHUNK; i++) {
                const int label = walk * CHUNK + i;
                const bool is_class = CLASSES % CHUNK == 0 || label < CLASSES;
                if constexpr (SCORES) {
                    if (is_class && writes) {
                        static_cast<float *>(a.output)[(((long long) picture * CLASSES + label) * a.height + row) * a.width +
                                                       thread.column[pixel]] = scores[pixel][i];
                    }
                } else if (is_class && scores[pixel][i] > best[pixel]) {
                    best[pixel] = scores[pixel][i];
                    labels[pixel] = label;
                }
            }
        }
    }
    if constexpr (!SCORES) {
#pragma unroll
        for (int pixel = 0; pixel < PIXELS; pixel++) {
            if (row < height && thread.column[pixel] >= 0 && thread.column[pixel] < width) {
                static_cast<LABEL *>(a.output)[((long long) picture * a.height + row) * a.width + thread.column[pixel]] =
                    (LABEL) labels[pixel];
            }
        }
    }
}

// Numbers as the matrix units take and give them, two neighbours or 16 bytes at a time.

// What other blocks have written lies in the second-level cache.
__device__ __forceinline__ uint4 fresh(const VALUE *from) {
    return __ldcg(reinterpret_cast<const uint4 *>(from));
}

__device__ __forceinline__ uint4 constant(const VALUE *from) {
    return __ldg(reinterpret_cast<const uint4 *>(from));
}

template <typename T> struct Pair;

template <> struct Pair<half_t> {
    // As a factor of a product.
    static __device__ __forceinline__ void store_factor(half_t *to, float first, float second) {
        store(to, first, second);
    }

    static __device__ __forceinline__ void store(half_t *to, float first, float second) {
        *reinterpret_cast<unsigned int *>(to) = to_halves(first, second);
    }
};

template <> struct Pair<float> {
    static __device__ __forceinline__ void store_factor(float *to, float first, float second) {
        store(to, to_tf32(first), to_tf32(second));
    }

    static __device__ __forceinline__ void store(float *to, float first, float second) {
        *reinterpret_cast<float2 *>(to) = make_float2(first, second);
    }
};

__device__ __forceinline__ int clamp_row(int row, int rows) {
    return min(row, rows - 1);
}

// Two neighbours, as they lie in memory.
template <typename T> struct Raw;

template <> struct Raw<half_t> {
    typedef unsigned int type;

    static __device__ __forceinline__ float2 floats(unsigned int pair) {
        float2 result;
        to_floats(pair, result.x, result.y);
        return result;
    }
};

template <> struct Raw<float> {
    typedef float2 type;

    static __device__ __forceinline__ float2 floats(float2 pair) {
        return pair;
    }
};

typedef Raw<VALUE>::type RawPair;

__device__ __forceinline__ RawPair raw(const VALUE *from) {
    return __ldg(reinterpret_cast<const RawPair *>(from));
}

template <int N> __device__ __forceinline__ void unpack(const uint4 *from, float (&x)[N]) {
#pragma unroll
    for (int i = 0; i < N / VECTOR; i++) {
        if constexpr (VECTOR == 8) {
            to_floats(from[i].x, x[8 * i], x[8 * i + 1]);
            to_floats(from[i].y, x[8 * i + 2], x[8 * i + 3]);
            to_floats(from[i].z, x[8 * i + 4], x[8 * i + 5]);
            to_floats(from[i].w, x[8 * i + 6], x[8 * i + 7]);
        } else {
            x[4 * i] = __uint_as_float(from[i].x);
            x[4 * i + 1] = __uint_as_float(from[i].y);
            x[4 * i + 2] = __uint_as_float(from[i].z);
            x[4 * i + 3] = __uint_as_float(from[i].w);
        }
    }
}

__device__ __forceinline__ uint4 pack(const float *x) {
    if constexpr (VECTOR == 8) {
        return make_uint4(to_halves(x[0], x[1]), to_halves(x[2], x[3]), to_halves(x[4], x[5]), to_halves(x[6], x[7]));
    } else {
        return make_uint4(__float_as_uint(x[0]), __float_as_uint(x[1]), __float_as_uint(x[2]), __float_as_uint(x[3]));
    }
}

// Vector i of what a lane has of two fragments.
__device__ __forceinline__ uint4 part(const float (&first)[4], const float (&second)[4], int i) {
    if constexpr (PART == 1) {
        return make_uint4(to_halves(first[0], first[1]), to_halves(first[2], first[3]), to_halves(second[0], second[1]),
                          to_halves(second[2], second[3]));
    } else {
        return i == 0 ? make_uint4(__float_as_uint(first[0]), __float_as_uint(first[1]), __float_as_uint(first[2]), __float_as_uint(first[3]))
                      : make_uint4(__float_as_uint(second[0]), __float_as_uint(second[1]), __float_as_uint(second[2]), __float_as_uint(second[3]));
    }
}

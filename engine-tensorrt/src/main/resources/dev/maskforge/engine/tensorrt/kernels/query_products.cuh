// Numbers as the matrix units take and give them, two neighbours or 16 bytes at a time.

// What other blocks have written lies in the second-level cache.
__device__ __forceinline__ uint4 fresh(const VALUE *from) {
    return __ldcg(reinterpret_cast<const uint4 *>(from));
}

__device__ __forceinline__ uint4 constant(const VALUE *from) {
    return __ldg(reinterpret_cast<const uint4 *>(from));
}

__device__ __forceinline__ float to_tf32(float x) {
    unsigned int result;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(result) : "f"(x));
    return __uint_as_float(result);
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

// sums += a b of one vector of each lane: two steps of the matrix units.
template <typename T> struct Units;

template <> struct Units<half_t> {
    static __device__ __forceinline__ uint4 rounded(uint4 factor) {
        return factor;
    }

    static __device__ __forceinline__ void step(float (&sums)[4], unsigned int a0, unsigned int a1, unsigned int a2, unsigned int a3,
                                                unsigned int b0, unsigned int b1) {
        asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
    }
};

template <> struct Units<float> {
    static __device__ __forceinline__ unsigned int rounded(unsigned int factor) {
        return __float_as_uint(to_tf32(__uint_as_float(factor)));
    }

    static __device__ __forceinline__ uint4 rounded(uint4 factor) {
        return make_uint4(rounded(factor.x), rounded(factor.y), rounded(factor.z), rounded(factor.w));
    }

    static __device__ __forceinline__ void step(float (&sums)[4], unsigned int a0, unsigned int a1, unsigned int a2, unsigned int a3,
                                                unsigned int b0, unsigned int b1) {
        asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
    }
};

__device__ __forceinline__ void multiply_add(float (&sums)[4], const uint4 &low, const uint4 &high, const uint4 &b) {
    Units<VALUE>::step(sums, low.x, high.x, low.y, high.y, b.x, b.y);
    Units<VALUE>::step(sums, low.z, high.z, low.w, high.w, b.z, b.w);
}

// What is not a number stays so, which fmaxf would make 0 of.
__device__ __forceinline__ float relu(float x) {
    float result;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(x), "f"(0.0f));
    return result;
}

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

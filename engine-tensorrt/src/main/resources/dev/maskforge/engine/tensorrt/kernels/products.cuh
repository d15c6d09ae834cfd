// Products by the matrix units, of factors of VALUE (float, rounded to TF32, or half_t).

__device__ __forceinline__ float to_tf32(float x) {
    unsigned int result;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(result) : "f"(x));
    return __uint_as_float(result);
}

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

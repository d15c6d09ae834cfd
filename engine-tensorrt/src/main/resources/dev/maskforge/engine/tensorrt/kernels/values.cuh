// Reading and writing values of two types, float and half. Arithmetic is float32 everywhere; a half is only how a value
// lies in memory. The conversions are spelled in PTX, so that no header of the toolkit is needed where this is compiled.

struct half_t {
    unsigned short bits;
};

__device__ __forceinline__ float infinity() {
    return __int_as_float(0x7f800000);
}

// 2^x.
__device__ __forceinline__ float power_of_two(float x) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}

// What is not a number stays so, which fmaxf would make 0 of.
__device__ __forceinline__ float relu(float x) {
    float result;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(x), "f"(0.0f));
    return result;
}

__device__ __forceinline__ float to_float(half_t value) {
    float result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(value.bits));
    return result;
}

__device__ __forceinline__ void to_floats(unsigned int pair, float &first, float &second) {
    asm("{\n\t.reg .b16 low, high;\n\tmov.b32 {low, high}, %2;\n\tcvt.f32.f16 %0, low;\n\tcvt.f32.f16 %1, high;\n\t}"
        : "=f"(first), "=f"(second)
        : "r"(pair));
}

__device__ __forceinline__ half_t to_half(float value) {
    half_t result;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result.bits) : "f"(value));
    return result;
}

__device__ __forceinline__ unsigned int to_halves(float first, float second) {
    return to_half(first).bits | (unsigned int) to_half(second).bits << 16;
}

// N neighbouring values, in as few loads as there can be. The address must be a multiple of N values, or of 16 bytes.
template <int N> __device__ __forceinline__ void load(const float *__restrict__ from, float (&values)[N]) {
    if constexpr (N % 4 == 0) {
#pragma unroll
        for (int i = 0; i < N; i += 4) {
            float4 four = __ldg(reinterpret_cast<const float4 *>(from + i));
            values[i] = four.x;
            values[i + 1] = four.y;
            values[i + 2] = four.z;
            values[i + 3] = four.w;
        }
    } else if constexpr (N == 2) {
        float2 two = __ldg(reinterpret_cast<const float2 *>(from));
        values[0] = two.x;
        values[1] = two.y;
    } else {
        static_assert(N == 1, "1, 2, or a multiple of 4 values");
        values[0] = __ldg(from);
    }
}

template <int N> __device__ __forceinline__ void load(const half_t *__restrict__ from, float (&values)[N]) {
    if constexpr (N % 8 == 0) {
#pragma unroll
        for (int i = 0; i < N; i += 8) {
            uint4 eight = __ldg(reinterpret_cast<const uint4 *>(from + i));
            to_floats(eight.x, values[i], values[i + 1]);
            to_floats(eight.y, values[i + 2], values[i + 3]);
            to_floats(eight.z, values[i + 4], values[i + 5]);
            to_floats(eight.w, values[i + 6], values[i + 7]);
        }
    } else if constexpr (N == 4) {
        uint2 four = __ldg(reinterpret_cast<const uint2 *>(from));
        to_floats(four.x, values[0], values[1]);
        to_floats(four.y, values[2], values[3]);
    } else if constexpr (N == 2) {
        to_floats(__ldg(reinterpret_cast<const unsigned int *>(from)), values[0], values[1]);
    } else {
        static_assert(N == 1, "1, 2, 4, or a multiple of 8 values");
        half_t one;
        one.bits = __ldg(reinterpret_cast<const unsigned short *>(from));
        values[0] = to_float(one);
    }
}

template <int N> __device__ __forceinline__ void store(float *to, const float (&values)[N]) {
    if constexpr (N % 4 == 0) {
#pragma unroll
        for (int i = 0; i < N; i += 4) {
            *reinterpret_cast<float4 *>(to + i) = make_float4(values[i], values[i + 1], values[i + 2], values[i + 3]);
        }
    } else if constexpr (N == 2) {
        *reinterpret_cast<float2 *>(to) = make_float2(values[0], values[1]);
    } else {
        static_assert(N == 1, "1, 2, or a multiple of 4 values");
        *to = values[0];
    }
}

template <int N> __device__ __forceinline__ void store(half_t *to, const float (&values)[N]) {
    if constexpr (N % 8 == 0) {
#pragma unroll
        for (int i = 0; i < N; i += 8) {
            *reinterpret_cast<uint4 *>(to + i) =
                make_uint4(to_halves(values[i], values[i + 1]), to_halves(values[i + 2], values[i + 3]),
                           to_halves(values[i + 4], values[i + 5]), to_halves(values[i + 6], values[i + 7]));
        }
    } else if constexpr (N == 4) {
        *reinterpret_cast<uint2 *>(to) = make_uint2(to_halves(values[0], values[1]), to_halves(values[2], values[3]));
    } else if constexpr (N == 2) {
        *reinterpret_cast<unsigned int *>(to) = to_halves(values[0], values[1]);
    } else {
        static_assert(N == 1, "1, 2, 4, or a multiple of 8 values");
        *to = to_half(values[0]);
    }
}

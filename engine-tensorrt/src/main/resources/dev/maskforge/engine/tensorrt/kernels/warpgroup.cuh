// What a warpgroup, four warps, does together on GPUs of compute capability 9.0 alone (sm_90a): products by its matrix units, whose right
// factor lies in shared memory, and copies of weights that come there by themselves (PTX ISA, "Asynchronous warpgroup level matrix
// instructions", "cp.async.bulk", "mbarrier").
//
// A warp has 16 rows of the 64. Of the left factor, 16 columns at a time, lane (g, t), g = lane / 4, has columns 2 t, 2 t + 1, 2 t + 8 and
// 2 t + 9 of rows g and g + 8; of sums columns 8 j + 2 t and 8 j + 2 t + 1 of the same rows, for each j.

__device__ __forceinline__ unsigned int shared_address(const void *pointer) {
    unsigned int result;
    asm("{\n\t.reg .u64 address;\n\tcvta.to.shared.u64 address, %1;\n\tcvt.u32.u64 %0, address;\n\t}" : "=r"(result) : "l"(pointer));
    return result;
}

// What the units want to know of a right factor in shared memory: pieces of 8 columns by 8 rows, a piece's column 16 bytes, with the
// next 8 columns in the next 128 bytes and the next 8 rows `rows_apart` bytes further.
__device__ __forceinline__ unsigned long long right_factor(unsigned int address, int rows_apart) {
    return (unsigned long long) (address >> 4 & 0x3fff) | (unsigned long long) (rows_apart >> 4) << 16 | 128ull >> 4 << 32;
}

// Before products whose sums or left factors were touched by anything else.
__device__ __forceinline__ void begin_products() {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

// What was asked for is one group from here on.
__device__ __forceinline__ void end_products() {
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

// Until all but the last GROUPS groups are done.
template <int GROUPS> __device__ __forceinline__ void wait_for_products() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(GROUPS) : "memory");
}

// Sums that the units have written, which the compiler does not see.
template <int N> __device__ __forceinline__ void touch(float (&sums)[N]) {
#pragma unroll
    for (int i = 0; i < N; i++) {
        asm volatile("" : "+f"(sums[i]) :: "memory");
    }
}

// sums [64, 32] = left [64, 16] right [16, 32], added to what they were if `more` is not 0.
__device__ __forceinline__ void multiply(float (&sums)[16], const unsigned int (&left)[4], unsigned long long right, int more) {
    asm volatile("{\n\t.reg .pred more;\n\tsetp.ne.b32 more, %21, 0;\n\t"
        "wgmma.mma_async.sync.aligned.m64n32k16.f32.f16.f16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15}, "
        "{%16, %17, %18, %19}, %20, more, 1, 1, 0;\n\t}"
        :
          "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]), "+f"(sums[4]), "+f"(sums[5]), "+f"(sums[6]), "+f"(sums[7]),
          "+f"(sums[8]), "+f"(sums[9]), "+f"(sums[10]), "+f"(sums[11]), "+f"(sums[12]), "+f"(sums[13]), "+f"(sums[14]), "+f"(sums[15])
        : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "l"(right), "r"(more));
}

// sums [64, 64] = left [64, 16] right [16, 64], added to what they were if `more` is not 0.
__device__ __forceinline__ void multiply(float (&sums)[32], const unsigned int (&left)[4], unsigned long long right, int more) {
    asm volatile("{\n\t.reg .pred more;\n\tsetp.ne.b32 more, %37, 0;\n\t"
        "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
        "{%32, %33, %34, %35}, %36, more, 1, 1, 0;\n\t}"
        :
          "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]), "+f"(sums[4]), "+f"(sums[5]), "+f"(sums[6]), "+f"(sums[7]),
          "+f"(sums[8]), "+f"(sums[9]), "+f"(sums[10]), "+f"(sums[11]), "+f"(sums[12]), "+f"(sums[13]), "+f"(sums[14]), "+f"(sums[15]),
          "+f"(sums[16]), "+f"(sums[17]), "+f"(sums[18]), "+f"(sums[19]), "+f"(sums[20]), "+f"(sums[21]), "+f"(sums[22]), "+f"(sums[23]),
          "+f"(sums[24]), "+f"(sums[25]), "+f"(sums[26]), "+f"(sums[27]), "+f"(sums[28]), "+f"(sums[29]), "+f"(sums[30]), "+f"(sums[31])
        : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "l"(right), "r"(more));
}

// Barriers lie in shared memory, 8 bytes each.
__device__ __forceinline__ void make_barrier(unsigned int barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" :: "r"(barrier), "r"(arrivals) : "memory");
}

// Before anyone else uses barriers that this thread made.
__device__ __forceinline__ void show_barriers() {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}

__device__ __forceinline__ void arrive(unsigned int barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" :: "r"(barrier) : "memory");
}

// Until a barrier's phase of this parity has passed.
__device__ __forceinline__ void wait(unsigned int barrier, unsigned int parity) {
    unsigned int done;
    do {
        asm volatile("{\n\t.reg .pred p;\n\tmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n\tselp.u32 %0, 1, 0, p;\n\t}"
                     : "=r"(done) : "r"(barrier), "r"(parity) : "memory");
    } while (!done);
}

// Asks for bytes in global memory; the barrier's phase passes when they have come.
__device__ __forceinline__ void fetch(unsigned int to, const void *from, int bytes, unsigned int barrier) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(barrier), "r"(bytes) : "memory");
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
                 :: "r"(to), "l"(from), "r"(bytes), "r"(barrier) : "memory");
}

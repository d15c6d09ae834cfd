// What a warpgroup, four warps, does together on GPUs of compute capability 9.0 alone (sm_90a): products by its matrix units, whose right
// factor lies in shared memory (PTX ISA, "Asynchronous warpgroup level matrix instructions").
//
// A warp has 16 rows of the 64. Of the left factor, 16 columns at a time, lane (g, t), g = lane / 4, has columns 2 t, 2 t + 1, 2 t + 8 and
// 2 t + 9 of rows g and g + 8; of sums columns 8 j + 2 t and 8 j + 2 t + 1 of the same rows, for each j.

__device__ __forceinline__ unsigned int shared_address(const void *pointer) {
    unsigned int result;
    asm("{\n\t.reg .u64 address;\n\tcvta.to.shared.u64 address, %1;\n\tcvt.u32.u64 %0, address;\n\t}" : "=r"(result) : "l"(pointer));
    return result;
}

// What the units want to know of a factor in shared memory. It lies there in pieces of 8 by 8, of which 8 neighbours along the axis that
// is summed over are 16 bytes; the next 8 of its other axis are in the next 128 bytes, the next 8 to be summed `apart` bytes further. Of
// the 64 bits (PTX ISA, "Matrix Descriptor Format") these are those that are not the same for all; a factor `bytes` further on is
// `further(bytes)` more.
__device__ __forceinline__ unsigned int factor_at(unsigned int address, int apart) {
    return address >> 4 | (unsigned int) (apart >> 4) << 16;
}

__device__ __forceinline__ constexpr unsigned int further(int bytes) {
    return bytes >> 4;
}

// Values in shared memory, of which the units read.
__device__ __forceinline__ void store_shared(unsigned int address, unsigned int pair) {
    asm volatile("st.shared.u32 [%0], %1;" :: "r"(address), "r"(pair) : "memory");
}

__device__ __forceinline__ unsigned int load_shared(unsigned int address) {
    unsigned int pair;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(pair) : "r"(address) : "memory");
    return pair;
}

// Until all warps of this warpgroup have come here, at barrier 1 or 2 of the block.
__device__ __forceinline__ void meet_warpgroup(int warpgroup) {
    asm volatile("bar.sync %0, 128;" :: "r"(warpgroup + 1) : "memory");
}

// What this warpgroup has stored in shared memory is there for the units.
__device__ __forceinline__ void show_stored(int warpgroup) {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    meet_warpgroup(warpgroup);
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

// sums [64, 64] = left [64, 16] right [16, 64], added to what they were if `more` is not 0.
__device__ __forceinline__ void multiply(float (&sums)[32], const unsigned int (&left)[4], unsigned int right, int more) {
    asm volatile("{\n\t.reg .pred more;\n\t.reg .b64 right;\n\tsetp.ne.b32 more, %37, 0;\n\tmov.b64 right, {%36, 8};\n\t"
        "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
        "{%32, %33, %34, %35}, right, more, 1, 1, 0;\n\t}"
        :
          "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]), "+f"(sums[4]), "+f"(sums[5]), "+f"(sums[6]), "+f"(sums[7]),
          "+f"(sums[8]), "+f"(sums[9]), "+f"(sums[10]), "+f"(sums[11]), "+f"(sums[12]), "+f"(sums[13]), "+f"(sums[14]), "+f"(sums[15]),
          "+f"(sums[16]), "+f"(sums[17]), "+f"(sums[18]), "+f"(sums[19]), "+f"(sums[20]), "+f"(sums[21]), "+f"(sums[22]), "+f"(sums[23]),
          "+f"(sums[24]), "+f"(sums[25]), "+f"(sums[26]), "+f"(sums[27]), "+f"(sums[28]), "+f"(sums[29]), "+f"(sums[30]), "+f"(sums[31])
        : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right), "r"(more));
}

// sums [64, 256] = left [64, 16] right [16, 256], added to what they were if `more` is not 0.
__device__ __forceinline__ void multiply(float (&sums)[4][32], const unsigned int (&left)[4], unsigned int right, int more) {
    asm volatile("{\n\t.reg .pred more;\n\t.reg .b64 right;\n\tsetp.ne.b32 more, %133, 0;\n\tmov.b64 right, {%132, 8};\n\t"
        "wgmma.mma_async.sync.aligned.m64n256k16.f32.f16.f16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, %80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, %96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, %112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
        "{%128, %129, %130, %131}, right, more, 1, 1, 0;\n\t}"
        :
          "+f"(sums[0][0]), "+f"(sums[0][1]), "+f"(sums[0][2]), "+f"(sums[0][3]), "+f"(sums[0][4]), "+f"(sums[0][5]), "+f"(sums[0][6]), "+f"(sums[0][7]),
          "+f"(sums[0][8]), "+f"(sums[0][9]), "+f"(sums[0][10]), "+f"(sums[0][11]), "+f"(sums[0][12]), "+f"(sums[0][13]), "+f"(sums[0][14]), "+f"(sums[0][15]),
          "+f"(sums[0][16]), "+f"(sums[0][17]), "+f"(sums[0][18]), "+f"(sums[0][19]), "+f"(sums[0][20]), "+f"(sums[0][21]), "+f"(sums[0][22]), "+f"(sums[0][23]),
          "+f"(sums[0][24]), "+f"(sums[0][25]), "+f"(sums[0][26]), "+f"(sums[0][27]), "+f"(sums[0][28]), "+f"(sums[0][29]), "+f"(sums[0][30]), "+f"(sums[0][31]),
          "+f"(sums[1][0]), "+f"(sums[1][1]), "+f"(sums[1][2]), "+f"(sums[1][3]), "+f"(sums[1][4]), "+f"(sums[1][5]), "+f"(sums[1][6]), "+f"(sums[1][7]),
          "+f"(sums[1][8]), "+f"(sums[1][9]), "+f"(sums[1][10]), "+f"(sums[1][11]), "+f"(sums[1][12]), "+f"(sums[1][13]), "+f"(sums[1][14]), "+f"(sums[1][15]),
          "+f"(sums[1][16]), "+f"(sums[1][17]), "+f"(sums[1][18]), "+f"(sums[1][19]), "+f"(sums[1][20]), "+f"(sums[1][21]), "+f"(sums[1][22]), "+f"(sums[1][23]),
          "+f"(sums[1][24]), "+f"(sums[1][25]), "+f"(sums[1][26]), "+f"(sums[1][27]), "+f"(sums[1][28]), "+f"(sums[1][29]), "+f"(sums[1][30]), "+f"(sums[1][31]),
          "+f"(sums[2][0]), "+f"(sums[2][1]), "+f"(sums[2][2]), "+f"(sums[2][3]), "+f"(sums[2][4]), "+f"(sums[2][5]), "+f"(sums[2][6]), "+f"(sums[2][7]),
          "+f"(sums[2][8]), "+f"(sums[2][9]), "+f"(sums[2][10]), "+f"(sums[2][11]), "+f"(sums[2][12]), "+f"(sums[2][13]), "+f"(sums[2][14]), "+f"(sums[2][15]),
          "+f"(sums[2][16]), "+f"(sums[2][17]), "+f"(sums[2][18]), "+f"(sums[2][19]), "+f"(sums[2][20]), "+f"(sums[2][21]), "+f"(sums[2][22]), "+f"(sums[2][23]),
          "+f"(sums[2][24]), "+f"(sums[2][25]), "+f"(sums[2][26]), "+f"(sums[2][27]), "+f"(sums[2][28]), "+f"(sums[2][29]), "+f"(sums[2][30]), "+f"(sums[2][31]),
          "+f"(sums[3][0]), "+f"(sums[3][1]), "+f"(sums[3][2]), "+f"(sums[3][3]), "+f"(sums[3][4]), "+f"(sums[3][5]), "+f"(sums[3][6]), "+f"(sums[3][7]),
          "+f"(sums[3][8]), "+f"(sums[3][9]), "+f"(sums[3][10]), "+f"(sums[3][11]), "+f"(sums[3][12]), "+f"(sums[3][13]), "+f"(sums[3][14]), "+f"(sums[3][15]),
          "+f"(sums[3][16]), "+f"(sums[3][17]), "+f"(sums[3][18]), "+f"(sums[3][19]), "+f"(sums[3][20]), "+f"(sums[3][21]), "+f"(sums[3][22]), "+f"(sums[3][23]),
          "+f"(sums[3][24]), "+f"(sums[3][25]), "+f"(sums[3][26]), "+f"(sums[3][27]), "+f"(sums[3][28]), "+f"(sums[3][29]), "+f"(sums[3][30]), "+f"(sums[3][31])
        : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right), "r"(more));
}

// The same, the left factor in shared memory as well.
__device__ __forceinline__ void multiply(float (&sums)[32], unsigned int left, unsigned int right, int more) {
    asm volatile("{\n\t.reg .pred more;\n\t.reg .b64 left, right;\n\tsetp.ne.b32 more, %34, 0;\n\tmov.b64 left, {%32, 8};\n\t"
        "mov.b64 right, {%33, 8};\n\t"
        "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, left, right, more, 1, 1, 0, 0;\n\t}"
        :
          "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]), "+f"(sums[4]), "+f"(sums[5]), "+f"(sums[6]), "+f"(sums[7]),
          "+f"(sums[8]), "+f"(sums[9]), "+f"(sums[10]), "+f"(sums[11]), "+f"(sums[12]), "+f"(sums[13]), "+f"(sums[14]), "+f"(sums[15]),
          "+f"(sums[16]), "+f"(sums[17]), "+f"(sums[18]), "+f"(sums[19]), "+f"(sums[20]), "+f"(sums[21]), "+f"(sums[22]), "+f"(sums[23]),
          "+f"(sums[24]), "+f"(sums[25]), "+f"(sums[26]), "+f"(sums[27]), "+f"(sums[28]), "+f"(sums[29]), "+f"(sums[30]), "+f"(sums[31])
        : "r"(left), "r"(right), "r"(more));
}

// Where two warpgroups compute and a third only copies, 168 registers a thread are too few for the ones and too many for the other.
template <int COMPUTING> __device__ __forceinline__ void take_registers() {
    if constexpr (COMPUTING == 2) {
        asm volatile("setmaxnreg.inc.sync.aligned.u32 240;");
    }
}

template <int COMPUTING> __device__ __forceinline__ void give_registers() {
    if constexpr (COMPUTING == 2) {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 24;");
    }
}

// Barriers in a block's shared memory, 8 bytes each, which count who arrives and what is copied (PTX ISA, "mbarrier").

// Makes a barrier, at which so many arrive; other threads may use it once all have met.
__device__ __forceinline__ void make_barrier(unsigned int barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" :: "r"(barrier), "r"(arrivals) : "memory");
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}

__device__ __forceinline__ void arrive(unsigned int barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" :: "r"(barrier) : "memory");
}

// Arrives at a barrier of this block, at which so many bytes will come.
__device__ __forceinline__ void expect(unsigned int barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(barrier), "r"(bytes) : "memory");
}

// Copies bytes of global memory, which the barrier counts.
__device__ __forceinline__ void copy(unsigned int to, const void *from, int bytes, unsigned int barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
                 :: "r"(to), "l"(from), "r"(bytes), "r"(barrier) : "memory");
}

// Until all have arrived and all bytes have come that this block has asked for. In the block's scope, as the cluster's gives up what the
// first-level cache has.
__device__ __forceinline__ void wait_at(unsigned int barrier, unsigned int parity) {
    unsigned int done;
    do {
        asm volatile("{\n\t.reg .pred p;\n\tmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n\tselp.u32 %0, 1, 0, p;\n\t}"
                     : "=r"(done) : "r"(barrier), "r"(parity) : "memory");
    } while (!done);
}

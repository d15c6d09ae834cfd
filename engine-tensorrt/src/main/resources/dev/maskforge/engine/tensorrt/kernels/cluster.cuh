// How the blocks of a cluster meet, and send each other values: into each other's shared memory, where a barrier counts the bytes that
// have come.

__device__ __forceinline__ void arrive_at_cluster() {
    __syncwarp();
    asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
}

// The same where others are to see nothing but the barriers that have been made.
__device__ __forceinline__ void arrive_with_barriers() {
    __syncwarp();
    asm volatile("barrier.cluster.arrive.relaxed.aligned;" ::: "memory");
}

__device__ __forceinline__ void wait_for_cluster() {
    asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
}

// What another block has at the same place of its shared memory.
__device__ __forceinline__ unsigned int remote(unsigned int address, int rank) {
    unsigned int result;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(result) : "r"(address), "r"(rank));
    return result;
}

__device__ __forceinline__ void send(unsigned int to, unsigned int barrier, const uint4 &v) {
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.v4.b32 [%0], {%1, %2, %3, %4}, [%5];"
                 :: "r"(to), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w), "r"(barrier) : "memory");
}

__device__ __forceinline__ void send(unsigned int to, unsigned int barrier, unsigned int v) {
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.b32 [%0], %1, [%2];" :: "r"(to), "r"(v), "r"(barrier) : "memory");
}

// Until all have arrived at a barrier of this block and all bytes have come that blocks of the cluster send: what others have written is
// formally seen in the scope of the cluster alone, though for what has come into a block's own memory the block's did as well.
__device__ __forceinline__ void wait_for_sent(unsigned int barrier, unsigned int parity) {
    unsigned int done;
    do {
        asm volatile("{\n\t.reg .pred p;\n\tmbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 p, [%1], %2;\n\tselp.u32 %0, 1, 0, p;\n\t}"
                     : "=r"(done) : "r"(barrier), "r"(parity) : "memory");
    } while (!done);
}

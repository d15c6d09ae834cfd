// How the blocks of a cluster give each other values: 16 bytes at a time into each other's shared memory, where a barrier counts them.

__device__ __forceinline__ void arrive_at_cluster() {
    __syncwarp();
    asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
}

__device__ __forceinline__ void wait_for_cluster() {
    asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
}

// No block sends before all have begun.
__device__ __forceinline__ void together(Block &block) {
    if (block.alone) {
        wait_for_cluster();
        block.alone = false;
    }
}

__device__ __forceinline__ unsigned int remote(unsigned int address, int rank) {
    unsigned int result;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(result) : "r"(address), "r"(rank));
    return result;
}

__device__ __forceinline__ void send(unsigned int to, unsigned int barrier, const uint4 &v) {
    asm volatile("st.async.shared::cluster.mbarrier::complete_tx::bytes.v4.b32 [%0], {%1, %2, %3, %4}, [%5];"
                 :: "r"(to), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w), "r"(barrier) : "memory");
}

__device__ __forceinline__ void expect(unsigned int barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(barrier), "r"(bytes) : "memory");
}

__host__ __device__ constexpr int bytes_of(int i) {
    return i < BUFFERS ? ROWS * WIDTH * (int) sizeof(VALUE) : i == BUFFERS ? CLUSTER * TILES * 32 * PART * 16 : (FIRST_SHARED + SECOND_SHARED) * WEIGHT_BYTES;
}

// Until all has come that is sent to buffer i; shares are number BUFFERS, weights BUFFERS + 1.
__device__ __forceinline__ void receive(Block &block, int i) {
    const unsigned int barrier = block.barriers + 8 * i, parity = block.phases >> i & 1;
    unsigned int done;
    do {
        asm volatile("{\n\t.reg .pred p;\n\tmbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 p, [%1], %2;\n\tselp.u32 %0, 1, 0, p;\n\t}"
                     : "=r"(done) : "r"(barrier), "r"(parity) : "memory");
    } while (!done);
    block.phases ^= 1u << i;
    if (threadIdx.x == 0) {
        expect(barrier, bytes_of(i));
    }
}

// Of one row and two columns, sums have become whole: adds what is to be added. Sent is what of shared memory is sent, or null.
__device__ __forceinline__ void finish(const Stage &stage, const Block &block, int row, int column, float first, float second, VALUE *sent) {
    if (stage.more >= 0) {
        const VALUE *at = block.buffer(stage.more) + row * PITCH + column;
        if constexpr (sizeof(VALUE) == 2) {
            float x, y;
            to_floats(*reinterpret_cast<const unsigned int *>(at), x, y);
            first += x;
            second += y;
        } else {
            const float2 pair = *reinterpret_cast<const float2 *>(at);
            first += pair.x;
            second += pair.y;
        }
    }
    if (sent != nullptr) {
        Pair<VALUE>::store(sent, first, second);
    }
    if (stage.output != nullptr && block.first + row < block.rows) {
        Pair<VALUE>::store(stage.output + (long long) block.picture * stage.output_picture + (block.first + row) * stage.output_row + column, first, second);
    }
}

// COUNT rows of COLUMNS, which lie together, go into all blocks' buffers.
template <int COUNT, int COLUMNS> __device__ __forceinline__ void broadcast(const Block &block, int buffer, int row, int column) {
    constexpr int OF_ROW = COLUMNS / VECTOR, VECTORS = COUNT * OF_ROW;
    const uint4 *sent = reinterpret_cast<const uint4 *>(block.shared + SENT_AT);
    const unsigned int barrier = block.barriers + 8 * buffer;
#pragma unroll
    for (int i = 0; i < (VECTORS * CLUSTER + THREADS - 1) / THREADS; i++) {
        const int at = i * THREADS + threadIdx.x, vector = at % VECTORS, rank = (at / VECTORS + block.rank) % CLUSTER;
        if (at < VECTORS * CLUSTER) {
            const unsigned int to = block.memory + buffer * BUFFER_BYTES +
                                    ((row + vector / OF_ROW) * PITCH + column + vector % OF_ROW * VECTOR) * (int) sizeof(VALUE);
            send(remote(to, rank), remote(barrier, rank), sent[vector]);
        }
    }
}

// Blocks that have no channels of a buffer say so, for nobody to be more than one stage ahead of them.
__device__ __forceinline__ void have_none(const Block &block, int buffer) {
    if (WIDTH < 16 * CLUSTER && 16 * block.rank >= WIDTH && threadIdx.x < CLUSTER) {
        asm volatile("mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%0];"
                     :: "r"(remote(block.barriers + 8 * buffer, threadIdx.x)) : "memory");
    }
}

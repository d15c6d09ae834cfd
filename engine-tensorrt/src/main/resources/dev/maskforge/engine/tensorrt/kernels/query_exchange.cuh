// How the blocks of a cluster give each other values of the queries: 16 bytes at a time.

// No block sends before all have begun.
__device__ __forceinline__ void together(Block &block) {
    if (block.alone) {
        wait_for_cluster();
        block.alone = false;
    }
}

__host__ __device__ constexpr int bytes_of(int i) {
    return i < BUFFERS ? ROWS * WIDTH * (int) sizeof(VALUE) : i == BUFFERS ? CLUSTER * TILES * 32 * PART * 16 : (FIRST_SHARED + SECOND_SHARED) * WEIGHT_BYTES;
}

// Until all has come that is sent to buffer i; shares are number BUFFERS, weights BUFFERS + 1.
__device__ __forceinline__ void receive(Block &block, int i) {
    const unsigned int barrier = block.barriers + 8 * i;
    wait_for_sent(barrier, block.phases >> i & 1);
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

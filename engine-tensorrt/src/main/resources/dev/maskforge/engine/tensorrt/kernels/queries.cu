// What a transformer's decoder does with its queries between two looks at the picture, as one launch: linear layers, residual
// sums, layer normalisations, attention of the queries to each other, feed-forward networks ("Attention Is All You Need",
// sections 3.1 to 3.3). There are so few queries that each of these takes longer to launch than to compute.
//
// Queries are independent of each other but in attention. A cluster of CLUSTER blocks works on 16 TILES queries of one picture, SPLITS
// clusters on a picture. Every block has all values of its cluster's queries in its own shared memory: who has computed 16 channels
// writes them into the shared memory of all the cluster's blocks, where a barrier counts the bytes that have come. Clusters never
// wait for each other, so that not all of them need be on the device at once: what attention takes of other clusters lies in global
// memory since an earlier launch. Weights are asked for before a block waits.
//
// Products go through the matrix units in fragments of 16 rows and 8 columns. The order in which a product's inner dimension is
// summed up is free, so that a lane takes 16 neighbouring bytes of a row for two steps at once: lane (g, q), g = lane / 4, has
// vector q of every four, of rows g and g + 8 of the one factor and of row g of the other. Sums are float32; a block's
// share of a feed-forward network's sums goes to others as VALUE.
//
// Of a feed-forward network each block has a share of the hidden channels, and sends its shares of the sums to the blocks that
// have the channels of the result, where they are joined, always in the same order.
//
// Set from outside: VALUE (float, whose factors are rounded to TF32, or half_t), CLUSTER, SPLITS, TILES (of 16 queries, that a
// cluster has), WIDTH (channels of a query), HIDDEN (channels of a feed-forward network that a block has), HEAD (channels of a head
// of attention), BUFFERS, MOST_STAGES (of a launch), SHARED (bytes of shared memory that the launch asks for).

extern "C" __global__ void __cluster_dims__(CLUSTER, 1, 1) __launch_bounds__(THREADS, 1) queries(const __grid_constant__ Arguments arguments) {
    extern __shared__ uint4 shared_vectors[];
    __shared__ __align__(16) Stage stages[MOST_STAGES];
    __shared__ int next_normal[MOST_STAGES];
    __shared__ unsigned long long barriers[BUFFERS + 2];
    const int count = arguments.count, cluster = blockIdx.x / CLUSTER;
    Block block;
    block.picture = cluster / SPLITS;
    block.rank = blockIdx.x % CLUSTER;
    block.first = cluster % SPLITS * ROWS;
    block.rows = arguments.rows;
    block.lane = threadIdx.x % 32;
    block.g = block.lane / 4;
    block.q = block.lane % 4;
    block.warp = threadIdx.x / 32;
    block.phases = 0;
    block.barriers = (unsigned int) __cvta_generic_to_shared(barriers);
    block.memory = (unsigned int) __cvta_generic_to_shared(shared_vectors);
    block.shared = reinterpret_cast<char *>(shared_vectors);
    block.stages = stages;
    block.next_normal = next_normal;
    block.factors = make_uint4(0, 0, 0, 0);
    block.count = count;
    block.alone = true;
    if (threadIdx.x < BUFFERS + 2) {
        const unsigned int barrier = block.barriers + 8 * threadIdx.x;
        make_barrier(barrier, threadIdx.x < BUFFERS ? 1 + CLUSTER - WIDTH / 16 : 1);
        expect(barrier, bytes_of(threadIdx.x));
    }
    arrive_at_cluster();
    // As ordinary memory, not as parameters: lanes that read different constants wait for each other.
    const Stage *given = arguments.stages;
    asm volatile("" : "+l"(given));
    for (int i = threadIdx.x; i < count * (int) (sizeof(Stage) / 16); i += THREADS) {
        reinterpret_cast<uint4 *>(stages)[i] = reinterpret_cast<const uint4 *>(given)[i];
    }
    __syncthreads();
    if (threadIdx.x < count) {
        int next = threadIdx.x + 1;
        while (next < count && stages[next].scale == nullptr) {
            next++;
        }
        next_normal[threadIdx.x] = next;
    }
    __syncthreads();
    if (count > 0) {
        Normalisation::ask(block, stages[0].scale != nullptr ? 0 : next_normal[0]);
    }
    if (arguments.first > 0) {
        ask_for_weights(stages[arguments.first - 1], block);
    }
#pragma unroll 1
    for (int i = 0; i < count; i++) {
        const Stage &stage = stages[i];
        block.index = i;
        __syncthreads();
        switch (stage.kind) {
        case LINEAR:
            linear(stage, block);
            break;
        case FEED_FORWARD:
            feed_forward(stage, block);
            break;
        case ATTENTION:
            attention(stage, block);
            break;
        }
        if (stage.next > 0) {
            ask_for_weights(stages[stage.next - 1], block);
        }
    }
    together(block);
    // No block ends while others send to it.
    arrive_at_cluster();
    wait_for_cluster();
}

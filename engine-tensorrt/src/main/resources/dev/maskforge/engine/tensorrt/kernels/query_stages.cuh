// What the kernel of queries is told to do, and what lies where while it does it: the sizes that follow from what is set from
// outside, shared memory, a stage, a thread's place.

constexpr int WARPS = 8;
constexpr int THREADS = 32 * WARPS;
constexpr int ROWS = 16 * TILES;
constexpr int VECTOR = 16 / sizeof(VALUE);
constexpr int STEP = 4 * VECTOR; // of the inner dimension, in one go
constexpr int STEPS = WIDTH / STEP;
constexpr int OF_ROW = WIDTH / VECTOR;
constexpr int LANES = TILES == 1 && OF_ROW % 16 == 0 ? 16 : 8; // that share a row that is normalised
constexpr int ROW_VECTORS = OF_ROW / LANES;
constexpr int SLICES = STEPS % 4 == 0 ? 4 : 2; // of the inner dimension, each of which a warp has
constexpr int SLICE = STEPS / SLICES;
constexpr int MOST_CHUNKS = 3; // 16 channels of a linear layer's result, that a block has
constexpr int PAIRS = (MOST_CHUNKS * TILES * 128 + THREADS - 1) / THREADS; // neighbours in the result, that a thread has
constexpr int PART = 8 * sizeof(VALUE) / 16; // vectors that a lane has of two fragments
constexpr unsigned int WARP = 0xffffffffu;
// Rows lie 64 bytes beyond a multiple of 128 apart, so that two of them cover all banks.
constexpr int PITCH = WIDTH + 64 / sizeof(VALUE);
constexpr int HIDDEN_PITCH = HIDDEN + 64 / sizeof(VALUE);
// A head's channels are shared out when there are blocks enough.
constexpr int SHARES = HEAD % 32 == 0 && 2 * TILES * (WIDTH / HEAD) <= CLUSTER ? 2 : 1;
constexpr int OWN = HEAD / SHARES;
constexpr int VALUE_PITCH = OWN + (sizeof(VALUE) == 2 ? 8 : 4);
constexpr int BUFFER_BYTES = ROWS * PITCH * sizeof(VALUE);
__host__ __device__ constexpr int larger(int a, int b) {
    return a > b ? a : b;
}
// Shared memory: the buffers; hidden channels or values of attention; shares or sums of attention; what is sent.
constexpr int HIDDEN_AT = BUFFERS * BUFFER_BYTES;
constexpr int PARTS_AT = HIDDEN_AT + larger(ROWS * HIDDEN_PITCH, WARPS * 16 * VALUE_PITCH) * sizeof(VALUE);
constexpr int SENT_AT = PARTS_AT + larger(larger(CLUSTER * TILES * 32 * PART * 16, WARPS * 16 * (OWN + 4) * 4), MOST_CHUNKS * TILES * SLICES * 1024);
constexpr int FACTORS_AT = SENT_AT + ROWS * larger(16, OWN) * sizeof(VALUE);
constexpr int WEIGHTS_AT = FACTORS_AT + 2 * WIDTH * sizeof(VALUE);
// Of a feed-forward network the weights of the first product, and of the second, when there is room.
constexpr int WEIGHT_BYTES = WIDTH * HIDDEN * sizeof(VALUE);
constexpr bool FIRST_SHARED = WEIGHTS_AT + WEIGHT_BYTES <= 223 * 1024;
constexpr bool SECOND_SHARED = WEIGHTS_AT + 2 * WEIGHT_BYTES <= 223 * 1024;
constexpr int SHARED_BYTES = WEIGHTS_AT + (SECOND_SHARED + FIRST_SHARED) * WEIGHT_BYTES;

static_assert(WIDTH % 64 == 0 && WIDTH <= 16 * CLUSTER, "a block has 16 channels");
static_assert(HIDDEN % 32 == 0 && HIDDEN <= 128, "a warp holds 16 rows of a weight");
static_assert(HEAD % 16 == 0, "a head is made of whole fragments");
static_assert(SHARED_BYTES <= 223 * 1024 && SHARED_BYTES == SHARED, "shared memory that the launch asks for");

enum Kind { LINEAR, FEED_FORWARD, ATTENTION };

// One step. Of global memory it reads only what an earlier launch has written. Values there have `..._row` elements from one query to
// the next and `..._picture` from one picture to the next; constants of all pictures have 0. Pointers may be null where nothing is to
// be done.
//
// Whoever makes a list of stages sees to this: a buffer that is sent to is received once before it is read or sent to again, and
// within the launch. It is sent to again only when a whole exchange lies between: one that was sent no earlier than the stage which
// read it last, and received no later than by the stage that sends. The same holds between FEED_FORWARD, which sends shares of its sums,
// and whatever has kept sums before it: LINEAR, ATTENTION, FEED_FORWARD. ATTENTION is the first stage: blocks that have no head in it
// neither send nor wait. Of ATTENTION and FEED_FORWARD the output always goes to a buffer.
struct __align__(16) Stage {
    const VALUE *input;        // values that come into buffer `from` first; of ATTENTION queries
    const VALUE *scale;        // of the layer normalisation of buffer `from`, in place, before anything else
    const VALUE *shift;
    VALUE *normal;             // where the input goes once it is normalised, in rows of WIDTH
    const VALUE *weight;       // [outer, WIDTH]; of ATTENTION keys
    const VALUE *bias;         // [outer]; of ATTENTION values
    const VALUE *more_weight;  // of FEED_FORWARD the second product's [WIDTH, outer]
    const VALUE *more_bias;    // of FEED_FORWARD [WIDTH]
    const VALUE *addend;       // is added at the end
    VALUE *output;
    int kind;
    int outer;                 // channels of the output, 0 if LINEAR only receives and normalises; of FEED_FORWARD the hidden ones, of
                               // ATTENTION heads
    int positive;              // whether what is below 0 becomes 0, before the addend
    int from;                  // the buffer of the input
    int receives;              // whether the buffer of the input is what an earlier stage sends
    int to;                    // the buffer of the output; of LINEAR -1 if none. A later stage of the launch receives it
    int more;                  // a buffer that is added at the end, or -1
    int input_row, input_picture;
    int key_row, key_picture;
    int value_row, value_picture;
    int addend_row, addend_picture, addend_outer; // columns from addend_outer on have none
    int output_row, output_picture;
    float epsilon;             // of a normalisation; of ATTENTION what scores are multiplied by, for powers of two
    int next;                  // a later stage that is FEED_FORWARD, counted from 1, whose weights are asked for at the end of this one,
                               // or 0. Each is asked for once, and not before the one before it has run
    int more_row, more_block;  // of more_weight the elements from one row, and one block's share, to the next: outer and HIDDEN, or
                               // when shares are whole [CLUSTER, WIDTH, HIDDEN], which is faster, HIDDEN and WIDTH * HIDDEN
};

struct Arguments {
    __align__(16) Stage stages[MOST_STAGES];
    int count;
    int rows;  // queries
    int first; // a stage that is FEED_FORWARD, counted from 1, whose weights are asked for at the beginning; or 0
};

static_assert(sizeof(Stage) == 176 && sizeof(Arguments) == MOST_STAGES * sizeof(Stage) + 16, "as the host lays them out");

// Where a thread is.
struct Block {
    int picture, rank, first, rows, lane, g, q, warp;
    unsigned int phases, barriers, memory; // the latter two as addresses of shared memory
    char *shared;
    const Stage *stages;
    const int *next_normal; // for each stage the next one that normalises, or the number of stages
    uint4 factors;          // scales and shifts of that one, a vector of these a thread
    int index, count;
    bool alone; // whether other blocks of the cluster may not have begun yet

    __device__ __forceinline__ VALUE *buffer(int i) const {
        return reinterpret_cast<VALUE *>(shared + i * BUFFER_BYTES);
    }
};

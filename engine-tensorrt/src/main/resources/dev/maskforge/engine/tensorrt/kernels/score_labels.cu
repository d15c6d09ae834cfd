// Labels of a picture from class scores at the network's size, which are cropped and resized before the largest is taken: the
// order in which models trained for semantic output do it.
//
// Set from outside: LABEL (unsigned char or int), CLASSES.

struct Arguments {
    const float *scores; // [N, CLASSES, network_height, network_width]
    const int *sizes;    // [N, 4]: height and width of the crop, height and width of the picture
    LABEL *labels;       // [N, height, width]
    int network_height;
    int network_width;
    int height;
    int width;
};

extern "C" __global__ void __launch_bounds__(256) score_labels(const __grid_constant__ Arguments a) {
    const int picture = blockIdx.z;
    const int row = blockIdx.y;
    const int column = blockIdx.x * blockDim.x + threadIdx.x;
    const int crop_height = min(max(__ldg(a.sizes + 4 * picture), 1), a.network_height);
    const int crop_width = min(max(__ldg(a.sizes + 4 * picture + 1), 1), a.network_width);
    const int height = min(max(__ldg(a.sizes + 4 * picture + 2), 1), a.height);
    const int width = min(max(__ldg(a.sizes + 4 * picture + 3), 1), a.width);
    if (row >= height || column >= width) {
        return;
    }
    const Between rows = between(row, crop_height, height);
    const Between columns = between(column, crop_width, width);
    const long long plane = (long long) a.network_height * a.network_width;
    const float *scores = a.scores + picture * CLASSES * plane;
    const long long upper = (long long) rows.low * a.network_width;
    const long long lower = (long long) rows.high * a.network_width;
    float best = -1.f;
    int label = 0;
    for (int i = 0; i < CLASSES; i++) {
        const float *each = scores + i * plane;
        const float top = (1.f - columns.fraction) * __ldg(each + upper + columns.low) +
                          columns.fraction * __ldg(each + upper + columns.high);
        const float bottom = (1.f - columns.fraction) * __ldg(each + lower + columns.low) +
                             columns.fraction * __ldg(each + lower + columns.high);
        const float score = (1.f - rows.fraction) * top + rows.fraction * bottom;
        if (score > best) {
            best = score;
            label = i;
        }
    }
    a.labels[((long long) picture * a.height + row) * a.width + column] = (LABEL) label;
}

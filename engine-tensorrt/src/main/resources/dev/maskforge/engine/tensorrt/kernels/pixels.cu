// 8-bit pixels to what a network takes: (pixel - mean) / deviation in float32, and beyond a picture's valid size the padding.
//
// Set from outside: IMAGE (float or half_t), PIXELS (what one thread does, 4 or 1), CHANNELS (0: planes, [N, 3, H, W]; else
// [N, H, W, CHANNELS], those after the third being zero).

struct Arguments {
    const unsigned char *pixels; // [N, height, width, 3]
    const int *valid;            // [N, 2]: height and width of each picture, from the upper left corner
    IMAGE *image;
    int height;
    int width;
    float mean[3];
    float deviation[3];
    float padding[3];
};

extern "C" __global__ void __launch_bounds__(256) pixels(const __grid_constant__ Arguments a) {
    const int runs = (a.width + PIXELS - 1) / PIXELS;
    const long long run = (long long) blockIdx.x * blockDim.x + threadIdx.x;
    if (run >= (long long) a.height * runs) {
        return;
    }
    const int picture = blockIdx.y;
    const int row = (int) (run / runs);
    const int column = (int) (run % runs) * PIXELS;
    const int valid_height = __ldg(a.valid + 2 * picture);
    const int valid_width = __ldg(a.valid + 2 * picture + 1);
    const long long plane = (long long) a.height * a.width;
    const long long first = picture * plane + (long long) row * a.width + column;

    unsigned char bytes[3 * PIXELS];
    if constexpr (PIXELS == 4) {
        unsigned int words[3];
#pragma unroll
        for (int i = 0; i < 3; i++) {
            words[i] = __ldg(reinterpret_cast<const unsigned int *>(a.pixels + 3 * first) + i);
        }
#pragma unroll
        for (int i = 0; i < 12; i++) {
            bytes[i] = words[i / 4] >> 8 * (i % 4) & 255;
        }
    } else {
#pragma unroll
        for (int i = 0; i < 3 * PIXELS; i++) {
            bytes[i] = __ldg(a.pixels + 3 * first + i);
        }
    }
    float values[3][PIXELS];
#pragma unroll
    for (int channel = 0; channel < 3; channel++) {
#pragma unroll
        for (int i = 0; i < PIXELS; i++) {
            const bool inside = row < valid_height && column + i < valid_width;
            values[channel][i] =
                inside ? __fdiv_rn(bytes[3 * i + channel] - a.mean[channel], a.deviation[channel]) : a.padding[channel];
        }
    }
#if CHANNELS == 0
#pragma unroll
    for (int channel = 0; channel < 3; channel++) {
        store(a.image + 2 * picture * plane + channel * plane + first, values[channel]);
    }
#else
#pragma unroll
    for (int i = 0; i < PIXELS; i++) {
        float pixel[CHANNELS];
#pragma unroll
        for (int channel = 0; channel < CHANNELS; channel++) {
            pixel[channel] = channel < 3 ? values[channel < 3 ? channel : 0][i] : 0.f;
        }
        store(a.image + (first + i) * CHANNELS, pixel);
    }
#endif
}

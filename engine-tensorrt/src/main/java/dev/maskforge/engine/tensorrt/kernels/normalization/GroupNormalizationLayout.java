package dev.maskforge.engine.tensorrt.kernels.normalization;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationProgram.MapOperand;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Types and sizes of a group normalisation and what follows it.
///
/// @param pictures N
/// @param channels C, in all maps
/// @param groups   of channels, likewise
/// @param map      what is normalised
/// @param addend   what is resized to the map's size and added
/// @param mode     of resizing
/// @param positive whether negative results become 0
/// @param dataType float32 or float16
public record GroupNormalizationLayout(int pictures, int channels, int groups, Size map, Optional<Addend> addend,
        Operation.Resize.Mode mode, boolean positive, DataType dataType) {
    /// Of a side, so that positions in twice the pixels fit into 32 bits.
    private static final int MOST_PIXELS = 16_384;
    private static final int MOST_PICTURES = 65_535;
    private static final int VECTOR_BYTES = 16;
    private static final int MOST_THREADS = 512;
    /// That sum up a picture's map: enough to keep the memory busy, and few enough for each other block to add up what they found.
    private static final int MOST_SUMMING_BLOCKS = 128;
    /// Pixels that a thread sums up at least, where there are enough.
    private static final int FEWEST_SUMMED = 2;
    /// About two for each multiprocessor of the largest devices, since each has to add up the sums first.
    private static final int MOST_BLOCKS = 264;

    public GroupNormalizationLayout {
        if (!takesChannels(channels, groups, dataType)) {
            throw new EngineException("the kernel of group normalisation does not take " + channels + " channels in " + groups
                    + " groups of " + dataType + "; build with --setting group-normalization=network");
        }
        if (pictures < 1 || pictures > MOST_PICTURES) {
            throw new EngineException("the kernel of group normalisation takes 1 to " + MOST_PICTURES + " pictures, not " + pictures
                    + "; use a smaller batch");
        }
    }

    /// Pixels of a map.
    public record Size(int height, int width) {
        public Size {
            if (Math.min(height, width) < 1 || Math.max(height, width) > MOST_PIXELS) {
                throw new EngineException("the kernel of group normalisation takes maps of 1 to " + MOST_PIXELS + " pixels a side, not "
                        + height + "x" + width + "; use a smaller picture");
            }
        }

        int pixels() {
            return height * width;
        }
    }

    /// What is added.
    ///
    /// @param normalised whether it is normalised before
    /// @param positive   whether its negative values become 0 before it is resized
    public record Addend(Size size, boolean normalised, boolean positive) {}

    /// A program's, for certain sizes of the symbols in its shapes.
    static GroupNormalizationLayout of(GroupNormalizationProgram program, Map<String, Long> sizes) {
        MapOperand map = program.normalised();
        Shape shape = map.shape().with(sizes);
        return new GroupNormalizationLayout(Math.toIntExact(shape.get(0).size()), Math.toIntExact(shape.get(1).size()), groups(map),
                size(shape), program.addend().map(addend -> new Addend(size(addend.shape().with(sizes)), addend.statistics().isPresent(),
                        addend.positive())),
                program.mode(), program.positive(), map.dataType());
    }

    private static Size size(Shape shape) {
        return new Size(Math.toIntExact(shape.get(2).size()), Math.toIntExact(shape.get(3).size()));
    }

    private static int groups(MapOperand map) {
        return map.statistics().map(GroupNormalizationProgram.Statistics::groups)
                .orElseThrow(() -> new IllegalArgumentException("'" + map.value() + "' is not normalised"));
    }

    /// Whether the kernel does a program, whatever its symbols are.
    static boolean takes(GroupNormalizationProgram program) {
        MapOperand map = program.normalised();
        Shape shape = map.shape();
        boolean isMap = shape.rank() == 4 && shape.get(1).isConstant()
                && takesChannels(shape.get(1).size(), groups(map), map.dataType())
                && Stream.of(shape.get(2), shape.get(3)).allMatch(GroupNormalizationLayout::takesSide);
        return isMap && program.addend().stream().allMatch(addend -> addend.shape().rank() == 4 && addend.dataType() == map.dataType()
                && addend.shape().dimensions().subList(0, 2).equals(shape.dimensions().subList(0, 2))
                && Stream.of(addend.shape().get(2), addend.shape().get(3)).allMatch(GroupNormalizationLayout::takesSide)
                && addend.statistics().stream().allMatch(statistics -> statistics.groups() == groups(map)));
    }

    private static boolean takesSide(Dimension side) {
        return !side.isConstant() || side.size() >= 1 && side.size() <= MOST_PIXELS;
    }

    /// A thread has 16 bytes of a pixel's channels: whole groups, or a part of one.
    private static boolean takesChannels(long channels, long groups, DataType dataType) {
        if (dataType != DataType.FLOAT32 && dataType != DataType.FLOAT16 || groups < 1 || channels < 1 || channels % groups != 0) {
            return false;
        }
        int vector = VECTOR_BYTES / dataType.bytes();
        long group = channels / groups;
        return channels % vector == 0 && channels / vector <= MOST_THREADS && groups <= threads(channels, vector)
                && (group % vector == 0 || vector % group == 0);
    }

    /// As many as there is room for whole pixels.
    private static long threads(long channels, int vector) {
        long columns = channels / vector;
        return columns * (MOST_THREADS / columns);
    }

    int threads() {
        return Math.toIntExact(threads(channels, vector()));
    }

    private int vector() {
        return VECTOR_BYTES / dataType.bytes();
    }

    /// Pixels that a block has at once.
    private int rows() {
        return threads() / (channels / vector());
    }

    /// Blocks that sum up a picture's map.
    int summingBlocks(Size size) {
        return Math.clamp(Math.ceilDiv(size.pixels(), rows() * FEWEST_SUMMED), 1, MOST_SUMMING_BLOCKS);
    }

    /// Blocks that a picture's result is shared out over.
    int blocks() {
        return Math.min(Math.ceilDiv(map.pixels(), rows()), MOST_BLOCKS);
    }

    /// Bytes of what is summed up of all pictures' maps of a size.
    long sumBytes(Size size) {
        return Math.multiplyExact(Math.multiplyExact((long) pictures * summingBlocks(size), groups), 2L * Float.BYTES);
    }

    /// The addend's size, if it is normalised.
    Optional<Size> secondNormalised() {
        return addend.filter(Addend::normalised).map(Addend::size);
    }

    KernelSource source() {
        int kind = addend.map(other -> other.normalised() ? 2 : 1).orElse(0);
        boolean isAddendPositive = addend.map(Addend::positive).orElse(false);
        return KernelSource.of("group_normalization.cu", "values.cuh", "resize.cuh")
                .with("VALUE", ValueTypes.name(dataType, "maps")).with("CHANNELS", channels).with("GROUPS", groups)
                .with("THREADS", threads()).with("POSITIVE", positive ? 1 : 0).with("ADDEND", kind)
                .with("ADDEND_POSITIVE", isAddendPositive ? 1 : 0)
                .with("BILINEAR", mode == Operation.Resize.Mode.BILINEAR ? 1 : 0);
    }
}

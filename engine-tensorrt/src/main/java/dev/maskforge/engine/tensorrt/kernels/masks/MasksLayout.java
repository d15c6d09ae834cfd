package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.ValueTypes;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Types and sizes of masks.
///
/// @param pictures   N
/// @param queries    of a picture
/// @param channels   of embeddings and features
/// @param pixels     of a picture's features
/// @param features   their type: float32, whose factors are rounded to TF32, or float16
/// @param embeddings their type, and that of vectors, float16 only with features of float16
/// @param bias       what is added
/// @param weights    channels of the vectors that a bias is made of
/// @param blocked    whether where attention is blocked is asked for, not logits
public record MasksLayout(int pictures, int queries, int channels, int pixels, DataType features, DataType embeddings, BiasKind bias,
        int weights, boolean blocked) {
    private static final int MOST_QUERIES = 208;
    private static final int MOST_CHANNELS = 512;
    private static final int LINE_BYTES = 128;
    /// What a block may have on devices of compute capability 9 and 10.
    private static final int MOST_SHARED = 227 * 1024;

    /// What is added to a query's logits.
    public enum BiasKind {
        NONE(0), GIVEN(1), PRODUCT(2);

        /// The file's `BIAS`.
        private final int macro;

        BiasKind(int macro) {
            this.macro = macro;
        }
    }

    public MasksLayout {
        if (!takes(queries, channels, features, embeddings)) {
            throw new EngineException(
                    "the kernel of masks does not take " + queries + " queries and " + channels + " channels of " + features
                            + " and " + embeddings + "; build with --setting masks=network");
        }
        if (pictures < 1 || pictures > 65_535 || pixels < 1) {
            throw new EngineException(
                    "the kernel of masks takes 1 to 65535 pictures of at least one pixel, not " + pictures + " of " + pixels
                            + "; use another batch");
        }
    }

    /// A program's, for certain sizes of the symbols in its shapes.
    static MasksLayout of(MasksProgram program, Map<String, Long> sizes) {
        Shape features = program.features().type().shape().with(sizes);
        long pixels = Math.multiplyExact(features.get(2).size(), features.get(3).size());
        int weights = program.bias().map(bias -> bias instanceof MasksProgram.Bias.Product product ? width(product.vector().type()) : 0)
                .orElse(0);
        return new MasksLayout(Math.toIntExact(features.get(0).size()), Math.toIntExact(program.embeddings().type().shape().get(1).size()),
                Math.toIntExact(features.get(1).size()), Math.toIntExact(pixels), program.features().type().dataType(),
                program.embeddings().type().dataType(), program.bias().map(MasksLayout::kind).orElse(BiasKind.NONE), weights,
                program.blocking().isPresent());
    }

    private static int width(TensorType type) {
        return Math.toIntExact(type.shape().get(-1).size());
    }

    private static BiasKind kind(MasksProgram.Bias bias) {
        return switch (bias) {
            case MasksProgram.Bias.Given _ -> BiasKind.GIVEN;
            case MasksProgram.Bias.Product _ -> BiasKind.PRODUCT;
        };
    }

    /// Whether the kernel does a program, whatever its symbols are.
    static boolean takes(MasksProgram program) {
        Shape features = program.features().type().shape();
        Shape embeddings = program.embeddings().type().shape();
        boolean areConstant = embeddings.rank() == 3
                && Stream.of(features.get(1), embeddings.get(1), embeddings.get(2)).allMatch(Dimension::isConstant);
        return areConstant && embeddings.get(2).equals(features.get(1)) && isOfPictures(embeddings, features.get(0))
                && takes(embeddings.get(1).size(), features.get(1).size(), program.features().type().dataType(),
                        program.embeddings().type().dataType())
                && program.bias().stream().allMatch(bias -> takes(bias, program.embeddings().type(), features.get(0)));
    }

    private static boolean takes(MasksProgram.Bias bias, TensorType embeddings, Dimension pictures) {
        Dimension queries = embeddings.shape().get(1);
        return switch (bias) {
            case MasksProgram.Bias.Given(MasksProgram.Operand given) -> {
                Shape shape = given.type().shape();
                yield given.type().dataType() == DataType.FLOAT32 && shape.rank() == 3 && isOfPictures(shape, pictures)
                        && shape.get(1).equals(queries) && shape.get(2).equals(Dimension.ONE);
            }
            case MasksProgram.Bias.Product(MasksProgram.Operand vector, MasksProgram.Operand weights, MasksProgram.Operand constant) -> {
                Shape shape = vector.type().shape();
                yield vector.type().dataType() == embeddings.dataType() && shape.rank() == 3 && shape.get(0).equals(pictures)
                        && shape.get(1).equals(queries) && shape.get(2).isConstant()
                        && weights.type().equals(new TensorType(DataType.FLOAT32, Shape.of(Dimension.ONE, shape.get(2))))
                        && constant.type().equals(new TensorType(DataType.FLOAT32, Shape.of(1)));
            }
        };
    }

    /// Whether a value's first axis is of pictures, or the same for all.
    private static boolean isOfPictures(Shape shape, Dimension pictures) {
        return List.of(Dimension.ONE, pictures).contains(shape.get(0));
    }

    private static boolean takes(long queries, long channels, DataType features, DataType embeddings) {
        boolean areTypes = features == DataType.FLOAT16 && (embeddings == DataType.FLOAT16 || embeddings == DataType.FLOAT32)
                || features == DataType.FLOAT32 && embeddings == DataType.FLOAT32;
        return areTypes && queries >= 1 && queries <= MOST_QUERIES && channels >= 1 && channels <= MOST_CHANNELS
                && channels * features.bytes() % LINE_BYTES == 0 && MasksBlocks.sharedBytes(queries, channels, features) <= MOST_SHARED;
    }

    /// What blocks write down about queries for another launch.
    long workspaceBytes(MasksBlocks blocks) {
        return blocked && !blocks.seesAll() ? Math.multiplyExact((long) pictures * blocks.across(), blocks.queries()) : 0;
    }

    KernelSource source(MasksBlocks blocks) {
        return KernelSource.of("masks.cu", "values.cuh", "products.cuh", "barriers.cuh", "cluster.cuh")
                .with("VALUE", ValueTypes.name(features, "features"))
                .with("EMBEDDING", ValueTypes.name(embeddings, "embeddings")).with("CHANNELS", channels).with("TILES", blocks.tiles())
                .with("BIAS", bias.macro).with("WEIGHTS", weights)
                .with("WEIGHTS_VECTOR", weights == 0 ? 1 : ValueTypes.vector(embeddings, weights)).with("BLOCKED", result(blocks))
                .with("WARPS", blocks.warps()).with("SPLIT", blocks.split()).with("CLUSTER", blocks.cluster())
                .with("CHUNK", blocks.chunk(this)).with("SHARED", blocks.sharedBytes(this));
    }

    /// The file's `BLOCKED`.
    private int result(MasksBlocks blocks) {
        if (!blocked) {
            return 0;
        }
        return blocks.seesAll() ? 2 : 1;
    }
}

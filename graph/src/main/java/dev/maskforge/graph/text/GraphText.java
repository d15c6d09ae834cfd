package dev.maskforge.graph.text;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.Optional;

/// A graph as text, a line for each constant and node:
///
/// ```
/// (image: float32[n, 3, 32*h, 32*w]) -> (tokens) {
///   metadata "classes" = "road, sky"
///   weight: float32[64, 3, 7, 7]
///   half: float32[] = 0.5
///   sizes: int64[3] = [1, 2, 3]
///   a = Conv{stride=2, padding=3}(image, weight)
///   y = Relu(a)
///   z = Reshape{shape=[n, 64, 256*h*w]}(y)
///   tokens = Transpose{permutation=[0, 2, 1]}(z) as transpose
///   b, c = com.example:Split{axis=1}(y): float32[n, 32, 16*h, 16*w], float32[n, 32, 16*h, 16*w]
/// }
/// ```
///
/// - A node bears the name of its first output, unless `as` says another. Names with other letters than those of words,
///   `.`, `/` and `-` stand in quotes; an input that is left out is `_`.
/// - Operations are called as [type()][dev.maskforge.graph.Operation#type()] says, with the components of their records as
///   parameters; those that have their usual value (stride 1, padding 0, epsilon 1e-5, dropped axes) may be left out.
/// - [Foreign][dev.maskforge.graph.Operation.Foreign] operations have a domain before a colon (`ai.onnx` for ONNX's own)
///   and the types of their outputs behind another.
/// - A constant of up to 16 elements has its elements, in row-major order. A larger one has its type alone: as text it has
///   lost them, and reading the text gives it values that follow from its name, between -1 and 1 (or, after `= positive`,
///   between 0 and 1).
/// - From `#` to the end of the line is comment.
public final class GraphText {
    private GraphText() {
    }

    /// The graph as text.
    public static String print(Graph graph) {
        return new GraphPrinter(graph).print();
    }

    /// The graph that a text stands for, its types inferred.
    ///
    /// @throws IllegalArgumentException if it stands for none; the message says in which line, and what was expected there
    public static Graph parse(String text) {
        return new GraphParser(new Cursor(text), Optional.empty()).parse();
    }

    /// Likewise, with the elements that the text has lost.
    ///
    /// @param lost is asked for each constant that is [not kept][#keeps(TensorType)], in the text's order
    /// @throws IllegalArgumentException as above, and if there are no such elements
    public static Graph parse(String text, Constants lost) {
        return new GraphParser(new Cursor(text), Optional.of(lost)).parse();
    }

    /// Whether a graph's text has a constant's elements.
    public static boolean keeps(TensorType type) {
        return type.shape().elementCount() <= Literals.MOST_ELEMENTS;
    }

    /// Constants that lie elsewhere than in the text.
    @FunctionalInterface
    public interface Constants {
        /// A constant's elements.
        ///
        /// @throws IllegalArgumentException if there is no such constant
        Tensor of(String name, TensorType type);
    }
}

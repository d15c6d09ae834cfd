package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Factors;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Operand;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Nodes that are one stage of the kernel of queries, before it is known where their values lie. Values are called as in the
/// graph.
sealed interface QueryStep {
    String output();

    /// What is read row by row, from a block's buffer if it is there.
    List<String> rows();

    /// What is read from global memory, written by an earlier launch.
    default List<String> whole() {
        return List.of();
    }

    /// All values that are computed before.
    default List<String> inputs() {
        return Stream.concat(rows().stream(), whole().stream()).toList();
    }

    /// A product, and what comes after it.
    ///
    /// @param table    a constant that is added
    /// @param residual a value of as many channels that is added
    record Product(String input, Factors factors, boolean positive, Optional<Operand> table, Optional<String> residual,
            String output) implements QueryStep {
        @Override
        public List<String> rows() {
            return Stream.concat(Stream.of(input), residual.stream()).toList();
        }
    }

    /// Two products.
    ///
    /// @param residual whether the input is added
    record FeedForward(String input, Factors up, Factors down, boolean residual, String output) implements QueryStep {
        @Override
        public List<String> rows() {
            return List.of(input);
        }
    }

    record Normalisation(String input, Operand scale, Operand shift, float epsilon, String output) implements QueryStep {
        @Override
        public List<String> rows() {
            return List.of(input);
        }
    }

    record Attention(String query, String key, String value, int heads, String output) implements QueryStep {
        @Override
        public List<String> rows() {
            return List.of();
        }

        @Override
        public List<String> whole() {
            return List.of(query, key, value);
        }
    }
}

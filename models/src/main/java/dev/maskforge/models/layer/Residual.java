package dev.maskforge.models.layer;

import dev.maskforge.graph.Value;
import java.util.function.UnaryOperator;

/// How a transformer's sublayer, its residual connection and its layer normalisation go together.
public enum Residual {
    /// LN(x + f(x)), as in "Attention Is All You Need".
    POST_NORM {
        @Override
        public Value apply(Scope s, String norm, Value x, UnaryOperator<Value> sublayer) {
            return s.call(norm, Layers::layerNormalisation, x.add(sublayer.apply(x)));
        }
    },
    /// x + f(LN(x)); a stack of such layers ends with a normalisation of its own.
    PRE_NORM {
        @Override
        public Value apply(Scope s, String norm, Value x, UnaryOperator<Value> sublayer) {
            return x.add(sublayer.apply(s.call(norm, Layers::layerNormalisation, x)));
        }
    };

    /// Applies the sublayer to x.
    ///
    /// @param norm the normalisation's name in the scope
    public abstract Value apply(Scope s, String norm, Value x, UnaryOperator<Value> sublayer);
}

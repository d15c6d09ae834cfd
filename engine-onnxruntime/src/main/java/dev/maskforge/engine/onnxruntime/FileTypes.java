package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;

/// The types of a file's inputs and outputs.
///
/// Dimensions that we wrote (`32*h`) become what they were. A name that is no such expression stands for a size of its own,
/// and so does a dimension without a name, and one of an input from which no symbol could be read off (`h*w`).
record FileTypes(SequencedMap<String, TensorType> inputs, SequencedMap<String, TensorType> outputs) {
    static FileTypes of(OrtSession session) throws OrtException {
        return new FileTypes(types(session.getInputInfo(), FileTypes::tellsASymbol), types(session.getOutputInfo(), _ -> true));
    }

    private static SequencedMap<String, TensorType> types(Map<String, NodeInfo> infos, Predicate<Dimension> understood) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        infos.forEach((name, node) -> {
            if (!(node.getInfo() instanceof TensorInfo info)) {
                throw new EngineException("'" + name + "' is not a tensor but " + node.getInfo() + ", which is not supported");
            }
            types.put(name, new TensorType(OnnxTensors.dataType(info.type), shape(name, info, understood)));
        });
        return types;
    }

    private static Shape shape(String name, TensorInfo info, Predicate<Dimension> understood) {
        long[] sizes = info.getShape();
        String[] names = info.getDimensionNames();
        List<Dimension> dimensions = new ArrayList<>();
        for (int axis = 0; axis < sizes.length; axis++) {
            if (sizes[axis] >= 0) {
                dimensions.add(Dimension.of(sizes[axis]));
            } else if (names[axis].isEmpty()) {
                dimensions.add(Dimension.symbol(symbol(name + "_axis" + axis)));
            } else {
                String text = names[axis];
                dimensions.add(parse(text).filter(understood).orElseGet(() -> Dimension.symbol(symbol(text))));
            }
        }
        return new Shape(dimensions);
    }

    private static Optional<Dimension> parse(String text) {
        try {
            return Optional.of(Dimension.parse(text));
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static boolean tellsASymbol(Dimension dimension) {
        if (dimension.symbols().size() != 1) {
            return dimension.isConstant();
        }
        String symbol = dimension.symbols().iterator().next();
        Dimension factor = dimension.with(Map.of(symbol, 1L));
        return factor.size() >= 1 && dimension.equals(Dimension.symbol(symbol).times(factor));
    }

    /// A symbol for any text; other texts get other symbols.
    private static String symbol(String text) {
        StringBuilder symbol = new StringBuilder("_");
        text.chars().forEach(character -> {
            if (Character.isLetterOrDigit(character) && character < 128) {
                symbol.append((char) character);
            } else {
                symbol.append('_').append(Integer.toHexString(character)).append('_');
            }
        });
        return symbol.toString();
    }
}

package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.graph.onnx.OnnxReader;
import java.nio.file.Path;
import java.util.Locale;

/// A file with a network that an engine opens by itself: ONNX on any, a plan on the one that made it. Both state the same of
/// themselves, by the same keys.
final class NetworkFile {
    private NetworkFile() {
    }

    /// Whether a path is that of such a file, by its ending.
    static boolean isNamed(Path path) {
        return PlanFile.isPlan(path) || String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx");
    }

    /// What the file states of itself.
    ///
    /// @throws dev.maskforge.graph.onnx.OnnxException  if it is ONNX that is damaged or unknown to us
    /// @throws dev.maskforge.engine.plan.PlanException if it is a plan of which nothing is known
    static OnnxBorder border(Path path) {
        if (!PlanFile.isPlan(path)) {
            return OnnxReader.readBorder(path);
        }
        PlanRecord plan = PlanFile.describe(path);
        return new OnnxBorder(plan.inputTypes(), plan.outputTypes(), plan.metadata());
    }

    /// Opens it.
    ///
    /// @param engine  the name of the engine for ONNX
    /// @throws dev.maskforge.engine.EngineException    if the engine is missing or refuses it
    /// @throws dev.maskforge.engine.plan.PlanException if it is a plan that is refused
    static Engine open(Path path, String engine, EngineOptions options) {
        return PlanFile.isPlan(path) ? PlanFile.open(path, options).engine() : Engines.named(engine).open(path, options);
    }
}

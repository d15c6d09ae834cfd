package dev.maskforge;

import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.vision.Geometry;
import java.nio.file.Path;
import java.util.Optional;

/// A plan that `build` made: what lies beside it says what it is. It runs on the engine that made it, in the precision, and
/// for the sizes that it was made for.
public final class PlanModelFile extends StatedModelFile {
    private final PlanRecord plan;

    private PlanModelFile(StatedModel stated, PlanRecord plan) {
        super(stated);
        this.plan = plan;
    }

    /// Reads what a plan says of itself, which is what it is; of the options, only a list of classes counts.
    ///
    /// @throws MaskforgeException                      if it does not say what it is, contradicts itself, gives nothing that it
    ///                                                 was trained for, or takes no single picture
    /// @throws dev.maskforge.engine.plan.PlanException if nothing is known of it
    public static PlanModelFile open(Path path, ModelOptions options) {
        PlanRecord plan = PlanFile.describe(path);
        StatedModel.missing(plan.metadata()).ifPresent(key -> {
            throw new MaskforgeException(path + " does not say what it is ('" + key + "' is not in " + PlanFile.record(path)
                    + "); build it anew");
        });
        OnnxBorder border = new OnnxBorder(plan.inputTypes(), plan.outputTypes(), plan.metadata());
        if (!plan.options().profile().batch().holds(1)) {
            throw new MaskforgeException(path + " takes " + plan.options().profile().batch().minimum()
                    + " pictures at once or more, and they come one by one; build it anew with '--batch 1'");
        }
        return new PlanModelFile(StatedModel.of(OnnxNetwork.of(path, border, Optional.empty(), 1), options, "build"), plan);
    }

    /// The name of the engine that made it and runs it.
    public String engine() {
        return plan.engine();
    }

    /// The arithmetic that it was made in.
    public Precision precision() {
        return plan.options().precision();
    }

    @Override
    MaskforgeException oneSizeAlone() {
        return new MaskforgeException(path() + " is made for pictures of " + stated().fixedSize()
                + " pixels alone, into which others are fitted; leave '--size' out, or build one of that size");
    }

    /// Checks that it is made for a picture of this size.
    ///
    /// @throws MaskforgeException if it is not
    void requireTaken(Geometry geometry) {
        BuildProfile profile = plan.options().profile();
        if (!profile.height().holds(geometry.paddedHeight()) || !profile.width().holds(geometry.paddedWidth())) {
            throw new MaskforgeException(path() + " is made for sizes from " + profile.height().minimum() + "x" + profile.width().minimum()
                    + " to " + profile.height().maximum() + "x" + profile.width().maximum() + ", and a picture of "
                    + geometry.originalHeight() + "x" + geometry.originalWidth() + " would enter at " + geometry.paddedHeight() + "x"
                    + geometry.paddedWidth() + "; say '--size' with one of them, or build it with other '--sizes'");
        }
    }

    /// The most pictures that it takes at once.
    long largestBatch() {
        return plan.options().profile().batch().maximum();
    }

    /// @param options of which the threads count
    Engine open(EngineOptions options) {
        return PlanFile.open(path(), options.withPrecision(precision())).engine();
    }
}

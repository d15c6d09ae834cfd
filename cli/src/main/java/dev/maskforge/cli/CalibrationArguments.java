package dev.maskforge.cli;

import dev.maskforge.CalibrationOptions;
import dev.maskforge.CalibrationPictures;
import dev.maskforge.engine.Precision;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The pictures by which the ranges of int8 are found.
final class CalibrationArguments {
    /// Scenes that neither training nor the demo draws.
    private static final long FIRST_SEED = 2_000_000;
    private static final int SCENES = 8;
    private static final Size USUAL = new Size(512, 1024);

    @Option(names = "--calibration", paramLabel = "DIR", description = "pictures for int8, such as the model will see, without labels (default: "
            + SCENES + " drawn street scenes)")
    private @Nullable Path folder;

    /// The pictures for int8, if that is the precision.
    ///
    /// @param size of drawn scenes
    /// @throws dev.maskforge.MaskforgeException     if the folder has none
    /// @throws dev.maskforge.vision.ImageException if one cannot be read
    Optional<CalibrationOptions> options(Precision wanted, Optional<Size> size, ImageLimits limits, Progress progress) {
        if (wanted != Precision.INT8) {
            return Optional.empty();
        }
        CalibrationPictures pictures = folder == null ? drawn(size.orElse(USUAL)) : read(folder, limits);
        return Optional.of(CalibrationOptions.of(pictures).withProgress((runs, ofRuns) -> {
            progress.working("finding int8's ranges: run " + runs + " of " + ofRuns);
            if (runs == ofRuns) {
                progress.done("found int8's ranges on " + Line.of(pictures.source()));
            }
        }));
    }

    private static CalibrationPictures drawn(Size size) {
        List<RgbImage> scenes = LongStream.range(FIRST_SEED, FIRST_SEED + SCENES).mapToObj(seed -> SampleScene.draw(seed, size).image())
                .toList();
        return CalibrationPictures.of(SCENES + " drawn street scenes of " + size + " (say '--calibration DIR' for pictures of your own)",
                scenes);
    }

    static CalibrationPictures read(Path folder, ImageLimits limits) {
        List<Path> files = PictureFiles.find(List.of(folder)).stream().map(PictureFiles.Entry::file).toList();
        String some = files.size() > CalibrationPictures.MOST ? CalibrationPictures.MOST + " of the " : "the ";
        return CalibrationPictures.ofFiles(some + Words.counted(files.size(), "picture") + " in " + folder, files, limits);
    }
}

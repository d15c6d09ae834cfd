package dev.maskforge.cli;

import dev.maskforge.engine.Device;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Fidelity;
import dev.maskforge.measure.Machine;
import dev.maskforge.measure.MeasurementFile;
import dev.maskforge.measure.Measurements;
import dev.maskforge.measure.Preparation;
import dev.maskforge.measure.Protocol;
import dev.maskforge.measure.Result;
import dev.maskforge.measure.Setup;
import dev.maskforge.measure.Stage;
import dev.maskforge.measure.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Made-up results, whose runs all take the same time, so that every figure follows in one's head.
final class ReportExample {
    private static final Machine MACHINE = new Machine("Example CPU", 2, "Linux", "Java 25");
    private static final long PREPROCESS = 1_000_000;
    private static final int ROUNDS = 3;
    private static final int RUNS_A_ROUND = 3;

    private ReportExample() {
    }

    /// A result without work and with 100 pixels of which 99 agree; preprocessing takes 1 ms.
    static Result result(String subject, String model, String engine, String size, long computeMilliseconds) {
        String[] sides = size.split("x", -1);
        Setup setup = new Setup(model, Optional.of("0f".repeat(32)), engine, engine + " 1.0",
                new Device(Device.Kind.CPU, "Example CPU", Optional.empty(), Optional.empty()), 1, Integer.parseInt(sides[0]),
                Integer.parseInt(sides[1]), "fp32", 2);
        Map<Stage, List<List<Long>>> times = new HashMap<>();
        times.put(Stage.PREPROCESS, rounds(PREPROCESS));
        times.put(Stage.COMPUTE, rounds(computeMilliseconds * 1_000_000));
        return new Result(subject, setup, new Preparation(1000, Optional.of(1.5), Optional.empty(), Optional.empty()),
                new Protocol(5, ROUNDS * RUNS_A_ROUND, ROUNDS, Optional.empty()), new Result.Pictures("streets", 4), times,
                Optional.empty(),
                Optional.of(new Fidelity("the original", 100, 99, 80, 80, 5)));
    }

    /// The same on a GPU, in a precision, with several pictures a run.
    static Result onGpu(String subject, String model, String engine, String precision, int batch, long computeMilliseconds) {
        Result result = result(subject, model, engine, "64x128", computeMilliseconds);
        Setup setup = result.setup();
        return new Result(subject, new Setup(model, setup.graph(), engine, setup.libraries(),
                new Device(Device.Kind.GPU, "Example GPU", Optional.of("CUDA 13.0"), Optional.empty()), batch, setup.height(),
                setup.width(),
                precision, setup.threads()), result.preparation(), result.protocol(), result.pictures(), result.nanoseconds(),
                result.work(),
                result.fidelity());
    }

    private static List<List<Long>> rounds(long time) {
        return Collections.nCopies(ROUNDS, Collections.nCopies(RUNS_A_ROUND, time));
    }

    /// The same with other threads.
    static Result withThreads(Result result, int threads) {
        Setup setup = result.setup();
        Setup other = new Setup(setup.model(), setup.graph(), setup.engine(), setup.libraries(), setup.device(), setup.batch(),
                setup.height(), setup.width(), setup.precision(), threads);
        return new Result(result.subject(), other, result.preparation(), result.protocol(), result.pictures(), result.nanoseconds(),
                result.work(), result.fidelity());
    }

    /// The same with a floor of 40 ms.
    static Result withFloor(Result result) {
        Work work = new Work("its graph", 4_000_000_000L, 1_000_000_000L, 100_000_000, new Ceilings(90e9, 100e9, 10e9), 0.04);
        return new Result(result.subject(), result.setup(), result.preparation(), result.protocol(), result.pictures(),
                result.nanoseconds(),
                Optional.of(work), result.fidelity());
    }

    /// Mask2Former by its reference, twice as fast, equally fast, and half as fast, at two sizes.
    static List<Result> ours() {
        return List.of(withFloor(result("mask2former.pkl", "models/mask2former.pkl", "onnxruntime", "64x128", 100)),
                result("mask2former-fast.onnx", "mask2former-fast.onnx", "onnxruntime", "64x128", 50),
                result("mask2former-same.onnx", "mask2former-same.onnx", "onnxruntime", "64x128", 102),
                result("mask2former-slow.onnx", "mask2former-slow.onnx", "onnxruntime", "64x128", 200),
                result("mask2former.pkl", "models/mask2former.pkl", "onnxruntime", "128x256", 250));
    }

    /// What another tool measured of the same network.
    static List<Result> peers() {
        return List.of(result("pytorch eager", "models/mask2former.pkl", "pytorch eager", "64x128", 300),
                result("openvino, plain", "exports/mask2former-plain-64x128.onnx", "openvino", "64x128", 150));
    }

    static Path write(Path file, List<Result> results) throws IOException {
        Measurements measurements = new Measurements(Measurements.VERSION, "example 1.0", "2026-11-26T05:00:00Z", List.of("example"),
                MACHINE,
                results);
        return Files.writeString(file, MeasurementFile.print(measurements));
    }
}

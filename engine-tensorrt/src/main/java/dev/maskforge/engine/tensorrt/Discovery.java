package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Availability;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.CudaDevice;
import java.util.Locale;

/// Finds out whether the engine can run, and what to do if not: driver, GPU, bindings, libraries, version, in this order.
final class Discovery {
    /// The oldest version that works; the bindings are made for it.
    static final int OLDEST = 100_600;
    /// The first version that is known to compute deformable attention by GridSample wrong (NVIDIA/TensorRT#4813).
    static final int FIRST_WRONG = 101_400;
    /// What TensorRT 10 runs on: Turing.
    private static final int OLDEST_CAPABILITY = 75;

    static final String BINDINGS = "org.bytedeco:tensorrt:10.6-1.5.11, org.bytedeco:cuda:12.6-9.5-1.5.11 and org.bytedeco:javacpp:1.5.11, "
            + "each also with the classifier " + platform();
    static final String LIBRARIES = "org.bytedeco:tensorrt:10.6-1.5.11:" + platform()
            + "-redist (1.1 GB) and org.bytedeco:cuda:12.6-9.5-1.5.11:"
            + platform() + "-redist (2.0 GB)";
    private static final String CPU = "or use the engine onnxruntime";

    private Discovery() {
    }

    /// As the classifiers of the libraries say it.
    private static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows") ? "windows" : "linux";
        String processor = System.getProperty("os.arch", "");
        return system + "-" + (processor.equals("aarch64") ? "arm64" : "x86_64");
    }

    /// Never throws.
    static Availability look(Libraries libraries) {
        try {
            if (libraries.devices() == 0) {
                return new Availability.Missing("the NVIDIA driver finds no GPU",
                        "see what 'nvidia-smi' says, start a container with '--gpus all', " + CPU);
            }
            CudaDevice device = libraries.device();
            return 10 * device.major() + device.minor() < OLDEST_CAPABILITY
                    ? new Availability.Missing(
                            "the " + device.name() + " has compute capability " + device.computeCapability() + " and TensorRT 10 needs 7.5",
                            "use a GPU of the Turing generation or newer, " + CPU)
                    : lookForTensorRt(libraries, device);
        } catch (IllegalArgumentException _) {
            return new Availability.Missing("there is no NVIDIA driver (libcuda.so.1)",
                    "install driver 525 or newer from https://www.nvidia.com/drivers, " + CPU);
        } catch (EngineException e) {
            return new Availability.Missing("the NVIDIA driver does not start (" + e.getMessage() + ")",
                    "see what 'nvidia-smi' says, " + CPU);
        }
    }

    private static Availability lookForTensorRt(Libraries libraries, CudaDevice device) {
        if (!libraries.hasBindings()) {
            return new Availability.Missing("TensorRT's Java classes are not on the class path",
                    "put " + BINDINGS + " there, and for the libraries " + LIBRARIES + " or an installed TensorRT 10.6; " + CPU);
        }
        try {
            int version = libraries.loadTensorRt();
            return version < OLDEST || version >= FIRST_WRONG
                    ? new Availability.Missing("the installed TensorRT is " + text(version) + ", and versions from 10.6 to 10.13 are right",
                            "install one of those, or put " + LIBRARIES + " on the class path")
                    : new Availability.Available(text(version), device.name() + ", compute capability " + device.computeCapability()
                            + ", driver for CUDA " + device.driverVersion());
        } catch (LinkageError e) {
            return new Availability.Missing("TensorRT's libraries do not load (" + reason(e) + ")",
                    "put " + LIBRARIES + " on the class path, or name the folders of TensorRT 10.6 and CUDA 12 in LD_LIBRARY_PATH; " + CPU);
        }
    }

    private static String text(int version) {
        return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        for (Throwable cause = root.getCause(); cause != null; cause = root.getCause()) {
            root = cause;
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse(root.getClass().getSimpleName());
    }
}

package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.cuda.CudaDevice;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;

/// What is installed on this machine.
final class InstalledLibraries implements Libraries {
    private static final String BINDING = "org.bytedeco.tensorrt.global.nvinfer";

    @Override
    public int devices() {
        return DriverCuda.deviceCount();
    }

    @Override
    public CudaDevice device() {
        return DriverCuda.open().describe();
    }

    @Override
    public boolean hasBindings() {
        try {
            Class.forName(BINDING, false, InstalledLibraries.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError _) {
            return false;
        }
    }

    @Override
    public int loadTensorRt() {
        return TensorRt.instance().version();
    }
}

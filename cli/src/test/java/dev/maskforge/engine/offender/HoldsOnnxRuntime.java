package dev.maskforge.engine.offender;

import ai.onnxruntime.OnnxTensor;

interface HoldsOnnxRuntime {
    OnnxTensor tensor();
}

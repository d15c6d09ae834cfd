package dev.maskforge.engine.onnxruntime;

import dev.maskforge.engine.EngineContractTest;

/// ONNX Runtime in one piece, the control of [OnnxRuntimeEngineTest].
class OnnxRuntimeOnlyEngineTest extends EngineContractTest {
    OnnxRuntimeOnlyEngineTest() {
        super(new OnnxRuntimeProvider(Execution.RUNTIME_ONLY));
    }
}

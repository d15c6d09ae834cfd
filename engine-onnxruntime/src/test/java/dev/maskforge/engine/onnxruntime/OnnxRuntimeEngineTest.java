package dev.maskforge.engine.onnxruntime;

import dev.maskforge.engine.EngineContractTest;

class OnnxRuntimeEngineTest extends EngineContractTest {
    OnnxRuntimeEngineTest() {
        super(new OnnxRuntimeProvider());
    }
}

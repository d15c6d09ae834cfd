package dev.maskforge.engine;

class ReferenceEngineTest extends EngineContractTest {
    ReferenceEngineTest() {
        super(new ReferenceEngineProvider());
    }
}

package dev.maskforge.kernels;

class PlainAllocationTest extends AllocationTest {
    PlainAllocationTest() {
        super(Kernels.plain());
    }
}

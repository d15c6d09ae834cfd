package dev.maskforge.kernels;

class PlainKernelsTest extends KernelsTest {
    PlainKernelsTest() {
        super(Kernels.plain());
    }
}

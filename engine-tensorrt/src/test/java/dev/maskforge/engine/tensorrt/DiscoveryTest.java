package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Availability;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.CudaDevice;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What is said on machines that lack one thing after the other.
class DiscoveryTest {
    private static final CudaDevice CARD = new CudaDevice("NVIDIA H200", 9, 0, 141L << 30, "13.0");

    /// A machine that has everything.
    private static class Machine implements Libraries {
        @Override
        public int devices() {
            return 1;
        }

        @Override
        public CudaDevice device() {
            return CARD;
        }

        @Override
        public boolean hasBindings() {
            return true;
        }

        @Override
        public int loadTensorRt() {
            return 100_600;
        }
    }

    private static void assertMissing(String reason, String cure, Libraries libraries) {
        Availability.Missing missing = assertInstanceOf(Availability.Missing.class, Discovery.look(libraries));
        assertTrue(missing.reason().contains(reason), missing.reason());
        assertTrue(missing.cure().contains(cure), missing.cure());
        assertEquals(1, (missing.reason() + missing.cure()).lines().count());
    }

    @Test
    void aWholeMachineIsAvailable() {
        assertEquals(new Availability.Available("10.6.0", "NVIDIA H200, compute capability 9.0, driver for CUDA 13.0"),
                Discovery.look(new Machine()));
    }

    @Test
    void withoutADriver() {
        assertMissing("no NVIDIA driver (libcuda.so.1)", "nvidia.com/drivers", new Machine() {
            @Override
            public int devices() {
                throw new IllegalArgumentException("Cannot open library: libcuda.so.1");
            }
        });
    }

    @Test
    void withADriverThatDoesNotStart() {
        assertMissing("does not start (CUDA fails at starting the driver", "nvidia-smi", new Machine() {
            @Override
            public int devices() {
                throw new EngineException("CUDA fails at starting the driver: no device");
            }
        });
    }

    @Test
    void withoutAGpu() {
        assertMissing("finds no GPU", "--gpus all", new Machine() {
            @Override
            public int devices() {
                return 0;
            }
        });
    }

    @Test
    void withAGpuThatIsTooOld() {
        assertMissing("compute capability 6.1 and TensorRT 10 needs 7.5", "Turing", new Machine() {
            @Override
            public CudaDevice device() {
                return new CudaDevice("NVIDIA GeForce GTX 1080", 6, 1, 8L << 30, "12.4");
            }
        });
    }

    @Test
    void withoutTheBindings() {
        assertMissing("not on the class path", "org.bytedeco:tensorrt:10.6-1.5.11", new Machine() {
            @Override
            public boolean hasBindings() {
                return false;
            }
        });
    }

    @Test
    void withoutTheLibraries() {
        assertMissing("libnvinfer.so.10: cannot open shared object file", "-redist", new Machine() {
            @Override
            public int loadTensorRt() {
                throw new ExceptionInInitializerError(
                        new UnsatisfiedLinkError("libnvinfer.so.10: cannot open shared object file\n\tat somewhere"));
            }
        });
    }

    @Test
    void withAnotherVersion() {
        for (int version : new int[]{100_500, 101_400, 110_200}) {
            assertMissing("versions from 10.6 to 10.13 are right", "install one of those", new Machine() {
                @Override
                public int loadTensorRt() {
                    return version;
                }
            });
        }
        assertEquals("10.13.3", assertInstanceOf(Availability.Available.class, Discovery.look(new Machine() {
            @Override
            public int loadTensorRt() {
                return 101_303;
            }
        })).version());
    }

    @Test
    void thisMachineAnswersWithoutThrowing() {
        System.out.println("tensorrt here: " + new TensorRtProvider().availability());
    }
}

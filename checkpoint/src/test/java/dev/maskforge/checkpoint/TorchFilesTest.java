package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Files that `torch.save` of PyTorch 1.13 and 2.13 wrote in both formats, against hashes that PyTorch computed.
class TorchFilesTest {
    private static final Path FILES = Path.of(System.getProperty("maskforge.fixtures"), "torch");

    @TestFactory
    Stream<DynamicTest> everyTensorIsReadAsPyTorchReadsIt() throws IOException {
        ExpectedTensors expected = ExpectedTensors.in(FILES);
        assertTrue(expected.tensors().size() >= 18, "files");
        return expected.tensors().keySet().stream().map(file -> DynamicTest.dynamicTest(file, () -> {
            try (Weights weights = expected.open(file)) {
                assertEquals(Map.of(), weights.skipped());
            }
        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"torch1-zip.pth", "torch2-zip.pth", "torch1-legacy.pth", "torch2-legacy.pth", "torch2-legacy-protocol4.pt"})
    void whatTrainersKeepBesideTheModelDoesNotMatter(String name) {
        try (Weights weights = Checkpoints.open(FILES.resolve(name))) {
            assertEquals("{__author__=Maskforge fixture é, iteration=89999, best=0.5, amp=true}", weights.metadata().toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"torch1-zip.pth", "torch2-zip.pth", "torch1-legacy.pth", "torch2-legacy.pth"})
    void viewsOfOneStorageAreOneRegionOfTheFile(String name) {
        try (Weights weights = Checkpoints.open(FILES.resolve(name))) {
            long whole = find(weights, "whole").memory().address();
            assertEquals(whole, find(weights, "shared").memory().address());
            assertEquals(whole + 2 * 8 * 4, find(weights, "rows").memory().address());
            for (String mapped : new String[]{"whole", "rows", "bfloat16", "float16", "float64", "int64", "bool", "parameter",
                    "parameter.with_state", "norm.num_batches_tracked"}) {
                assertTrue(find(weights, mapped).memory().isMapped(), mapped);
            }
            for (String copied : new String[]{"columns", "strided", "diagonal", "expanded", "channels_last", "float32.transposed"}) {
                Tensor tensor = find(weights, copied);
                assertTrue(!tensor.memory().isMapped() && tensor.memory().isNative(), copied);
                assertEquals(tensor.memory().address(), find(weights, copied).memory().address(), copied);
            }
        }
    }

    @Test
    void elementsOfBigEndianMachinesAreTurnedRound() {
        try (Weights weights = Checkpoints.open(FILES.resolve("big-endian.pth"));
                Weights little = Checkpoints.open(FILES.resolve("torch2-bare.bin"))) {
            assertEquals(little.types(), weights.types());
            assertTrue(find(little, "bias").memory().isMapped());
            assertEquals(-1, find(little, "bias").memory().mismatch(find(weights, "bias").memory()));
        }
    }

    @ParameterizedTest
    @CsvSource({"script, this is TorchScript", "module, so it holds a whole pickled module", "module-legacy, torch.save(model.state_dict()",
            "quantized, it holds quantised tensors", "sparse, it holds sparse tensors", "meta, 'it holds tensors of the meta device'",
            "mmcv, its meta has a mmcv_version", "mmsegmentation, it has tensors of a decode_head",
            "mmdetection, it has tensors of a panoptic_head", "no-tensors, 'the file holds no tensors, but model, epoch'",
            "one-tensor, the file holds a tensor of float32", "pickled, save them with torch.save", "npz, has no data.pkl",
            "deflated, is compressed (method 8)", "tar, a tar archive of torch.save in PyTorch 0.1.1", "truncated, does not end as a zip",
            "truncated-legacy, the file ends inside the storage"})
    void whatCannotBeUsedIsRefusedWithAdvice(String name, String because) {
        String message = Refusals.of(FILES.resolve("refused-" + name + ".pth"));
        System.out.println(message);
        assertTrue(message.contains(because), message);
    }

    @Test
    void everyFileThatIsToBeRefusedIsNamedAbove() throws IOException {
        assertEquals(17, ExpectedTensors.in(FILES).refused().size());
    }

    private static Tensor find(Weights weights, String name) {
        return weights.find(name).orElseThrow();
    }
}

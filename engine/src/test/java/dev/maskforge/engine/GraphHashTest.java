package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

class GraphHashTest {
    private static Graph graph(String note, float last) {
        float[] elements = new float[1000];
        elements[999] = last;
        GraphBuilder builder = new GraphBuilder();
        builder.metadata("note", note);
        var x = builder.input("x", new TensorType(Tensor.scalar(1).dataType(), Shape.of(1000)));
        builder.output("y", x.add(builder.initializer("w", Tensor.of(Shape.of(1000), elements))));
        return builder.build();
    }

    @Test
    void everyElementCountsAndMetadataDoesNot() {
        assertEquals(GraphHash.of(graph("a", 1)), GraphHash.of(graph("b", 1)));
        assertNotEquals(GraphHash.of(graph("a", 1)), GraphHash.of(graph("a", 2)));
    }

    @Test
    void filesHashAsSha256HasIt(@TempDir Path folder) throws IOException {
        // FIPS 180-2, appendix B.1.
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                GraphHash.of(Files.writeString(folder.resolve("abc"), "abc")));
    }
}

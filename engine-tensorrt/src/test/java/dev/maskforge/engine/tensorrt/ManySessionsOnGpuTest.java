package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Four threads with four sessions each on one engine, every session with pictures of its own, for a while:
/// `-Dmaskforge.gpu.seconds=120` as in the issue, less without it.
@WhereThereIsAGpu
@Timeout(900)
class ManySessionsOnGpuTest {
    private static final int THREADS = 4;
    private static final int SESSIONS = 4;
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("maskforge.gpu.seconds", 5));

    /// Two batches for each session, so that a session sees pictures come and go, and sizes change.
    private record Task(List<Map<String, Tensor>> inputs, List<byte[]> expected) {}

    private static byte[] labels(Session session, Map<String, Tensor> inputs) {
        return Objects.requireNonNull(session.run(inputs).get("labels")).memory().toArray(ValueLayout.JAVA_BYTE);
    }

    private static Task task(SmallNetwork network, Session alone, int number) {
        List<Map<String, Tensor>> inputs = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int seed = 0; seed < 2; seed++) {
            inputs.add(network.inputs(1 + (number + seed) % SmallNetwork.MOST_PICTURES, 1000L * number + seed));
            expected.add(labels(alone, inputs.getLast()));
        }
        return new Task(inputs, expected);
    }

    /// How many label maps were as they are on one thread, and how many were not.
    private record Count(long same, long other) {}

    private static Count run(Engine engine, List<Task> tasks, long end) {
        List<Session> sessions = new ArrayList<>();
        try {
            for (int i = 0; i < tasks.size(); i++) {
                sessions.add(engine.openSession());
            }
            long same = 0;
            long other = 0;
            for (long round = 0; System.nanoTime() < end; round++) {
                for (int i = 0; i < tasks.size(); i++) {
                    Task task = tasks.get(i);
                    // Several in a row at the same sizes: run at once, written down, replayed.
                    int which = (int) (round / 8 % 2);
                    boolean isSame = Arrays.equals(task.expected().get(which), labels(sessions.get(i), task.inputs().get(which)));
                    same += isSame ? 1 : 0;
                    other += isSame ? 0 : 1;
                }
            }
            return new Count(same, other);
        } finally {
            sessions.forEach(Session::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyLabelMapIsAsOnOneThread(SmallNetwork network) throws Exception {
        try (Arena arena = Arena.ofShared();
                Engine engine = PlanOpening.open(network.plan(arena), 2);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Task> tasks = new ArrayList<>();
            try (Session alone = engine.openSession()) {
                for (int i = 0; i < THREADS * SESSIONS; i++) {
                    tasks.add(task(network, alone, i));
                }
            }
            // Other pictures are other label maps, or a mix-up would not be seen; in half precision a few may round to the same.
            long different = tasks.stream().flatMap(task -> task.expected().stream()).map(ByteBuffer::wrap).distinct().count();
            assertTrue(different >= 3L * tasks.size() / 2, "only " + different + " label maps of " + 2 * tasks.size() + " differ");
            // The plan of all kernels has most that could be mixed up.
            Duration time = network == SmallNetwork.KERNELS_FP16 ? TIME : TIME.dividedBy(4);
            long end = System.nanoTime() + time.toNanos();
            List<Future<Count>> counts = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                List<Task> own = tasks.subList(thread * SESSIONS, (thread + 1) * SESSIONS);
                counts.add(threads.submit(() -> run(engine, own, end)));
            }
            long same = 0;
            long other = 0;
            for (Future<Count> count : counts) {
                same += count.get().same();
                other += count.get().other();
            }
            System.out.printf("%s: %d threads of %d sessions, %.0f s: %d label maps as on one thread, %d others; %d different ones%n",
                    network, THREADS, SESSIONS, time.toMillis() / 1000.0, same, other, different);
            assertEquals(0, other);
            assertTrue(same >= 100, "only " + same + " runs");
        }
    }
}

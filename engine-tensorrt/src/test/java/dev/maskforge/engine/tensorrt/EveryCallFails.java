package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.tensorrt.plan.ExecutionContext;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Opens an engine and a session, runs them at some sizes, and closes them, again and again: each time another of our calls to
/// CUDA fails. What failed is one line and is then tried again, on the same engine and session, and must go well and give the
/// same bits; in the end nothing may be held.
///
/// @param injection through which all calls go
/// @param engine    opens the engine
/// @param plan      wraps each plan that is loaded, so that contexts are counted
/// @param runs      the inputs of the runs, in order
record EveryCallFails(Injection injection, Supplier<Engine> engine, Counted plan, List<Map<String, Tensor>> runs) {
    /// Plans, and contexts of them, that are open.
    static final class Counted {
        private int open;

        LoadedPlan of(LoadedPlan plan) {
            open++;
            return new LoadedPlan() {
                @Override
                public SequencedMap<String, Port> ports() {
                    return plan.ports();
                }

                @Override
                public String layers() {
                    return plan.layers();
                }

                @Override
                public ExecutionContext newContext() {
                    ExecutionContext context = plan.newContext();
                    open++;
                    return new CountedContext(context, () -> open--);
                }

                @Override
                public void close() {
                    plan.close();
                    open--;
                }
            };
        }

        int open() {
            return open;
        }
    }

    private record CountedContext(ExecutionContext context, Runnable closed) implements ExecutionContext {
        @Override
        public void setShape(String input, Shape shape) {
            context.setShape(input, shape);
        }

        @Override
        public List<Long> sizes(String output) {
            return context.sizes(output);
        }

        @Override
        public void setAddress(String port, long address) {
            context.setAddress(port, address);
        }

        @Override
        public void enqueue(long stream) {
            context.enqueue(stream);
        }

        @Override
        public List<LayerTime> layerTimes(long stream) {
            return context.layerTimes(stream);
        }

        @Override
        public void close() {
            context.close();
            closed.run();
        }
    }

    /// Does it.
    ///
    /// @return what failed in turn, by name and how often
    Map<String, Integer> run() {
        injection.failNever();
        List<Map<String, byte[]>> expected = use();
        List<String> calls = injection.calls();
        assertNothingIsHeld("without a failure");
        Map<String, Integer> failed = new TreeMap<>();
        for (int call = 0; call < calls.size(); call++) {
            String name = "call " + call + ", " + calls.get(call);
            injection.failAt(call);
            List<Map<String, byte[]>> given = use();
            assertTrue(injection.hasFailed(), name + " did not come");
            assertNothingIsHeld("after a failure at " + name);
            for (int run = 0; run < runs.size(); run++) {
                for (Map.Entry<String, byte[]> output : expected.get(run).entrySet()) {
                    assertArrayEquals(output.getValue(), given.get(run).get(output.getKey()),
                            "run " + run + ", '" + output.getKey() + "', after a failure at " + name);
                }
            }
            failed.merge(calls.get(call), 1, Integer::sum);
        }
        injection.failNever();
        return failed;
    }

    private void assertNothingIsHeld(String when) {
        assertEquals(Map.of(), injection.held(), when);
        assertEquals(0, plan.open(), "plans and contexts " + when);
    }

    private List<Map<String, byte[]>> use() {
        List<String> messages = new ArrayList<>();
        List<Map<String, byte[]>> given = new ArrayList<>();
        Engine opened = again(engine, messages);
        Session session = again(opened::openSession, messages);
        for (Map<String, Tensor> inputs : runs) {
            given.add(again(() -> bytes(session.run(inputs)), messages));
            assertTrue(again(session::deviceTimes, messages).isPresent(), "times of a run");
        }
        // Closing again does nothing, and is not needed: what can be given back is.
        once(session::close, messages);
        once(opened::close, messages);
        assertNoticed(messages);
        return given;
    }

    /// What cannot be written down as a graph runs kernel by kernel, so that a failure there may go unnoticed.
    private void assertNoticed(List<String> messages) {
        if (!injection.hasFailed()) {
            assertEquals(List.of(), messages);
            return;
        }
        assertTrue(messages.size() <= 1, messages.toString());
        String failing = injection.failingCall();
        assertTrue(!messages.isEmpty() || injection.hasFailedInCapture(), failing + " went unnoticed");
        messages.forEach(message -> assertTrue(message.lines().count() == 1 && message.contains("CUDA fails at " + failing), message));
    }

    private static <T> T again(Supplier<T> action, List<String> messages) {
        try {
            return action.get();
        } catch (EngineException e) {
            messages.add(String.valueOf(e.getMessage()));
            return action.get();
        }
    }

    private static void once(Runnable action, List<String> messages) {
        try {
            action.run();
        } catch (EngineException e) {
            messages.add(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, byte[]> bytes(Map<String, Tensor> outputs) {
        return outputs.entrySet().stream().collect(
                Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().memory().toArray(ValueLayout.JAVA_BYTE)));
    }
}

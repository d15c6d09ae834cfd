package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.CudaModules;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts the calls to CUDA that go through it, lets the one fail that it is told, and knows what is held.
final class Injection {
    private static final int NONE = -1;

    private final List<String> calls = new ArrayList<>();
    private final Map<String, Integer> held = new HashMap<>();
    private final Deque<String> failingNext = new ArrayDeque<>();
    private int failing = NONE;

    /// From here on the calls are counted anew, and that of this number fails, counted from 0.
    void failAt(int call) {
        calls.clear();
        failing = call;
    }

    void failNever() {
        failAt(NONE);
    }

    /// The next call of the first name fails, then the next of the second, and so on.
    void failNext(String... names) {
        failingNext.addAll(List.of(names));
    }

    /// Since the last [#failAt(int)].
    List<String> calls() {
        return List.copyOf(calls);
    }

    boolean hasFailed() {
        return failing != NONE && calls.size() > failing;
    }

    /// The call that has failed.
    String failingCall() {
        return calls.get(failing);
    }

    /// Whether the call that has failed was to write a run down, without which it goes on.
    boolean hasFailedInCapture() {
        List<String> before = calls.subList(0, failing);
        boolean isOpen = before.lastIndexOf("beginCapture") > before.lastIndexOf("endCapture");
        return isOpen || failingCall().equals("beginCapture");
    }

    /// What was taken and not given back, by its kind.
    Map<String, Integer> held() {
        Map<String, Integer> some = new HashMap<>(held);
        some.values().removeIf(count -> count == 0);
        return some;
    }

    /// One call, which may fail.
    void call(String name) {
        calls.add(name);
        boolean isNext = name.equals(failingNext.peek());
        if (isNext) {
            failingNext.remove();
        }
        if (isNext || calls.size() - 1 == failing) {
            throw new EngineException("CUDA fails at " + name + ": as asked");
        }
    }

    void taken(String kind) {
        held.merge(kind, 1, Integer::sum);
    }

    void released(String kind) {
        held.merge(kind, -1, Integer::sum);
    }

    Cuda into(Cuda cuda) {
        return new InjectedCuda(cuda, this);
    }

    CudaModules into(CudaModules modules) {
        return new InjectedModules(modules, this);
    }
}

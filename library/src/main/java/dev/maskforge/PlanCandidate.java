package dev.maskforge;

import dev.maskforge.engine.check.CheckResult;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import java.nio.file.Path;

/// A plan that was built and checked, under a name of its own beside its target. It becomes a plan file when it is
/// [shipped][#ship()], and vanishes if it is closed before: whoever builds decides by [#check()].
public final class PlanCandidate implements AutoCloseable {
    private final TemporaryFile file;
    private final Path target;
    private final PlanRecord record;
    private final CheckResult check;

    PlanCandidate(TemporaryFile file, Path target, PlanRecord record, CheckResult check) {
        this.file = file;
        this.target = target;
        this.record = record;
        this.check = check;
    }

    /// What the self-check says of it.
    public CheckResult check() {
        return check;
    }

    /// What will lie beside it.
    public PlanRecord record() {
        return record;
    }

    /// Puts it in its place, with what is known of it beside it.
    ///
    /// @throws dev.maskforge.engine.plan.PlanException if it cannot be written
    public void ship() {
        PlanFile.put(file.path(), target, record);
    }

    @Override
    public void close() {
        file.close();
    }
}

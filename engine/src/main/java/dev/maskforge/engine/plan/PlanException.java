package dev.maskforge.engine.plan;

import java.util.Locale;

/// A plan is refused, before its engine sees it. The message is one line: which file, what is wrong, and the cure.
public final class PlanException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /// Why a plan is refused.
    public enum Reason {
        /// There is no plan, or nothing beside it that says what it is.
        MISSING,
        /// What is beside it cannot be read, or contradicts itself.
        UNREADABLE,
        /// It has another length than is said.
        TRUNCATED,
        /// It has other bytes than is said.
        CORRUPTED,
        /// It was made for another engine, library, driver or device.
        FOREIGN,
        /// It was made of another graph, with other options, or by another version of this program.
        STALE,
        /// It cannot be written.
        UNWRITABLE;

        /// Such as `stale`.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    PlanException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    PlanException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}

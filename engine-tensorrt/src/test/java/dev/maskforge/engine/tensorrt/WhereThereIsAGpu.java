package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Availability;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Marks the GPU suite. Where TensorRT cannot run its tests are skipped, and the output says so and why.
@Inherited
@Tag("gpu")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(WhereThereIsAGpu.Condition.class)
@interface WhereThereIsAGpu {
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return switch (new TensorRtProvider().availability()) {
                case Availability.Available(String version, String details) ->
                    ConditionEvaluationResult.enabled("TensorRT " + version + ", " + details);
                case Availability.Missing(String reason, String cure) -> {
                    if (context.getTestMethod().isEmpty()) {
                        System.out.println("GPU suite NOT RUN: " + context.getDisplayName() + ": " + reason + "; " + cure);
                    }
                    yield ConditionEvaluationResult.disabled("not run: " + reason);
                }
            };
        }
    }
}

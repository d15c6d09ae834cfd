package dev.maskforge.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Holds the modules to [Rules], and each rule to an offender that it must catch.
class ArchitectureTest {
    private static final ImportOption IN_TESTS = location -> isTest(location);
    private static final ImportOption IN_MODULES = location -> !isTest(location);
    private static final JavaClasses MODULES = new ClassFileImporter().withImportOption(IN_MODULES).importPackages("dev.maskforge");
    private static final JavaClasses OFFENDERS = new ClassFileImporter().withImportOption(IN_TESTS).importPackages("dev.maskforge")
            .that(resideInAPackage("..offender.."));

    @Test
    void everyModuleIsSeen() {
        Set<String> seen = MODULES.stream().map(Modules::of).flatMap(Optional::stream).collect(toSet());
        assertEquals(Set.of("graph", "checkpoint", "models", "passes", "kernels", "engine", "engine.onnxruntime", "engine.tensorrt",
                "vision", "evaluation",
                "measure", "scenes", "maskforge", "cli"), seen);
        System.out.println("architecture: " + MODULES.size() + " classes of " + seen.size() + " modules");
    }

    static Stream<Arguments> rules() {
        return Stream.of(
                Arguments.of(Rules.MODULES_POINT_ONE_WAY, "models.offender.SeesAnEngine"),
                Arguments.of(Rules.MODULES_POINT_ONE_WAY, "vision.offender.SeesModels"),
                Arguments.of(Rules.NO_CYCLES, "graph.offender.first.First"),
                Arguments.of(Rules.ONNX_RUNTIME_STAYS_IN_ITS_MODULE, "engine.offender.HoldsOnnxRuntime"),
                Arguments.of(Rules.TENSORRT_STAYS_IN_ITS_MODULE, "engine.offender.HoldsTensorRt"),
                Arguments.of(Rules.ONLY_THE_COMMAND_LINE_PRINTS, "passes.offender.Prints"),
                Arguments.of(Rules.ONLY_THE_COMMAND_LINE_ENDS_THE_JVM, "passes.offender.Exits"),
                Arguments.of(Rules.LOGS_THROUGH_SYSTEM_LOGGER, "passes.offender.LogsElsewhere"),
                Arguments.of(Rules.CHECKPOINTS_LOAD_NO_CODE, "checkpoint.offender.FindsAClass"),
                Arguments.of(Rules.CHECKPOINTS_LOAD_NO_CODE, "checkpoint.offender.Deserializes"),
                Arguments.of(Rules.CHECKPOINTS_LOAD_NO_CODE, "checkpoint.offender.StartsAProcess"),
                Arguments.of(Rules.NULL_IS_SPOKEN_OF, "passes.offender.unmarked.Unmarked"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void catchesItsOffender(ArchRule rule, String offender) {
        EvaluationResult result = rule.evaluate(OFFENDERS);
        String report = result.getFailureReport().toString();
        assertTrue(report.contains("dev.maskforge." + offender), () -> offender + " slips through: " + report);
    }

    @TestFactory
    Stream<DynamicTest> modulesKeepTheRules() {
        return rules().map(arguments -> (ArchRule) arguments.get()[0]).distinct()
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(MODULES)));
    }

    private static boolean isTest(Location location) {
        return location.contains("/test-classes/") || location.contains("-tests.jar");
    }
}

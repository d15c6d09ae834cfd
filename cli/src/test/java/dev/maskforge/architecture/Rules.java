package dev.maskforge.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.ObjectInputStream;
import java.util.ServiceLoader;
import org.jspecify.annotations.NullMarked;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

/// What Maven cannot see: each rule with the reason for it.
final class Rules {
    static final ArchRule MODULES_POINT_ONE_WAY = classes().that().resideInAPackage("dev.maskforge..")
            .should(Modules.seeOnlyWhatTheTableAllows())
            .because("models and passes never see an engine, and engines are met through ServiceLoader only");

    static final ArchRule NO_CYCLES = SlicesRuleDefinition.slices().assignedFrom(byPackage()).should().beFreeOfCycles()
            .because("packages form a stack that can be read from the bottom up");

    static final ArchRule ONNX_RUNTIME_STAYS_IN_ITS_MODULE = noClasses().that()
            .resideOutsideOfPackage("dev.maskforge.engine.onnxruntime..")
            .should().dependOnClassesThat().resideInAPackage("ai.onnxruntime..")
            .because("a native type never leaves its module");

    static final ArchRule TENSORRT_STAYS_IN_ITS_MODULE = noClasses().that().resideOutsideOfPackage("dev.maskforge.engine.tensorrt..")
            .should().dependOnClassesThat().resideInAPackage("org.bytedeco..")
            .because("a native type never leaves its module");

    /// A program of its own, which speaks with its caller by its streams and ends itself with its caller.
    private static final String COMPILER_PROCESS = "dev.maskforge.engine.build.CompilerProcess";

    static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS = noClasses().that().resideOutsideOfPackage("dev.maskforge.cli..")
            .and().doNotHaveFullyQualifiedName(COMPILER_PROCESS)
            .should(ACCESS_STANDARD_STREAMS)
            .because("a library that prints cannot be embedded");

    static final ArchRule ONLY_THE_COMMAND_LINE_ENDS_THE_JVM = noClasses().that().resideOutsideOfPackage("dev.maskforge.cli..")
            .and().doNotHaveFullyQualifiedName(COMPILER_PROCESS)
            .should().callMethod(System.class, "exit", int.class)
            .orShould().callMethod(Runtime.class, "exit", int.class)
            .orShould().callMethod(Runtime.class, "halt", int.class)
            .because("a failure is an exception until it reaches the command line");

    static final ArchRule LOGS_THROUGH_SYSTEM_LOGGER = noClasses()
            .should().dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.slf4j..", "ch.qos.logback..", "org.apache.log4j..", "org.apache.logging..",
                    "org.apache.commons.logging..")
            .because("System.Logger lets the embedding program choose");

    static final ArchRule CHECKPOINTS_LOAD_NO_CODE = noClasses().that().resideInAPackage("dev.maskforge.checkpoint..")
            .should().dependOnClassesThat(resideInAnyPackage("java.lang.reflect..", "javax.script..", "java.rmi..", "javax.naming..")
                    .or(assignableTo(ClassLoader.class)).or(assignableTo(ObjectInputStream.class)).or(type(ServiceLoader.class))
                    .or(type(ProcessBuilder.class)).or(type(Runtime.class)))
            .orShould(accessTargetWhere(looksUpCode()))
            .because("a checkpoint is hostile input: no name in it may reach a class");

    static final ArchRule NULL_IS_SPOKEN_OF = classes().that().resideInAPackage("dev.maskforge..")
            .should(beInANullMarkedPackage())
            .because("NullAway and callers in Kotlin or Java read it there");

    private Rules() {
    }

    private static DescribedPredicate<JavaAccess<?>> looksUpCode() {
        return new DescribedPredicate<>("look up classes or methods by name") {
            @Override
            public boolean test(JavaAccess<?> access) {
                AccessTarget target = access.getTarget();
                JavaClass owner = target.getOwner();
                boolean reflects = owner.isEquivalentTo(Class.class)
                        && nameMatching("forName|newInstance|getClassLoader|get(Declared)?(Method|Constructor|Field)s?").test(target);
                boolean resolves = owner.getName().equals("java.lang.invoke.MethodHandles$Lookup")
                        && nameMatching("find.*|unreflect.*|define.*|in").test(target);
                return reflects || resolves;
            }
        };
    }

    private static ArchCondition<JavaClass> beInANullMarkedPackage() {
        return be(new DescribedPredicate<JavaClass>("in a package marked @NullMarked") {
            @Override
            public boolean test(JavaClass type) {
                return type.getPackage().isAnnotatedWith(NullMarked.class);
            }
        });
    }

    private static SliceAssignment byPackage() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return SliceIdentifier.of(type.getPackageName());
            }

            @Override
            public String getDescription() {
                return "packages of dev.maskforge";
            }
        };
    }
}

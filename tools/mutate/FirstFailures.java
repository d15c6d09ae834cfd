import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs one test class again and again, each time with other classes in front, up to the first failure.
///
/// Arguments: the test class, then the folders of classes. Each line of standard input is the folder of a mutant's classes,
/// tab, the method that has to run, tab, what the name of its invocations has to hold; empty for all. The answer on standard
/// output is a line `mutant`, tab, the number of tests that passed, and where one failed tab, its name, tab, its message. One
/// JVM for all saves each mutant the start and the warming up.
public class FirstFailures {
    public static void main(String[] arguments) throws IOException {
        BufferedReader mutants = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = mutants.readLine(); line != null; line = mutants.readLine()) {
            String[] mutant = line.split("\t", -1);
            Chosen.method = mutant[1];
            Chosen.invocation = mutant[2];
            List<URL> folders = new ArrayList<>();
            folders.add(folder(mutant[0]));
            for (int i = 1; i < arguments.length; i++) {
                folders.add(folder(arguments[i]));
            }
            try (URLClassLoader loader = new URLClassLoader(folders.toArray(URL[]::new), FirstFailures.class.getClassLoader())) {
                Thread.currentThread().setContextClassLoader(loader);
                String answer = run(arguments[0]);
                System.out.println("\nmutant\t" + answer);
                System.out.flush();
            }
        }
    }

    private static URL folder(String path) throws IOException {
        return Path.of(path + "/").toUri().resolve(".").toURL();
    }

    private static String run(String testClass) {
        LauncherDiscoveryRequest discovery = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(testClass))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter("junit.jupiter.extensions.autodetection.include", Chosen.class.getName()).build();
        Listener listener = new Listener();
        LauncherFactory.create().execute(LauncherExecutionRequestBuilder.request(discovery).listeners(listener)
                .cancellationToken(listener.token).build());
        return listener.passed + listener.failure;
    }

    /// Skips what is not chosen. JUnit finds it through `META-INF/services`: invocations of a parameterised test have names
    /// only once it runs, too late for a filter.
    public static final class Chosen implements ExecutionCondition {
        private static String method = "";
        private static String invocation = "";

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String own = context.getUniqueId().substring(context.getUniqueId().lastIndexOf('/') + 1);
            boolean isOtherMethod = !method.isEmpty() && context.getTestMethod().filter(m -> !m.getName().equals(method)).isPresent();
            boolean isOtherInvocation = own.startsWith("[test-template-invocation:") && !context.getDisplayName().contains(invocation);
            return isOtherMethod || isOtherInvocation
                    ? ConditionEvaluationResult.disabled("not chosen")
                    : ConditionEvaluationResult.enabled("chosen");
        }
    }

    private static final class Listener implements TestExecutionListener {
        private final CancellationToken token = CancellationToken.create();
        private int passed;
        private String failure = "";

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
                passed += test.isTest() ? 1 : 0;
            } else if (result.getStatus() == TestExecutionResult.Status.FAILED && failure.isEmpty()) {
                String message = result.getThrowable().map(e -> e.getMessage() == null ? e.toString() : e.getMessage()).orElse("");
                failure = "\t" + name(test) + "\t" + message.replaceAll("\\s+", " ");
                token.cancel();
            }
        }

        private static String name(TestIdentifier test) {
            return test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
                    .map(method -> method.getClassName().replaceAll(".*\\.", "") + "." + method.getMethodName())
                    .orElse(test.getDisplayName());
        }
    }
}

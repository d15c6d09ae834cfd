import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
/// Arguments: the test class, then the folders of classes. Each line of standard input is the folder of a mutant's classes;
/// the answer on standard output is a line `mutant`, tab, the number of tests that passed, and where one failed tab, its
/// name, tab, its message. One JVM for all saves each mutant the start and the warming up.
class FirstFailures {
    public static void main(String[] arguments) throws IOException {
        BufferedReader mutants = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String mutant = mutants.readLine(); mutant != null; mutant = mutants.readLine()) {
            List<URL> folders = new ArrayList<>();
            folders.add(folder(mutant));
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
                .selectors(DiscoverySelectors.selectClass(testClass)).build();
        Listener listener = new Listener();
        LauncherFactory.create().execute(LauncherExecutionRequestBuilder.request(discovery).listeners(listener)
                .cancellationToken(listener.token).build());
        return listener.passed + listener.failure;
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

package dev.maskforge.measure;

import dev.maskforge.engine.Device;

/// A computer, as its operating system has it.
///
/// @param processor  its name
/// @param processors that the process may use, two threads of one core counted as two
/// @param system     the operating system with its version and architecture
/// @param runtime    what the measuring program ran in, such as `Java 25.0.3+9-LTS` or `Python 3.12.3`
public record Machine(String processor, int processors, String system, String runtime) {
    public Machine {
        Checks.text("processor", processor);
        Checks.size("processors", processors);
        Checks.text("system", system);
        Checks.text("runtime", runtime);
    }

    /// This one.
    public static Machine here() {
        return new Machine(Device.processor().name(), Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"),
                "Java " + Runtime.version());
    }
}

package dev.maskforge.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;

/// What a plan is made for beside its sizes: the libraries that compile and run it, and the device.
///
/// @param libraries         versions by name, such as `TensorRT` to `10.6.0.26`; the compiler's first
/// @param device            such as `NVIDIA H200`
/// @param driver            the version of its driver, if it has one
/// @param computeCapability such as `9.0`, if it has one
public record PlanTarget(SequencedMap<String, String> libraries, String device, Optional<String> driver,
        Optional<String> computeCapability) {
    public PlanTarget {
        if (libraries.containsKey(null) || libraries.containsValue(null)) {
            throw new IllegalArgumentException("a library has no name or version");
        }
        libraries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(libraries));
    }

    /// The same with another driver, for those who run plans that were made with one.
    public PlanTarget withDriver(Optional<String> other) {
        return new PlanTarget(libraries, device, other, computeCapability);
    }

    /// What differs first between what a plan was made for and what is here, such as `it was made with TensorRT 10.6, and
    /// here is 10.13`; empty if nothing does.
    public Optional<String> difference(PlanTarget here) {
        for (Map.Entry<String, String> library : libraries.entrySet()) {
            String other = here.libraries.getOrDefault(library.getKey(), "none");
            if (!library.getValue().equals(other)) {
                return Optional.of("it was made with " + library.getKey() + " " + library.getValue() + ", and here is " + other);
            }
        }
        if (!device.equals(here.device)) {
            return Optional.of("it was made for " + device + ", and here is " + here.device);
        }
        if (!computeCapability.equals(here.computeCapability)) {
            return Optional.of("it was made for compute capability " + computeCapability.orElse("none") + ", and here is "
                    + here.computeCapability.orElse("none"));
        }
        if (!Objects.equals(driver, here.driver)) {
            return Optional.of("it was made with driver " + driver.orElse("none") + ", and here is " + here.driver.orElse("none"));
        }
        return Optional.empty();
    }
}

package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.cache.CacheFolder;
import java.nio.file.Path;
import java.util.Locale;

/// What was learnt of a device, kept from build to build in the user's cache.
final class UserCache {
    private UserCache() {
    }

    /// `$XDG_CACHE_HOME/maskforge/tensorrt`
    static Path folder() {
        return CacheFolder.ofUser().folder("tensorrt");
    }

    /// Kernels' times, which one kind of device and one version of TensorRT share.
    ///
    /// @param device  its name
    /// @param version TensorRT's
    static Path timings(String device, String version) {
        String kind = (device + "-" + version).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
        return folder().resolve("timings-" + kind + ".cache");
    }
}

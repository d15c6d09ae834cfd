package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.tensorrt.cuda.Resources;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;

/// Kernels' measured times in a file, so that the next build need not measure them again. It is a convenience: a file that
/// cannot be read or written, or was made on another device, is as good as none.
///
/// Two builds at once lose nothing: who writes merges what the file has by then, under a lock, and moves the whole into place.
final class TimingCache {
    private static final System.Logger LOGGER = System.getLogger(TimingCache.class.getName());
    /// A file's lock keeps other processes out, and throws where this one has it.
    private static final ReentrantLock WRITING = new ReentrantLock();

    private final TensorRt tensorRt;
    private final Path file;

    TimingCache(TensorRt tensorRt, Path file) {
        this.tensorRt = tensorRt;
        this.file = file;
    }

    /// Gives a build what is known.
    void give(IBuilderConfig config, Resources resources) {
        ITimingCache cache = read(config)
                .orElseGet(() -> tensorRt.required("a timing cache", () -> config.createTimingCache(new Native.At(0), 0)));
        resources.add(() -> Native.delete(cache));
        if (!config.setTimingCache(cache, false)) {
            LOGGER.log(System.Logger.Level.DEBUG, file + " was made on another device or by another TensorRT, and is not used");
        }
    }

    private Optional<ITimingCache> read(IBuilderConfig config) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = Files.readAllBytes(file);
            MemorySegment memory = arena.allocate(bytes.length + 1L, 256);
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
            ITimingCache cache = config.createTimingCache(Native.at(memory), bytes.length);
            return cache == null || cache.isNull() ? Optional.empty() : Optional.of(cache);
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "the timing cache is not read: " + e);
            return Optional.empty();
        }
    }

    /// Keeps what the build has learnt.
    void keep(IBuilderConfig config) {
        WRITING.lock();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            keepAlone(config);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(System.Logger.Level.WARNING, "the timing cache is not kept: " + e);
        } finally {
            WRITING.unlock();
        }
    }

    private void keepAlone(IBuilderConfig config) throws IOException {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            ITimingCache cache = config.getTimingCache();
            read(config).ifPresent(older -> {
                cache.combine(older, true);
                Native.delete(older);
            });
            write(tensorRt.required("keeping the timing cache", cache::serialize));
        }
    }

    private void write(IHostMemory bytes) throws IOException {
        Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), "timing", ".tmp");
        try {
            Files.write(temporary, Native.memory(bytes.data(), bytes.size()).toArray(ValueLayout.JAVA_BYTE));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
            Native.delete(bytes);
        }
    }
}

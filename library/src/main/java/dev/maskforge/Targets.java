package dev.maskforge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Places where models are written.
final class Targets {
    private Targets() {
    }

    /// What stands at the target is replaced, so it must be nothing that the user would miss. Asked before the work, not
    /// after it.
    ///
    /// @param source what the file is made of
    /// @param what   the same in words
    /// @throws MaskforgeException if it is a folder, no regular file, or what the file is made of
    static void requireFree(Path target, Path source, String what) {
        if (Files.isDirectory(target)) {
            throw new MaskforgeException("cannot write '" + target + "': it is a folder; name a file in it, such as "
                    + target.resolve("model.onnx"));
        }
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isRegularFile(target)) {
            throw new MaskforgeException("cannot write '" + target + "': it is a pipe or a device; name a file");
        }
        try {
            if (Files.isSameFile(target, source)) {
                throw new MaskforgeException("cannot write '" + target + "': it is " + what + " itself; name another file");
            }
        } catch (IOException e) {
            throw new MaskforgeException("cannot write '" + target + "': it cannot be compared with " + what + "; name another file", e);
        }
    }
}

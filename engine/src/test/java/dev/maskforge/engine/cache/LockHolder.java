package dev.maskforge.engine.cache;

import java.io.IOException;
import java.nio.file.Path;

/// A program that locks a file, says so, and holds it until its standard input ends or it is killed.
final class LockHolder {
    private LockHolder() {
    }

    public static void main(String[] arguments) throws IOException {
        try (LockFile.Held _ = LockFile.tryAcquire(Path.of(arguments[0])).orElseThrow()) {
            System.out.println("locked");
            while (System.in.read() >= 0) {
                // until it ends
            }
        }
    }
}

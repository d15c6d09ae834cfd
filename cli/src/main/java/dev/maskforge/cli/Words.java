package dev.maskforge.cli;

/// Numbers of things, for people.
final class Words {
    private Words() {
    }

    /// Such as `1 thread`, `2 threads`.
    static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}

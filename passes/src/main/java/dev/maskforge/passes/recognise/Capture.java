package dev.maskforge.passes.recognise;

/// A name for a value that a [Pattern] finds. Where it stands twice it is the same value.
record Capture(String name) {}

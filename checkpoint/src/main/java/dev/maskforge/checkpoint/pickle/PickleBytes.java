package dev.maskforge.checkpoint.pickle;

/// Bytes, which stay in the file.
record PickleBytes(Stored stored) implements PickleValue {
    @Override
    public String kind() {
        return "bytes";
    }
}

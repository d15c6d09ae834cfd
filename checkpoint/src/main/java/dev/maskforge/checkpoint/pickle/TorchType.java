package dev.maskforge.checkpoint.pickle;

import dev.maskforge.graph.DataType;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// PyTorch's element types. A file may name one alone (`torch.float32`), or by the storage that has such elements
/// (`torch.FloatStorage`).
enum TorchType implements PickleValue {
    FLOAT32("FloatStorage", 4, DataType.FLOAT32), //
    FLOAT16("HalfStorage", 2, DataType.FLOAT16), //
    BFLOAT16("BFloat16Storage", 2, DataType.BFLOAT16), //
    FLOAT64("DoubleStorage", 8, DataType.FLOAT64), //
    INT64("LongStorage", 8, DataType.INT64), //
    INT32("IntStorage", 4, DataType.INT32), //
    UINT8("ByteStorage", 1, DataType.UINT8), //
    BOOL("BoolStorage", 1, DataType.BOOL), //
    INT16("ShortStorage", 2), //
    INT8("CharStorage", 1), //
    COMPLEX64("ComplexFloatStorage", 8), //
    COMPLEX128("ComplexDoubleStorage", 16), //
    QINT8("QInt8Storage", 1), //
    QUINT8("QUInt8Storage", 1), //
    QINT32("QInt32Storage", 4), //
    QUINT4X2("QUInt4x2Storage", 1), //
    QUINT2X4("QUInt2x4Storage", 1), //
    UINT16(2), //
    UINT32(4), //
    UINT64(8), //
    COMPLEX32(4), //
    FLOAT8_E4M3FN(1), //
    FLOAT8_E4M3FNUZ(1), //
    FLOAT8_E5M2(1), //
    FLOAT8_E5M2FNUZ(1), //
    FLOAT8_E8M0FNU(1);

    private final @Nullable String storage;
    private final int bytes;
    private final @Nullable DataType dataType;

    TorchType(@Nullable String storage, int bytes, @Nullable DataType dataType) {
        this.storage = storage;
        this.bytes = bytes;
        this.dataType = dataType;
    }

    TorchType(String storage, int bytes) {
        this(storage, bytes, null);
    }

    /// A type that came after storages of their own went: its elements lie in an untyped storage.
    TorchType(int bytes) {
        this(null, bytes, null);
    }

    /// The class of storage that has such elements, in the module `torch`.
    Optional<String> storage() {
        return Optional.ofNullable(storage);
    }

    int bytes() {
        return bytes;
    }

    /// Our type, if it is one that models have.
    Optional<DataType> dataType() {
        return Optional.ofNullable(dataType);
    }

    /// PyTorch's name of the type, such as `float32`.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String kind() {
        return "the type torch." + this;
    }
}

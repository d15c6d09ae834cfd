package dev.maskforge.graph.onnx;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/// ONNX models as protobuf's own library reads and writes them (`tools/onnx/descriptor.py` has the schema).
final class Protobuf {
    private static final Descriptor MODEL = model();

    private Protobuf() {
    }

    static DynamicMessage parse(byte[] bytes) {
        try {
            return DynamicMessage.parseFrom(MODEL, bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /// The model in protobuf's text format, which shows unknown fields as numbers.
    static String text(byte[] bytes) {
        return TextFormat.printer().printToString(parse(bytes));
    }

    /// The bytes of a model written in protobuf's text format.
    static byte[] bytes(String text) {
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(MODEL);
        try {
            TextFormat.merge(text, builder);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(e);
        }
        return builder.build().toByteArray();
    }

    private static Descriptor model() {
        try (InputStream stream = Objects.requireNonNull(Protobuf.class.getResourceAsStream("onnx-ml.descriptor"))) {
            FileDescriptor file = FileDescriptor.buildFrom(FileDescriptorProto.parseFrom(stream), new FileDescriptor[0]);
            return file.findMessageTypeByName("ModelProto");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (DescriptorValidationException e) {
            throw new AssertionError(e);
        }
    }
}

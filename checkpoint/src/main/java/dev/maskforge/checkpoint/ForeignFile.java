package dev.maskforge.checkpoint;

import java.util.Locale;
import java.util.Set;

/// What a file that is no checkpoint looks like, so that the refusal can say it.
final class ForeignFile {
    private static final int HEAD = 512;
    private static final int TAR_MAGIC = 257;
    /// One of which is the first entry.
    private static final Set<String> TORCH_TAR = Set.of("sys_info\0", "pickle\0", "tensors\0", "storages\0");
    /// The tags of the fields of `ModelProto` that may follow its version.
    private static final Set<Integer> ONNX_FIELDS = Set.of(0x12, 0x1a, 0x22, 0x32, 0x3a, 0x42);

    private ForeignFile() {
    }

    static String describe(CheckpointFile file) {
        if (file.startsWith("\37\213")) {
            return "this is a gzip archive, so unpack it first";
        }
        if (file.has(TAR_MAGIC, "ustar") && TORCH_TAR.stream().anyMatch(file::startsWith)) {
            return "this is a tar archive of torch.save in PyTorch 0.1.1, so load it with PyTorch and save it again with torch.save";
        }
        if (file.has(TAR_MAGIC, "ustar")) {
            return "this is a tar archive, so unpack it first";
        }
        if (file.startsWith("\211HDF\r\n\u001a\n")) {
            return "this is an HDF5 file, as Keras writes";
        }
        if (file.startsWith("\211PNG") || file.startsWith("\377\330\377")) {
            return "this is a picture";
        }
        if (isOnnx(file)) {
            return "this looks like an ONNX model, not a checkpoint";
        }
        String head = file.head(HEAD);
        if (head.startsWith("version https://git-lfs.github.com/")) {
            return "this is a Git LFS pointer in place of the file, so fetch the file itself with git lfs pull";
        }
        String start = head.stripLeading().toLowerCase(Locale.ROOT);
        if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
            return "this is a web page, so the download did not give the file; look at it in a browser";
        }
        if (head.chars().noneMatch(character -> character < ' ' && "\t\n\r\f".indexOf(character) < 0)) {
            return "this is plain text that begins with '" + Printable.line(head.strip().lines().findFirst().orElse(""), 40) + "'";
        }
        return "this is no kind of checkpoint that is known";
    }

    /// Field 1, the format's version as a small number, then the tag of a later field of `ModelProto`.
    private static boolean isOnnx(CheckpointFile file) {
        String head = file.head(3);
        return head.length() == 3 && head.charAt(0) == 0x08 && head.charAt(1) > 0 && head.charAt(1) < 0x20
                && ONNX_FIELDS.contains((int) head.charAt(2));
    }
}

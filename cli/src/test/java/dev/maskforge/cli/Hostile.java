package dev.maskforge.cli;

import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.graph.DataType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Command lines that must be refused: broken and hostile checkpoints, pictures and places to write to.
final class Hostile {
    private static final String HEAD = "sem_seg_head.predictor.";

    private final Path inputs;
    private final Path outputs;
    private final List<Case> cases = new ArrayList<>();
    private final Path sound = Small.checkpoint("maskformer-r50");
    private final Path mask2Former = Small.checkpoint("mask2former-r50");

    /// @param expected what the message says, beside the name of the file
    /// @param culprit  the file that the message names
    record Case(String name, List<String> arguments, String culprit, String expected) {}

    private Hostile(Path inputs, Path outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /// All, with their files in `inputs`; they are told to write into `outputs`.
    static List<Case> in(Path inputs, Path outputs) throws IOException, InterruptedException {
        Hostile hostile = new Hostile(inputs, outputs);
        hostile.noCheckpoints();
        hostile.damaged();
        hostile.runningCode();
        hostile.bombs();
        hostile.lengthLies();
        hostile.wrongShapes();
        hostile.otherModels();
        hostile.otherFormats();
        hostile.folders();
        hostile.configurations();
        hostile.pictures();
        hostile.placesToWrite();
        hostile.graphs();
        hostile.plans();
        return hostile.cases;
    }

    private void checkpoint(String name, Path file, String expected) {
        // Converting asks for every weight; inspecting lists what does not fit and is done.
        cases.add(new Case(name, List.of("convert", file.toString(), "-o", outputs.resolve("model.onnx").toString()),
                String.valueOf(file.getFileName()), expected));
    }

    private void checkpoint(String name, byte[] bytes, String expected) throws IOException {
        checkpoint(name, Files.write(inputs.resolve(name.replace(' ', '-') + ".pkl"), bytes), expected);
    }

    private void picture(String name, Path file, String culprit, String expected) {
        cases.add(new Case(name, List.of("segment", "-q", sound.toString(), file.toString(), "--size", "64x128", "-o",
                outputs.resolve("maps").toString()), culprit, expected));
    }

    private void picture(String name, String fileName, byte[] bytes, String expected) throws IOException {
        picture(name, Files.write(inputs.resolve(fileName), bytes), Line.of(fileName), expected);
    }

    private static byte[] text(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    private Path pipe(String name) throws IOException, InterruptedException {
        Path pipe = inputs.resolve(name);
        int exit = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException("mkfifo exits with " + exit);
        }
        return pipe;
    }

    private void noCheckpoints() throws IOException, InterruptedException {
        checkpoint("missing", inputs.resolve("nowhere.pkl"), "no such file");
        checkpoint("folder", Files.createDirectory(inputs.resolve("folder.pkl")), "folder");
        checkpoint("pipe", pipe("pipe.pkl"), "no regular file");
        checkpoint("empty", new byte[0], "empty");
        checkpoint("plain text", text("These are the weights.\n"), "plain text");
        checkpoint("web page", text("<!DOCTYPE html><html>404</html>"), "web page");
        checkpoint("pointer", text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"), "git lfs pull");
        checkpoint("zip", text("PK\3\4\24\0\0\0\0\0model/data.pkl"), "torch.save");
        checkpoint("safetensors", text("\2\0\0\0\0\0\0\0{}"), "safetensors");
        checkpoint("onnx", text("\10\10\22\7pytorch"), "ONNX model");
        checkpoint("a picture", Files.readAllBytes(Small.png(inputs.resolve("street.png"))), "picture");
    }

    private void damaged() throws IOException {
        byte[] bytes = Files.readAllBytes(sound);
        checkpoint("cut in half", Arrays.copyOf(bytes, bytes.length / 2), "download it anew");
        checkpoint("cut by one byte", Arrays.copyOf(bytes, bytes.length - 1), "download it anew");
        checkpoint("cut to four bytes", Arrays.copyOf(bytes, 4), "download it anew");
        for (int position : new int[]{1, 12, 40, bytes.length - 2}) {
            byte[] flipped = bytes.clone();
            flipped[position] ^= (byte) 0x80;
            checkpoint("bit flipped at " + (position < 100 ? position : "the end"), flipped, "");
        }
        byte[] late = bytes.clone();
        late[bytes.length / 2] ^= 1;
        checkpoint("bit flipped under an official name", Files.write(inputs.resolve("model_final_38c00c.pkl"), late), "MD5");
    }

    private void runningCode() throws IOException {
        String asks = "the pickle asks for 'os.system'";
        checkpoint("system by GLOBAL", new Pickle().global("os", "system").text("id").raw("\205R").stop(), asks);
        checkpoint("system by STACK_GLOBAL", new Pickle().text("os").text("system").raw("\223").text("id").raw("\205R").stop(), asks);
        checkpoint("system by INST", new Pickle().raw("(S'id'\nios\nsystem\n").stop(), asks);
        checkpoint("system by OBJ", new Pickle().raw("(").global("os", "system").text("id").raw("o").stop(), asks);
        checkpoint("system by NEWOBJ", new Pickle().global("os", "system").text("id").raw("\205\201").stop(), asks);
        checkpoint("system from the memo", new Pickle().text("system").raw("\224").text("os").raw("\224h\1h\0\223)R").stop(), asks);
        checkpoint("an extension code", new Pickle().raw("\202\1)R").stop(), "");
        checkpoint("a persistent id", new Pickle().raw("Pstorage\n").stop(), "");
        checkpoint("in place of a weight", new Pickle().raw("}").text("model").raw("}").text("w").global("builtins", "eval").text("1")
                .raw("\205Rss").stop(), "builtins.eval");
    }

    private void bombs() throws IOException {
        Pickle laughs = new Pickle().raw("((NNNNNNNNNt");
        for (int level = 0; level < 9; level++) {
            laughs.raw("q").raw(String.valueOf((char) level)).raw("(");
            for (int i = 0; i < 9; i++) {
                laughs.raw("h").raw(String.valueOf((char) level));
            }
            laughs.raw("t");
        }
        checkpoint("a billion laughs", laughs.raw("t").stop(), "limit");
        checkpoint("deep nesting", new Pickle().raw("]".repeat(100_000)).raw("a".repeat(99_999)).stop(), "limit");
        checkpoint("a far memo", new Pickle().raw("]r").int32(Integer.MAX_VALUE).stop(), "");
        checkpoint("a list of itself", new Pickle().raw("]q\0h\0a").stop(), "holds itself");
    }

    private void lengthLies() throws IOException {
        checkpoint("an endless text", new Pickle().raw("\215").int64(1L << 62).raw("abc").stop(), "");
        checkpoint("a text of negative length", new Pickle().raw("X").int32(-5).raw("abc").stop(), "");
        checkpoint("an endless frame", new Pickle().raw("\225").int64(1L << 40).raw("}").stop(), "");
        checkpoint("a huge shape, few elements", lying(1_000_000_000_000L, 1_000_000), "");
        checkpoint("a shape that overflows", lying(1L << 62, 1L << 62), "");
        checkpoint("a negative shape", lying(-1, 4), "");
    }

    private static byte[] lying(long rows, long columns) {
        return new Pickle().raw("}").text("model").raw("}").text("w").array(DataType.FLOAT32, new long[]{rows, columns}, new byte[16])
                .raw("ss").stop();
    }

    private void wrongShapes() throws IOException {
        checkpoint("queries that eight heads do not divide",
                CheckpointCopy.of(sound).zeros(HEAD + "query_embed.weight", 20, 60).bytes(), "60 channels do not divide into 8 heads");
        checkpoint("no class", CheckpointCopy.of(sound).zeros(HEAD + "class_embed.weight", 1, 64).bytes(), "no class beside 'no object'");
        checkpoint("two levels",
                CheckpointCopy.of(mask2Former).zeros("sem_seg_head.pixel_decoder.transformer.level_embed", 2, 64).bytes(), "levels");
        checkpoint("queries a million wide", CheckpointCopy.of(sound).zeros(HEAD + "query_embed.weight", 1, 1 << 20).bytes(),
                "most is not in the file");
        checkpoint("a mask feature a million wide",
                CheckpointCopy.of(sound).zeros("sem_seg_head.mask_features.weight", 1 << 20, 1, 1, 1).bytes(), "it counts 1048576");
        checkpoint("ten million queries", CheckpointCopy.of(sound).zeros(HEAD + "query_embed.weight", 10_000_000, 1).bytes(), "");
        checkpoint("a number in place of a matrix", CheckpointCopy.of(sound).zeros(HEAD + "query_embed.weight").bytes(), "");
        checkpoint("a missing weight", CheckpointCopy.of(sound).without("backbone.res3.1.conv2.weight").bytes(),
                "1 tensor is missing ('backbone.res3.1.conv2.weight'");
        checkpoint("a misshapen weight", CheckpointCopy.of(sound).zeros("backbone.res3.1.conv2.weight", 3, 3).bytes(),
                "1 tensor is of another shape");
        checkpoint("an integer weight",
                CheckpointCopy.of(sound).zeros(HEAD + "class_embed.bias", DataType.INT64, 20).bytes(), "1 tensor is of another shape");
        checkpoint("a weight too many", CheckpointCopy.of(sound).zeros("backbone.res3.1.conv9.weight", 1).bytes(), "1 tensor is not used");
    }

    private void otherModels() throws IOException {
        CheckpointCopy layers = CheckpointCopy.of(sound);
        for (int layer = 0; layer < 9_000; layer++) {
            layers.zeros(HEAD + "transformer.decoder.layers." + layer + ".x", 1);
        }
        checkpoint("nine thousand layers", layers.bytes(), "most is not in the file");
        checkpoint("no model", CheckpointCopy.empty().zeros("fc.weight", 4, 4).bytes(), "holds no model");
        checkpoint("names of Hugging Face", CheckpointCopy.empty().zeros("model.pixel_level_module.encoder.weight", 4, 4).bytes(),
                "Hugging Face");
        checkpoint("a baseline", CheckpointCopy.empty().zeros("sem_seg_head.layer_1.weight", 4, 4).bytes(), "per-pixel baseline");
        checkpoint("a Swin transformer", CheckpointCopy.of(sound).zeros("backbone.patch_embed.proj.weight", 4, 4).bytes(), "Swin");
        checkpoint("two names for one tensor", CheckpointCopy.of(mask2Former).zeros(HEAD + "query_feat.weight", 20, 64).bytes(),
                "query_feat");
        checkpoint("a list", new Pickle().raw("]").stop(), "not a dictionary");
        checkpoint("an official name", Files.copy(sound, inputs.resolve("model_final_cc1b1f.pkl")), "begins with cc1b1f");
    }

    private void otherFormats() throws IOException {
        checkpoint("a compiled program", zip("model/data.pkl", "model/code/net.py", "model/constants.pkl"), "TorchScript");
        checkpoint("a zip of nothing", zip(), "");
        checkpoint("a zip of texts", zip("readme.txt"), "");
        checkpoint("a zip without tensors", zip("model/version", "model/byteorder"), "");
        checkpoint("an old archive cut short", text("\200\2\212\12\154\374\234\106\371\40\152\250\120\31."), "");
        checkpoint("a header without its end", text("\377\377\0\0\0\0\0\0{\"a\":"), "");
        checkpoint("a header of all memory", text("\377\377\377\377\377\377\377\177{}"), "");
        checkpoint("a header with a name twice", safetensors("{\"a\":" + ENTRY + ",\"a\":" + ENTRY + "}"), "");
        checkpoint("a tensor out of bounds", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[9],\"data_offsets\":[0,36]}}"), "");
        checkpoint("a shape of all numbers", safetensors(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}"), "");
        checkpoint("a tensor of eight bits", safetensors("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}}"),
                "F8_E4M3");
        checkpoint("no model in safetensors", safetensors("{\"a\":" + ENTRY + "}"), "holds no model");
    }

    private static final String ENTRY = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

    /// With four bytes of elements.
    private static byte[] safetensors(String header) {
        return ByteBuffer.allocate(Long.BYTES + header.length() + Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length())
                .put(text(header)).array();
    }

    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(1);
            }
        }
        return bytes.toByteArray();
    }

    private void folders() throws IOException {
        checkpoint("a folder with nothing but a configuration", folder("bare", "{\"model_type\":\"mask2former\"}", Map.of()),
                "finish its download");
        Map<String, String> outside = Map.of("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../../sound.safetensors\"}}");
        checkpoint("shards outside", folder("outside", "{\"model_type\":\"mask2former\"}", outside), "");
        Map<String, String> missing = Map.of("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"one.safetensors\"}}");
        checkpoint("shards that are not there", folder("missing", "{\"model_type\":\"mask2former\"}", missing), "one.safetensors");
        Map<String, String> deep = Map.of("model.safetensors.index.json", "[".repeat(100_000));
        checkpoint("an index without a bottom", folder("deep", "{\"model_type\":\"mask2former\"}", deep), "");
        cases.add(new Case("a name that is not in the cache", List.of("inspect", "facebook/no-such-model"), "facebook/no-such-model", ""));
    }

    /// A Hugging Face folder.
    private Path folder(String name, String configuration, Map<String, String> files) throws IOException {
        Path folder = Files.createDirectory(inputs.resolve(name));
        Files.writeString(folder.resolve("config.json"), configuration);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
        return folder;
    }

    private void configurations() throws IOException {
        configuration("--config", "cycle.yaml", "_BASE_: cycle.yaml\n", "");
        configuration("--config", "absolute.yaml", "_BASE_: /etc/passwd\n", "");
        configuration("--config", "laughs.yaml", "a: &a [x, x, x, x, x, x, x, x, x]\n" + laughs(), "");
        configuration("--config", "deep.yaml", "a: " + "[".repeat(50_000), "");
        configuration("--config", "twice.yaml", "MODEL:\n  DEVICE: cpu\n  DEVICE: cuda\n", "");
        configuration("--config", "video.yaml", "MODEL:\n  META_ARCHITECTURE: VideoMaskFormer\n", "video");
        configuration("--config", "other.json", "{\"model_type\": \"detr\"}", "detr");
        configuration("--config", "open.json", "{\"model_type\": ", "");
        configuration("--config", "many.json", "{\"model_type\": \"mask2former\", \"num_attention_heads\": 1e999}", "");
        configuration("--classes", "few.txt", "road\n", "has 1 of them, the model 19");
        configuration("--classes", "columns.txt", "road\t1\t2\n", "");
        configuration("--classes", "none.txt", "", "");
    }

    /// `&b [*a, *a, …]` and so on: nine to the power of nine.
    private static String laughs() {
        StringBuilder text = new StringBuilder();
        for (char name = 'b'; name <= 'j'; name++) {
            text.append(name).append(": &").append(name).append(" [").append(("*" + (char) (name - 1) + ", ").repeat(9)).append("x]\n");
        }
        return text.toString();
    }

    private void configuration(String option, String name, String content, String expected) throws IOException {
        Path file = Files.writeString(inputs.resolve(name), content);
        cases.add(new Case(option + " " + name, List.of("inspect", sound.toString(), option, file.toString()),
                expected.contains("them, the model") ? "few" : name, expected));
    }

    private void pictures() throws IOException, InterruptedException {
        byte[] png = Files.readAllBytes(Small.png(inputs.resolve("sound.png")));
        byte[] jpeg = Files.readAllBytes(Small.jpeg(inputs.resolve("sound.jpg")));
        picture("text called a picture", "text.jpg", text("not a picture"), "no picture by its first bytes");
        picture("an empty picture", "empty.png", new byte[0], "empty");
        picture("half a PNG", "half.png", Arrays.copyOf(png, png.length / 2), "copy it again");
        picture("half a JPEG", "half.jpg", Arrays.copyOf(jpeg, jpeg.length / 2), "copy it again");
        picture("60000x60000 pixels in a header", "huge.png", huge(png), "60000x60000 pixels");
        picture("65535x65535 pixels in a header", "huge.jpg", hugeJpeg(jpeg), "65535x65535 pixels");
        picture("a WebP picture", "webp.png", text("RIFF\0\0\0\0WEBPVP8 "), "WebP");
        picture("a missing picture", inputs.resolve("nowhere.png"), "nowhere.png", "no such file");
        picture("a folder called a picture", Files.createDirectory(inputs.resolve("folder.png")), "folder.png", "has no pictures");
        picture("a pipe called a picture", pipe("pipe.png"), "pipe.png", "pipe");
        picture("a new line in a name", inputs.resolve("two\nlines.png"), "two", "no such file");
        picture("a terminal's command in a name", inputs.resolve("red\33[31m.png"), "red", "there is no file");
        picture("a folder of that name", Files.createDirectory(inputs.resolve("blue\33[34m")), "blue\\u001b[34m", "has no pictures");
    }

    /// The size in IHDR, with the checksum that goes with it.
    private static byte[] huge(byte[] png) {
        byte[] lying = png.clone();
        ByteBuffer header = ByteBuffer.wrap(lying);
        header.putInt(16, 60_000).putInt(20, 60_000);
        CRC32 checksum = new CRC32();
        checksum.update(lying, 12, 17);
        header.putInt(29, (int) checksum.getValue());
        return lying;
    }

    /// The size in the baseline frame's header, SOF0.
    private static byte[] hugeJpeg(byte[] jpeg) {
        byte[] lying = jpeg.clone();
        String hexadecimal = HexFormat.of().formatHex(jpeg);
        int frame = hexadecimal.indexOf("ffc00011") / 2;
        ByteBuffer.wrap(lying).putInt(frame + 5, -1);
        return lying;
    }

    private void placesToWrite() throws IOException, InterruptedException {
        Path picture = Small.png(inputs.resolve("scene.png"));
        Path file = Files.write(inputs.resolve("a-file"), text("precious"));
        Path pipe = pipe("pipe.onnx");
        Path copy = Files.copy(sound, inputs.resolve("copy.pkl"));
        Path link = Files.createSymbolicLink(inputs.resolve("link.pkl"), copy);
        convert("a folder as the target", sound, outputs, "it is a folder");
        convert("a missing folder", sound, outputs.resolve("missing/model.onnx"), "make it");
        convert("a file in the folder's place", sound, file.resolve("model.onnx"), "a-file");
        convert("a pipe as the target", sound, pipe, "pipe or a device");
        convert("a device as the target", sound, Path.of("/dev/full"), "pipe or a device");
        convert("the checkpoint as the target", copy, copy, "checkpoint itself");
        convert("a link to the checkpoint", copy, link, "checkpoint itself");
        segment("a file as the folder", picture, file, "is a file");
        segment("a folder in a file", picture, file.resolve("maps"), "is a file");
        segment("a folder that none can make", picture, Path.of("/proc/maskforge"), "/proc/maskforge");
        Path pictures = Files.createDirectory(inputs.resolve("pictures"));
        Small.png(pictures.resolve("a.png"));
        Small.png(pictures.resolve("a.labels.png"));
        cases.add(new Case("results in place of a picture", List.of("segment", "-q", sound.toString(), pictures.toString(), "-o",
                pictures.toString()), "a.labels.png", "would replace the picture"));
    }

    private void convert(String name, Path checkpoint, Path target, String expected) {
        cases.add(new Case(name, List.of("convert", "-q", checkpoint.toString(), "-o", target.toString()),
                String.valueOf(target.getFileName()), expected));
    }

    private void segment(String name, Path picture, Path target, String expected) {
        cases.add(
                new Case(name, List.of("segment", "-q", sound.toString(), picture.toString(), "--size", "64x128", "-o", target.toString()),
                        String.valueOf(target.getFileName()), expected));
    }

    private void optimise(String name, Path file, Path target, String culprit, String expected) {
        cases.add(new Case(name, List.of("optimize", file.toString(), "-o", target.toString()), culprit, expected));
    }

    private void graph(String name, byte[] bytes, String expected) throws IOException {
        Path file = Files.write(inputs.resolve(name.replace(' ', '-') + ".onnx"), bytes);
        optimise(name, file, outputs.resolve("optimised.onnx"), String.valueOf(file.getFileName()), expected);
    }

    /// ONNX files to optimise. What their readers refuse is in HostileModelTest; here is what the user sees of it.
    private void graphs() throws IOException {
        Path file = Path.of(System.getProperty("maskforge.fixtures"), "exports", "maskformer-scores-opset16.onnx");
        byte[] bytes = Files.readAllBytes(file);
        Path target = outputs.resolve("optimised.onnx");
        optimise("a graph that is missing", inputs.resolve("nowhere.onnx"), target, "nowhere.onnx", "no such file");
        optimise("a folder as graph", inputs, target, "inputs", "it is a folder");
        graph("an empty graph", new byte[0], "there is no graph");
        graph("a text as graph", text("These are the weights."), "not an ONNX model");
        graph("a graph cut in half", Arrays.copyOf(bytes, bytes.length / 2), "");
        graph("a graph cut by one byte", Arrays.copyOf(bytes, bytes.length - 1), "");
        Path copy = Files.copy(file, inputs.resolve("graph.onnx"));
        optimise("the graph as its own target", copy, copy, "graph.onnx", "itself");
        optimise("a target that is no ONNX file", copy, outputs.resolve("graph.data"), "graph.data", "name it graph.data.onnx");
        optimise("a target in a missing folder", copy, outputs.resolve("missing/graph.onnx"), "missing", "make it");
    }

    private void plan(String name, Path file, String expected) {
        cases.add(new Case(name, List.of("inspect", file.toString()), String.valueOf(file.getFileName()), expected));
    }

    /// Plans of nothing in particular: they are looked at, not opened.
    private void plans() throws IOException {
        plan("no plan", inputs.resolve("nowhere.plan"), "is no file");
        plan("folder of a plan", Files.createDirectory(inputs.resolve("folder.plan")), "is no file");
        Path alone = Files.write(inputs.resolve("alone.plan"), text("ftrt and what TensorRT itself writes"));
        plan("plan of another tool", alone, "alone.plan.json is not beside it");
        Path cut = SmallPlan.write(inputs.resolve("cut.plan"));
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 10));
        plan("plan that is cut off", cut, "it has 10 bytes, and 1000 were written");
        Path exchanged = SmallPlan.write(inputs.resolve("exchanged.plan"));
        Files.write(exchanged, new byte[1000]);
        plan("plan that is another", exchanged, "its checksum is not the one beside it");
        planWith("huge", text("[".repeat(1 << 21)), "more than 1048576 bytes");
        planWith("deep", text("[".repeat(1 << 20)), "");
        planWith("long", text("{\"tool\": \"" + "x".repeat(1 << 19)), "");
        Path sound = SmallPlan.write(inputs.resolve("sound.plan"));
        planWith("steering", text(Files.readString(PlanFile.record(sound)).replaceFirst("\\{", "{\"\\\\u001b[2J\\\\u202e\\\\n\": 1,")),
                "[2J");
        planWith("empty", new byte[0], "");
    }

    private void planWith(String name, byte[] record, String expected) throws IOException {
        Path plan = SmallPlan.write(inputs.resolve(name + ".plan"));
        Files.write(inputs.resolve(name + ".plan.json"), record);
        plan("plan with " + name + " json", plan, expected);
    }
}

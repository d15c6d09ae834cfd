package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.pickle.PickleException;
import dev.maskforge.checkpoint.pickle.PickleValue;
import dev.maskforge.checkpoint.pickle.TorchPickles;
import dev.maskforge.checkpoint.pickle.TorchStorage;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What `torch.save` writes since PyTorch 1.6: a zip archive of a pickle, `NAME/data.pkl`, and a record for each storage,
/// `NAME/data/KEY`.
///
/// Source: `torch/serialization.py`, `_save` and `_load`.
final class TorchZip implements CheckpointFormat {
    private static final String PICKLE = "data.pkl";
    private static final long LARGEST_PICKLE = 64L << 20;
    private static final long LONGEST_BYTE_ORDER = 16;

    @Override
    public String title() {
        return "a file of torch.save (.pth, .pt, .bin)";
    }

    @Override
    public boolean recognises(CheckpointFile file) {
        return file.startsWith("PK\3\4");
    }

    @Override
    public Weights read(CheckpointFile file) {
        ZipArchive archive = ZipArchive.read(file);
        ZipRecord pickle = pickle(file, archive);
        String folder = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
        refuseTorchScript(file, archive, folder);
        archive.requireStored();
        if (pickle.size() > LARGEST_PICKLE) {
            throw file.refusal("its " + pickle.name() + " has " + pickle.size() + " bytes, over the limit of " + LARGEST_PICKLE
                    + ", which no checkpoint needs; get the file anew from its publisher");
        }
        boolean isBigEndian = isBigEndian(file, archive, folder);
        try {
            TorchPickles pickles = new TorchPickles(pickle.memory(), file.memory().byteSize());
            PickleValue root = pickles.next();
            pickles.requireEnd();
            pickles.storages().forEach(storage -> bind(file, archive, folder, storage, isBigEndian));
            return NamedTensors.in(file, root);
        } catch (PickleException e) {
            throw file.refusal("its " + pickle.name() + " is " + e.getMessage(), e);
        }
    }

    private static ZipRecord pickle(CheckpointFile file, ZipArchive archive) {
        List<ZipRecord> pickles = archive.records().values().stream()
                .filter(record -> record.name().equals(PICKLE) || record.name().endsWith("/" + PICKLE)).toList();
        if (pickles.size() > 1) {
            throw file.refusal("this zip archive has several records data.pkl; give a checkpoint that torch.save wrote");
        }
        if (pickles.isEmpty()) {
            String names = archive.records().sequencedKeySet().stream().limit(3).map(name -> Printable.line(name, 40))
                    .collect(Collectors.joining(", "));
            throw file.refusal("this zip archive has no data.pkl, as torch.save writes it"
                    + (names.isEmpty() ? "" : ", but " + names) + "; if a checkpoint is in it, unpack it first");
        }
        return pickles.getFirst();
    }

    private static void refuseTorchScript(CheckpointFile file, ZipArchive archive, String folder) {
        boolean isTorchScript = archive.find(folder + "constants.pkl").isPresent()
                || archive.records().keySet().stream().anyMatch(name -> name.startsWith(folder + "code/"));
        if (isTorchScript) {
            throw file.refusal("this is TorchScript, a program and not only weights; give the checkpoint that it was made from, or in "
                    + "Python save torch.jit.load(...).state_dict() with torch.save");
        }
    }

    /// Files from before PyTorch 2.1 do not say, and come from little-endian machines.
    private static boolean isBigEndian(CheckpointFile file, ZipArchive archive, String folder) {
        Optional<ZipRecord> record = archive.find(folder + "byteorder");
        record.filter(found -> found.size() > LONGEST_BYTE_ORDER).ifPresent(found -> {
            throw file.refusal("its byte order is a record of " + found.size() + " bytes; get the file anew from its publisher");
        });
        String order = record.map(found -> new String(found.memory().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1))
                .orElse("little");
        return switch (order) {
            case "little" -> false;
            case "big" -> true;
            default -> throw file.refusal("its byte order is '" + Printable.line(order) + "'; get the file anew from its publisher");
        };
    }

    private static void bind(CheckpointFile file, ZipArchive archive, String folder, TorchStorage storage, boolean isBigEndian) {
        String name = folder + "data/" + storage.key();
        ZipRecord record = archive.find(name).orElseThrow(() -> file.refusal("this zip archive lacks the record '"
                + Printable.line(name, 80) + "' with a tensor's elements; get the file anew from its publisher"));
        if (record.size() != storage.byteSize()) {
            throw file.refusal("the record '" + Printable.line(name, 80) + "' has " + record.size() + " bytes, its tensors need "
                    + storage.byteSize() + "; get the file anew from its publisher");
        }
        storage.bind(record::memory, isBigEndian);
    }
}

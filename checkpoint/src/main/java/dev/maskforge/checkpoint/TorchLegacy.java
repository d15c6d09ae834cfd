package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.pickle.PickleDictionary;
import dev.maskforge.checkpoint.pickle.PickleException;
import dev.maskforge.checkpoint.pickle.PickleList;
import dev.maskforge.checkpoint.pickle.PickleText;
import dev.maskforge.checkpoint.pickle.PickleValue;
import dev.maskforge.checkpoint.pickle.PickleValue.Whole;
import dev.maskforge.checkpoint.pickle.TorchPickles;
import dev.maskforge.checkpoint.pickle.TorchStorage;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// What `torch.save` wrote before PyTorch 1.6: five pickles (a magic number, a version, the machine, the object, the keys of
/// its storages), then of each storage the number of elements in 8 bytes and the elements, all little-endian.
///
/// Source: `torch/serialization.py`, `_legacy_save` and `_legacy_load`.
final class TorchLegacy implements CheckpointFormat {
    /// The magic number 0x1950a86a20f9469cfc6c as LONG1, and the pickle's end.
    private static final String MAGIC = "\212\12\154\374\234\106\371\40\152\250\120\31.";
    private static final int PROTOCOL = 2;
    /// From protocol 4 on, a frame begins after the protocol.
    private static final int FRAME = 9;
    private static final long VERSION = 1001;
    private static final String CUT_SHORT = "; the file is cut short or damaged, download it anew";

    @Override
    public String title() {
        return "an old file of torch.save";
    }

    @Override
    public boolean recognises(CheckpointFile file) {
        return file.startsWith("\200") && (file.has(PROTOCOL, MAGIC) || file.has(PROTOCOL + FRAME, MAGIC));
    }

    @Override
    public Weights read(CheckpointFile file) {
        TorchPickles pickles = new TorchPickles(file.memory(), file.memory().byteSize());
        try {
            pickles.next();
            if (!(pickles.next() instanceof Whole(long version)) || version != VERSION) {
                throw file.refusal("this is a file of torch.save in another version than " + VERSION + "; save it anew with torch.save");
            }
            if (!(pickles.next() instanceof PickleDictionary)) {
                throw file.refusal("the file does not say which machine wrote it; get it anew from its publisher");
            }
            PickleValue root = pickles.next();
            bind(file, pickles, pickles.next());
            return NamedTensors.in(file, root);
        } catch (PickleException e) {
            throw file.refusal(String.valueOf(e.getMessage()), e);
        }
    }

    private static void bind(CheckpointFile file, TorchPickles pickles, PickleValue keys) {
        if (!(keys instanceof PickleList list)) {
            throw file.refusal("the keys of the storages are " + keys.kind() + ", not a list; get the file anew from its publisher");
        }
        Map<String, TorchStorage> storages = new HashMap<>();
        pickles.storages().forEach(storage -> storages.put(storage.key(), storage));
        long position = pickles.position();
        for (PickleValue key : list.elements()) {
            TorchStorage storage = key instanceof PickleText text ? storages.remove(text.string()) : null;
            if (storage == null) {
                throw file.refusal("the file has a storage that no tensor names, or has it twice; get it anew from its publisher");
            }
            position = bind(file, storage, position);
        }
        if (!storages.isEmpty()) {
            throw file.refusal("the file lacks the storage '" + Printable.line(storages.keySet().iterator().next(), 80)
                    + "' of a tensor; get it anew from its publisher");
        }
        if (position != file.memory().byteSize()) {
            throw file.refusal("the file goes on after its last storage, at byte " + position + "; get it anew from its publisher");
        }
    }

    /// @return where the next storage begins
    private static long bind(CheckpointFile file, TorchStorage storage, long position) {
        MemorySegment memory = file.memory();
        if (memory.byteSize() - position < Long.BYTES) {
            throw file.refusal("the file ends before the storage '" + Printable.line(storage.key(), 80) + "'" + CUT_SHORT);
        }
        long count = memory.get(Tensor.INT64, position);
        if (count != storage.elementCount()) {
            throw file.refusal("the storage '" + Printable.line(storage.key(), 80) + "' has " + count + " elements, its tensors need "
                    + storage.elementCount() + "; get the file anew from its publisher");
        }
        long begin = position + Long.BYTES;
        if (storage.byteSize() > memory.byteSize() - begin) {
            throw file.refusal("the file ends inside the storage '" + Printable.line(storage.key(), 80) + "'" + CUT_SHORT);
        }
        MemorySegment bytes = memory.asSlice(begin, storage.byteSize());
        storage.bind(() -> bytes, false);
        return begin + storage.byteSize();
    }
}

package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.pickle.PickleException;
import dev.maskforge.checkpoint.pickle.PickleInterpreter;
import java.util.regex.Pattern;

/// Pickled numpy arrays by name, as Detectron2's published models are.
final class NumpyPickle implements CheckpointFormat {
    private static final int HEAD = 512;

    /// How protocols 0 and 1 begin, which have no magic number: with a container, or with the name of one.
    private static final Pattern OLD_PROTOCOL = Pattern
            .compile("(\\([dlt][pqrSVUXI(.]|\\(S['\"]|[}\\])][q(r.]|\\(?[ci][\\w.]+\\r?\\n[\\w.]+\\r?\\n).*", Pattern.DOTALL);

    @Override
    public String title() {
        return "a pickle of numpy arrays (Detectron2's .pkl)";
    }

    @Override
    public boolean recognises(CheckpointFile file) {
        return file.startsWith("\200") || OLD_PROTOCOL.matcher(file.head(HEAD)).matches();
    }

    @Override
    public Weights read(CheckpointFile file) {
        try {
            return NamedTensors.in(file, PickleInterpreter.read(file.memory()));
        } catch (PickleException e) {
            throw file.refusal(String.valueOf(e.getMessage()), e);
        }
    }
}

package dev.maskforge.checkpoint;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file's name as Meta publishes checkpoints, `model_final_38c00c.pkl`: it ends with the first six digits of the file's MD5.
/// What stands before `model_final_` does not count, so that users may sort their files by prefixes.
///
/// @param digits six lower-case hexadecimal digits; the zoo knows the models by them
public record OfficialName(String digits) {
    private static final Pattern NAME = Pattern.compile(".*model_final_([0-9a-f]{6})\\.pkl");

    /// What the name of a file says, if it is an official one.
    public static Optional<OfficialName> of(Path file) {
        Path name = file.getFileName();
        Matcher matcher = NAME.matcher(name == null ? "" : name.toString());
        return matcher.matches() ? Optional.of(new OfficialName(matcher.group(1))) : Optional.empty();
    }

    /// Compares the name's digits with the file's.
    ///
    /// @param file for the message
    /// @throws CheckpointException if the file is not the one that was published under this name
    public void verify(Path file, Checksum checksum) {
        if (!checksum.hexadecimal().startsWith(digits)) {
            throw new CheckpointException(Printable.line(file + ": the name promises an MD5 that begins with " + digits + ", the file has "
                    + checksum.hexadecimal() + "; download it anew, or if it is a file of your own, give it another name"));
        }
    }
}

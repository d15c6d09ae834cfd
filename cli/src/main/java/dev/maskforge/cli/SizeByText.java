package dev.maskforge.cli;

import dev.maskforge.models.InputShape;
import dev.maskforge.vision.Size;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// `512x1024`: height, then width, both multiples of 32.
final class SizeByText implements ITypeConverter<Size> {
    @Override
    public Size convert(String text) {
        if (!text.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}")) {
            throw new TypeConversionException("'" + text + "' is not a size; write height and width as 512x1024");
        }
        int x = text.indexOf('x');
        Size size = new Size(Integer.parseInt(text.substring(0, x)), Integer.parseInt(text.substring(x + 1)));
        try {
            input(size);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
        return size;
    }

    /// The network's input of this size, for any number of pictures.
    ///
    /// @throws IllegalArgumentException if a side is no multiple of 32; the message says the nearest that is
    static InputShape input(Size size) {
        return InputShape.ofSize(size.height(), size.width());
    }
}

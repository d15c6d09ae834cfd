package dev.maskforge.graph.onnx;

import dev.maskforge.graph.text.GraphText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// Characters that would break or disguise a line, or steer a terminal, do not get from files into messages.
class ControlCharactersTest {
    @ParameterizedTest
    @ValueSource(strings = {"\0", "\t", "\u001b", "\u0085", "\u009b", "\u2028", "\u2029", "\u202e"})
    void doNotGetIntoMessages(String character) {
        assertEquals("a?b; c", new OnnxException("a" + character + "b", "c").getMessage());
        assertEquals("line 1, column 1: expected '(', found 'a?b'",
                assertThrows(IllegalArgumentException.class, () -> GraphText.parse("a" + character + "b")).getMessage());
    }
}

package dev.maskforge.checkpoint.pickle;

import dev.maskforge.checkpoint.pickle.PickleValue.BigWhole;
import dev.maskforge.checkpoint.pickle.PickleValue.None;
import dev.maskforge.checkpoint.pickle.PickleValue.Real;
import dev.maskforge.checkpoint.pickle.PickleValue.Truth;
import dev.maskforge.checkpoint.pickle.PickleValue.Tuple;
import dev.maskforge.checkpoint.pickle.PickleValue.Whole;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Carries out the operations of a pickle, protocols 0 to 5, on plain values and arrays.
///
/// It cannot run anything: a name is one of the constants of its [Dialect] or the pickle is refused, and what calling one
/// means is written out there. Every count is bounded by [Limits], lengths are compared with the file before anything
/// is allocated, and nothing recurses. Operations that no pickler writes for a checkpoint are refused by name.
public final class PickleInterpreter {
    private static final int NEWEST_PROTOCOL = 5;
    /// Bytes of heap that an empty container takes, with what [Structure] must know of it.
    private static final long CONTAINER = 112;

    private final PickleInput input;
    private final PickleStack stack = new PickleStack();
    private final Map<Long, PickleValue> memo = new HashMap<>();
    private final Allowance allowance;
    private final Dialect dialect;

    PickleInterpreter(PickleInput input, Allowance allowance, Dialect dialect) {
        this.input = input;
        this.allowance = allowance;
        this.dialect = dialect;
    }

    /// The value that a pickle stands for. Its arrays and texts stay in the file, so they live as long as this memory.
    ///
    /// @param file one pickle, and nothing after it
    /// @throws PickleException if it is damaged, or asks for more than a checkpoint needs
    public static PickleValue read(MemorySegment file) {
        PickleInput input = new PickleInput(file, 0);
        Allowance allowance = Allowance.ofArrays(file.byteSize());
        PickleValue value = new PickleInterpreter(input, allowance, new NumpyDialect(new Reductions(allowance))).run();
        input.requireEnd();
        return value;
    }

    /// The value of the pickle that begins where the input is, which is then behind it.
    PickleValue run() {
        while (true) {
            Opcode opcode = input.readOpcode();
            allowance.spendOperation(at());
            if (opcode == Opcode.STOP) {
                return stop();
            }
            perform(opcode);
        }
    }

    private void perform(Opcode opcode) {
        switch (opcode) {
            case PROTO -> protocol();
            case FRAME -> input.beginFrame();
            case STOP -> throw new AssertionError(opcode);

            case NONE -> push(None.NONE);
            case NEWTRUE -> pushTruth(true);
            case NEWFALSE -> pushTruth(false);
            case BININT -> pushWhole(input.readInt());
            case BININT1 -> pushWhole(input.readByte());
            case BININT2 -> pushWhole(input.readUnsignedShort());
            case LONG1 -> pushLittleEndian(input.readByte());
            case LONG4 -> pushLittleEndian(input.readSignedLength());
            case INT -> pushWholeOrTruth(input.readLine(Limits.NUMBER));
            case LONG -> pushLong(input.readLine(Limits.NUMBER));
            case BINFLOAT -> pushReal(input.readDouble());
            case FLOAT -> pushReal(Numbers.real(at(), input.readLine(Limits.NUMBER)));

            case SHORT_BINUNICODE -> pushText(input.read(input.readByte(), Encoding.UTF_8));
            case BINUNICODE -> pushText(input.read(input.readUnsignedInt(), Encoding.UTF_8));
            case BINUNICODE8 -> pushText(input.read(input.readLong(), Encoding.UTF_8));
            case UNICODE -> pushText(input.readLine(Encoding.UNICODE_ESCAPES));
            case SHORT_BINSTRING -> pushText(input.read(input.readByte(), Encoding.RAW));
            case BINSTRING -> pushText(input.read(input.readSignedLength(), Encoding.RAW));
            case STRING -> pushLiteral(input.readLine(Encoding.LITERAL_ESCAPES));
            case SHORT_BINBYTES -> pushBytes(input.read(input.readByte(), Encoding.RAW));
            case BINBYTES -> pushBytes(input.read(input.readUnsignedInt(), Encoding.RAW));
            case BINBYTES8, BYTEARRAY8 -> pushBytes(input.read(input.readLong(), Encoding.RAW));

            case MARK -> stack.mark(at());
            case EMPTY_TUPLE -> pushTuple(List.of());
            case TUPLE1 -> pushTuple(pop(1));
            case TUPLE2 -> pushTuple(pop(2));
            case TUPLE3 -> pushTuple(pop(3));
            case TUPLE -> pushTuple(stack.popToMark(at()));
            case EMPTY_LIST -> pushList(List.of());
            case LIST -> pushList(stack.popToMark(at()));
            case APPEND -> append(pop(1));
            case APPENDS -> append(stack.popToMark(at()));
            case EMPTY_DICT -> pushDictionary(List.of());
            case DICT -> pushDictionary(stack.popToMark(at()));
            case SETITEM -> setItems(pop(2));
            case SETITEMS -> setItems(stack.popToMark(at()));

            case PUT -> remember(Numbers.index(at(), input.readLine(Limits.NUMBER)));
            case BINPUT -> remember(input.readByte());
            case LONG_BINPUT -> remember(input.readUnsignedInt());
            case MEMOIZE -> remember(memo.size());
            case GET -> recall(Numbers.index(at(), input.readLine(Limits.NUMBER)));
            case BINGET -> recall(input.readByte());
            case LONG_BINGET -> recall(input.readUnsignedInt());

            case GLOBAL -> push(global(opcode, input.readLine(Limits.NAME), input.readLine(Limits.NAME)));
            case STACK_GLOBAL -> stackGlobal();
            case REDUCE -> reduce();
            case BUILD -> build();

            case INST -> throw dialect.refusal(at(), opcode, new Global.Name(input.readLine(Limits.NAME), input.readLine(Limits.NAME)));
            case BINPERSID, NEWOBJ, EMPTY_SET, ADDITEMS, FROZENSET -> performIfUsed(opcode);
            case OBJ, NEWOBJ_EX, EXT1, EXT2, EXT4, PERSID, NEXT_BUFFER, READONLY_BUFFER, POP, POP_MARK, DUP -> throw forbidden(opcode);
        }
    }

    private void performIfUsed(Opcode opcode) {
        if (!dialect.uses(opcode)) {
            throw forbidden(opcode);
        }
        switch (opcode) {
            case BINPERSID -> push(dialect.persistent(at(), stack.pop(at())));
            case NEWOBJ -> reduce();
            case EMPTY_SET -> pushSet(List.of());
            case FROZENSET -> pushSet(stack.popToMark(at()));
            case ADDITEMS -> addItems(stack.popToMark(at()));
            default -> throw new AssertionError(opcode);
        }
    }

    private PickleException forbidden(Opcode opcode) {
        return PickleException.forbidden(at(), "the pickle uses the operation " + opcode);
    }

    private void protocol() {
        int protocol = input.readByte();
        if (!input.isAtFirstOperation()) {
            throw PickleException.damaged(at(), "PROTO is not the first operation");
        }
        if (protocol > NEWEST_PROTOCOL) {
            throw PickleException.unsupported(at(), "the pickle has protocol " + protocol,
                    "save it with protocol " + NEWEST_PROTOCOL + " or older");
        }
    }

    private PickleValue stop() {
        PickleValue result = stack.popLast(at());
        input.endFrame();
        Structure.check(at(), result);
        return result;
    }

    private void pushTruth(boolean truth) {
        push(truth ? Truth.TRUE : Truth.FALSE);
    }

    private void pushWhole(long number) {
        allowance.spendMemory(at(), 24);
        push(new Whole(number));
    }

    private void pushBig(BigInteger number) {
        if (number.bitLength() < Long.SIZE) {
            pushWhole(number.longValue());
            return;
        }
        if (number.bitLength() >= Byte.SIZE * Limits.INTEGER) {
            throw PickleException.tooLarge(at(), "an integer of " + number.bitLength() + " bits is", Byte.SIZE * Limits.INTEGER - 1);
        }
        allowance.spendMemory(at(), 96);
        push(new BigWhole(number));
    }

    private void pushLittleEndian(long length) {
        if (length > Limits.INTEGER) {
            throw PickleException.tooLarge(at(), "an integer of " + length + " bytes is", Limits.INTEGER);
        }
        pushBig(Numbers.littleEndian(input.read(length, Encoding.RAW)));
    }

    /// Protocols 0 and 1 write truth values as the integers 00 and 01.
    private void pushWholeOrTruth(String line) {
        switch (line) {
            case "00" -> pushTruth(false);
            case "01" -> pushTruth(true);
            default -> pushBig(Numbers.whole(at(), line));
        }
    }

    private void pushLong(String line) {
        pushBig(Numbers.whole(at(), line.endsWith("L") ? line.substring(0, line.length() - 1) : line));
    }

    private void pushReal(double number) {
        allowance.spendMemory(at(), 24);
        push(new Real(number));
    }

    private void pushText(Stored stored) {
        allowance.spendMemory(at(), 72);
        push(new PickleText(stored));
    }

    /// Python 2 writes a text as a literal between quotes.
    private void pushLiteral(Stored line) {
        boolean isQuoted = line.length() >= 2 && (line.startsAndEndsWith('\'') || line.startsAndEndsWith('"'));
        if (!isQuoted) {
            throw PickleException.damaged(at(), "the text of STRING does not stand between quotes");
        }
        pushText(line.inner());
    }

    private void pushBytes(Stored stored) {
        allowance.spendMemory(at(), 64);
        push(new PickleBytes(stored));
    }

    private void pushTuple(List<PickleValue> elements) {
        allowance.spendMemory(at(), CONTAINER + 4L * elements.size());
        push(new Tuple(elements));
    }

    private void pushList(List<PickleValue> elements) {
        allowance.spendMemory(at(), CONTAINER);
        push(new PickleList());
        append(elements);
    }

    private void append(List<PickleValue> elements) {
        PickleValue target = stack.top(at());
        if (!(target instanceof PickleList list)) {
            throw PickleException.damaged(at(), "an element is appended to " + target.kind());
        }
        allowance.spendMemory(at(), 8L * elements.size());
        elements.forEach(element -> list.append(at(), element));
    }

    private void pushSet(List<PickleValue> elements) {
        allowance.spendMemory(at(), CONTAINER);
        push(new PickleSet());
        addItems(elements);
    }

    private void addItems(List<PickleValue> elements) {
        PickleValue target = stack.top(at());
        if (!(target instanceof PickleSet set)) {
            throw PickleException.damaged(at(), "an element is added to " + target.kind());
        }
        allowance.spendMemory(at(), 8L * elements.size());
        set.addAll(at(), elements);
    }

    private void pushDictionary(List<PickleValue> keysAndValues) {
        allowance.spendMemory(at(), CONTAINER);
        push(new PickleDictionary(false));
        setItems(keysAndValues);
    }

    private void setItems(List<PickleValue> keysAndValues) {
        PickleValue target = stack.top(at());
        if (!(target instanceof PickleDictionary dictionary)) {
            throw PickleException.damaged(at(), "a key is set in " + target.kind());
        }
        if (keysAndValues.size() % 2 != 0) {
            throw PickleException.damaged(at(), "a key has no value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            dialect.put(at(), dictionary, keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    private void remember(long index) {
        if (memo.size() == Limits.MEMO) {
            throw PickleException.tooLarge(at(), "the memo grows", Limits.MEMO);
        }
        allowance.spendMemory(at(), 80);
        memo.put(index, stack.top(at()));
    }

    private void recall(long index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw PickleException.damaged(at(), "nothing was remembered as number " + index);
        }
        push(value);
    }

    private void stackGlobal() {
        List<PickleValue> parts = pop(2);
        push(global(Opcode.STACK_GLOBAL, namePart(parts.getFirst()), namePart(parts.getLast())));
    }

    private String namePart(PickleValue part) {
        if (!(part instanceof PickleText text)) {
            throw PickleException.damaged(at(), part.kind() + " is used as a name");
        }
        if (text.stored().length() > Limits.NAME) {
            throw PickleException.tooLarge(at(), "a name of " + text.stored().length() + " bytes is", Limits.NAME);
        }
        allowance.spendMemory(at(), Limits.NAME);
        return text.string();
    }

    private PickleValue global(Opcode opcode, String module, String name) {
        Global.Name whole = new Global.Name(module, name);
        return dialect.named(whole).orElseThrow(() -> dialect.refusal(at(), opcode, whole));
    }

    private void reduce() {
        List<PickleValue> call = pop(2);
        PickleValue callee = call.getFirst();
        if (!(call.getLast() instanceof Tuple(List<PickleValue> arguments))) {
            throw PickleException.damaged(at(), "a call's arguments are " + call.getLast().kind() + ", not a tuple");
        }
        push(dialect.call(at(), callee, arguments));
    }

    private void build() {
        PickleValue state = stack.pop(at());
        dialect.build(at(), stack.top(at()), state);
    }

    private void push(PickleValue value) {
        stack.push(at(), value);
    }

    /// The topmost values, from the bottom up.
    private List<PickleValue> pop(int count) {
        PickleValue[] values = new PickleValue[count];
        for (int i = count - 1; i >= 0; i--) {
            values[i] = stack.pop(at());
        }
        return List.of(values);
    }

    private long at() {
        return input.opcodeOffset();
    }
}

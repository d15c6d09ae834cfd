package dev.maskforge.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A dimension of a shape: an integer polynomial in symbols, with ceiling division.
///
/// `32·h` is a height that is a multiple of 32, `21·h·w` the number of tokens of its three coarse feature maps, and
/// `7·⌈h/7⌉` a map padded to Swin's window. One graph with such dimensions serves fixed and free sizes alike. The form
/// is canonical: two dimensions that are equal as polynomials are [#equals(Object) equal].
public final class Dimension {
    public static final Dimension ZERO = of(0);
    public static final Dimension ONE = of(1);

    /// Coefficients by monomial. A monomial is a sorted product of atoms; the empty one is the constant.
    private final SortedMap<Monomial, Long> terms;

    /// The value where no symbol is in it. Every run of a session asks for it, more than once.
    private final OptionalLong constant;

    private Dimension(SortedMap<Monomial, Long> terms) {
        this.terms = terms;
        boolean isConstant = terms.isEmpty() || terms.size() == 1 && terms.containsKey(Monomial.CONSTANT);
        this.constant = isConstant ? OptionalLong.of(terms.getOrDefault(Monomial.CONSTANT, 0L)) : OptionalLong.empty();
    }

    /// What a monomial multiplies: a symbol, or a ceiling division that could not be carried out.
    private sealed interface Atom extends Comparable<Atom> {
        @Override
        default int compareTo(Atom other) {
            return toString().compareTo(other.toString());
        }
    }

    private record Symbol(String name) implements Atom {
        @Override
        public String toString() {
            return name;
        }
    }

    private record CeilingOfQuotient(Dimension dividend, long divisor) implements Atom {
        @Override
        public String toString() {
            return "ceil((" + dividend + ")/" + divisor + ")";
        }
    }

    private record Monomial(List<Atom> atoms) implements Comparable<Monomial> {
        static final Monomial CONSTANT = new Monomial(List.of());

        Monomial times(Monomial other) {
            List<Atom> all = new ArrayList<>(atoms);
            all.addAll(other.atoms);
            all.sort(null);
            return new Monomial(List.copyOf(all));
        }

        /// Higher degrees first, so that the constant is printed last.
        @Override
        public int compareTo(Monomial other) {
            int byDegree = Integer.compare(other.atoms.size(), atoms.size());
            return byDegree != 0 || atoms.isEmpty() ? byDegree : toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return atoms.stream().map(Atom::toString).collect(Collectors.joining("*"));
        }
    }

    public static Dimension of(long size) {
        SortedMap<Monomial, Long> terms = new TreeMap<>();
        if (size != 0) {
            terms.put(Monomial.CONSTANT, size);
        }
        return new Dimension(terms);
    }

    /// A dimension known only when the graph runs.
    public static Dimension symbol(String name) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new IllegalArgumentException("'" + name + "' is not a symbol: letters, digits and _ are");
        }
        return of(new Symbol(name));
    }

    private static Dimension of(Atom atom) {
        SortedMap<Monomial, Long> terms = new TreeMap<>();
        terms.put(new Monomial(List.of(atom)), 1L);
        return new Dimension(terms);
    }

    /// The dimension that [#toString()] gives as this text; spaces between its parts are free.
    ///
    /// @throws IllegalArgumentException if the text is none; the message says where
    public static Dimension parse(String text) {
        return new DimensionParser(text).parse();
    }

    public Dimension plus(Dimension other) {
        SortedMap<Monomial, Long> sum = new TreeMap<>(terms);
        other.terms.forEach((monomial, coefficient) -> add(sum, monomial, coefficient));
        return new Dimension(sum);
    }

    public Dimension plus(long constant) {
        return plus(of(constant));
    }

    public Dimension minus(Dimension other) {
        return plus(other.times(-1));
    }

    public Dimension times(Dimension other) {
        SortedMap<Monomial, Long> product = new TreeMap<>();
        terms.forEach((a, x) -> other.terms.forEach((b, y) -> add(product, a.times(b), Math.multiplyExact(x, y))));
        return new Dimension(product);
    }

    public Dimension times(long factor) {
        return times(of(factor));
    }

    /// `⌈this / divisor⌉`. Terms whose coefficients the divisor divides leave the brackets, and a ceiling within becomes one
    /// with this, `⌈(⌈x/m⌉ + y) / n⌉ = ⌈(x + m·y) / (m·n)⌉`, so that maps halved in different ways have equal sizes.
    public Dimension ceilingDivide(long divisor) {
        if (divisor <= 0) {
            throw new IllegalArgumentException("cannot divide " + this + " by " + divisor);
        }
        SortedMap<Monomial, Long> whole = new TreeMap<>();
        SortedMap<Monomial, Long> rest = new TreeMap<>();
        terms.forEach((monomial, coefficient) -> {
            if (coefficient % divisor == 0) {
                whole.put(monomial, coefficient / divisor);
            } else {
                rest.put(monomial, coefficient);
            }
        });
        Dimension remainder = new Dimension(rest);
        Dimension quotient = new Dimension(whole);
        if (remainder.isConstant()) {
            return quotient.plus(Math.ceilDiv(remainder.size(), divisor));
        }
        return quotient.plus(remainder.onlyCeiling()
                .map(inner -> remainder.minus(of(inner)).times(inner.divisor()).plus(inner.dividend())
                        .ceilingDivide(Math.multiplyExact(inner.divisor(), divisor)))
                .orElseGet(() -> of(new CeilingOfQuotient(remainder, divisor))));
    }

    /// The ceiling that this is the sum of with other things, if there is one such and no other.
    private Optional<CeilingOfQuotient> onlyCeiling() {
        List<CeilingOfQuotient> ceilings = terms.entrySet().stream().filter(term -> term.getValue() == 1)
                .map(term -> term.getKey().atoms())
                .filter(atoms -> atoms.size() == 1).map(List::getFirst)
                .flatMap(atom -> atom instanceof CeilingOfQuotient ceiling ? Stream.of(ceiling) : Stream.empty()).toList();
        return ceilings.size() == 1 ? Optional.of(ceilings.getFirst()) : Optional.empty();
    }

    /// `⌊this / divisor⌋`.
    public Dimension floorDivide(long divisor) {
        return plus(1 - divisor).ceilingDivide(divisor);
    }

    /// The dimension that times the divisor is this one: `32·h·w` divided by `4·h` is `8·w`.
    ///
    /// @return empty if there is none, or none that is found by dividing term by term
    public Optional<Dimension> divideExactly(Dimension divisor) {
        if (divisor.terms.isEmpty()) {
            return Optional.empty();
        }
        Dimension quotient = ZERO;
        Dimension rest = this;
        for (int step = 0; step <= terms.size() && !rest.terms.isEmpty(); step++) {
            Optional<Dimension> next = divide(rest.terms.firstEntry(), divisor.terms.firstEntry());
            if (next.isEmpty()) {
                return Optional.empty();
            }
            quotient = quotient.plus(next.get());
            rest = rest.minus(next.get().times(divisor));
        }
        return rest.terms.isEmpty() ? Optional.of(quotient) : Optional.empty();
    }

    private static Optional<Dimension> divide(Map.Entry<Monomial, Long> term, Map.Entry<Monomial, Long> divisor) {
        List<Atom> atoms = new ArrayList<>(term.getKey().atoms());
        boolean isFactor = divisor.getKey().atoms().stream().allMatch(atoms::remove) && term.getValue() % divisor.getValue() == 0;
        if (!isFactor) {
            return Optional.empty();
        }
        SortedMap<Monomial, Long> quotient = new TreeMap<>();
        quotient.put(new Monomial(List.copyOf(atoms)), term.getValue() / divisor.getValue());
        return Optional.of(new Dimension(quotient));
    }

    public boolean isConstant() {
        return constant.isPresent();
    }

    /// The value of a constant dimension.
    ///
    /// @throws IllegalStateException if it is not [constant][#isConstant()]
    public long size() {
        if (constant.isEmpty()) {
            throw new IllegalStateException("dimension " + this + " is known only at run time");
        }
        return constant.getAsLong();
    }

    /// The symbols in it, in alphabetical order.
    public Set<String> symbols() {
        Set<String> names = new TreeSet<>();
        for (Monomial monomial : terms.keySet()) {
            for (Atom atom : monomial.atoms()) {
                switch (atom) {
                    case Symbol(String name) -> names.add(name);
                    case CeilingOfQuotient(Dimension dividend, _) -> names.addAll(dividend.symbols());
                }
            }
        }
        return names;
    }

    /// Computes the dimension in another arithmetic: integers, other dimensions, or the nodes of an ONNX graph.
    public <T> T evaluate(Arithmetic<T> arithmetic) {
        T sum = null;
        for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
            T product = null;
            for (Atom atom : term.getKey().atoms()) {
                T factor = switch (atom) {
                    case Symbol(String name) -> arithmetic.symbol(name);
                    case CeilingOfQuotient(Dimension dividend, long divisor) ->
                        arithmetic.ceilingDivide(dividend.evaluate(arithmetic), divisor);
                };
                product = product == null ? factor : arithmetic.times(product, factor);
            }
            if (product == null) {
                product = arithmetic.constant(term.getValue());
            } else if (term.getValue() != 1) {
                product = arithmetic.times(product, arithmetic.constant(term.getValue()));
            }
            sum = sum == null ? product : arithmetic.plus(sum, product);
        }
        return sum == null ? arithmetic.constant(0) : sum;
    }

    /// Addition, multiplication and ceiling division over `T`.
    public interface Arithmetic<T> {
        T constant(long value);

        T symbol(String name);

        T plus(T a, T b);

        T times(T a, T b);

        T ceilingDivide(T dividend, long divisor);
    }

    /// The dimension where some symbols have become sizes; the others stay.
    public Dimension with(Map<String, Long> sizes) {
        return evaluate(new Arithmetic<>() {
            @Override
            public Dimension constant(long value) {
                return of(value);
            }

            @Override
            public Dimension symbol(String name) {
                Long size = sizes.get(name);
                return size == null ? Dimension.symbol(name) : of(size);
            }

            @Override
            public Dimension plus(Dimension a, Dimension b) {
                return a.plus(b);
            }

            @Override
            public Dimension times(Dimension a, Dimension b) {
                return a.times(b);
            }

            @Override
            public Dimension ceilingDivide(Dimension dividend, long divisor) {
                return dividend.ceilingDivide(divisor);
            }
        });
    }

    private static void add(SortedMap<Monomial, Long> terms, Monomial monomial, long coefficient) {
        long sum = Math.addExact(terms.getOrDefault(monomial, 0L), coefficient);
        if (sum == 0) {
            terms.remove(monomial);
        } else {
            terms.put(monomial, sum);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Dimension that
                && (constant.isPresent() ? constant.equals(that.constant) : terms.equals(that.terms));
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /// Such as `32*h`, `21*h*w`, `ceil((h)/7)*7` or `100`.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        terms.forEach((monomial, coefficient) -> {
            if (!text.isEmpty() && coefficient >= 0) {
                text.append('+');
            }
            if (monomial.atoms().isEmpty()) {
                text.append(coefficient);
            } else {
                text.append(coefficient == 1 ? "" : coefficient == -1 ? "-" : coefficient + "*").append(monomial);
            }
        });
        return text.isEmpty() ? "0" : text.toString();
    }
}

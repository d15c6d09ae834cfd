package dev.maskforge.graph;

/// Reads what [Dimension#toString()] writes: sums of products of numbers, symbols and `ceil((sum)/number)`.
final class DimensionParser {
    private static final int LONGEST = 1000;
    private static final int DEEPEST = 16;

    private final String text;
    private int position;
    private int depth;

    DimensionParser(String text) {
        this.text = text;
    }

    Dimension parse() {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("a dimension of " + text.length() + " letters");
        }
        try {
            Dimension dimension = sum();
            if (position < text.length()) {
                throw expected("'+', '-', '*' or the end");
            }
            return dimension;
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' has a number too large for 64 bits", e);
        }
    }

    private Dimension sum() {
        Dimension sum = accept("-") ? product().times(-1) : product();
        while (true) {
            if (accept("+")) {
                sum = sum.plus(product());
            } else if (accept("-")) {
                sum = sum.minus(product());
            } else {
                return sum;
            }
        }
    }

    private Dimension product() {
        Dimension product = factor();
        while (accept("*")) {
            product = product.times(factor());
        }
        return product;
    }

    private Dimension factor() {
        if (accept("ceil(")) {
            return ceilingOfQuotient();
        }
        int start = position;
        while (position < text.length() && isWordCharacter(text.charAt(position))) {
            position++;
        }
        String word = text.substring(start, position);
        if (word.isEmpty()) {
            throw expected("a number or a symbol");
        }
        return Character.isDigit(word.charAt(0)) ? Dimension.of(number(word)) : Dimension.symbol(word);
    }

    private Dimension ceilingOfQuotient() {
        if (++depth > DEEPEST) {
            throw new IllegalArgumentException("'" + text + "' divides within divisions, more than " + DEEPEST + " deep");
        }
        require("(");
        Dimension dividend = sum();
        require(")");
        require("/");
        int start = position;
        while (position < text.length() && isWordCharacter(text.charAt(position))) {
            position++;
        }
        long divisor = number(text.substring(start, position));
        require(")");
        depth--;
        return dividend.ceilingDivide(divisor);
    }

    private long number(String digits) {
        if (!digits.matches("[0-9]{1,18}")) {
            throw expected("a number");
        }
        return Long.parseLong(digits);
    }

    private static boolean isWordCharacter(char letter) {
        return letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter >= '0' && letter <= '9' || letter == '_';
    }

    private boolean accept(String token) {
        skipSpace();
        if (!text.startsWith(token, position)) {
            return false;
        }
        position += token.length();
        skipSpace();
        return true;
    }

    private void require(String token) {
        if (!accept(token)) {
            throw expected("'" + token + "'");
        }
    }

    private void skipSpace() {
        while (position < text.length() && text.charAt(position) == ' ') {
            position++;
        }
    }

    private IllegalArgumentException expected(String what) {
        return new IllegalArgumentException("'" + text + "' is not a dimension: at letter " + (position + 1) + " expected " + what);
    }
}

package dev.maskforge.cli;

/// How far apart two words are.
final class EditDistance {
    private static final int LONGEST = 100;

    private EditDistance() {
    }

    /// The number of letters to insert, delete or replace that make one word the other (Levenshtein). Of words longer than
    /// a hundred letters only the first hundred count.
    static int between(String a, String b) {
        int rows = Math.min(LONGEST, a.length());
        int columns = Math.min(LONGEST, b.length());
        int[] above = new int[columns + 1];
        for (int column = 0; column <= columns; column++) {
            above[column] = column;
        }
        for (int row = 1; row <= rows; row++) {
            int[] current = new int[columns + 1];
            current[0] = row;
            for (int column = 1; column <= columns; column++) {
                int replaced = above[column - 1] + (a.charAt(row - 1) == b.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, Math.min(above[column], current[column - 1]) + 1);
            }
            above = current;
        }
        return above[columns];
    }
}

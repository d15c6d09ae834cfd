package dev.maskforge.vision;

/// The scores of all classes in one row after another. One instance belongs to one thread.
interface ScoreRows {
    /// How long a row of scores is: at least the width of the picture.
    int rowLength();

    /// Where in a row of scores each column of the picture is.
    int[] columns();

    /// The scores in row `y`.
    ///
    /// @param scores `[K][rowLength]`, overwritten
    void row(int y, float[][] scores);
}

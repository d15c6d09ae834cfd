package dev.maskforge.kernels;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// How convolutions are cut: everything is done, and nothing twice.
class ConvolutionWorkTest {
    private static final int MOST = 40;
    private static final int MOST_THREADS = 9;
    private static final int LARGEST_MAP = 70;

    @Test
    void eachBlockMeetsEachGroupOnce() {
        for (int blocks = 1; blocks <= MOST; blocks++) {
            for (int groups = 1; groups <= MOST; groups++) {
                for (int threads = 1; threads <= MOST_THREADS; threads++) {
                    for (int preparation : new int[]{0, 1, 3, 50}) {
                        assertComplete(ConvolutionWork.of(blocks, groups, preparation, threads));
                    }
                }
            }
        }
    }

    private static void assertComplete(ConvolutionWork work) {
        int[][] done = new int[work.blocks()][work.groups()];
        for (int unit = 0; unit < work.units(); unit++) {
            assertTrue(work.firstGroup(unit) < work.endGroup(unit), () -> work + " has an empty unit");
            for (int group = work.firstGroup(unit); group < work.endGroup(unit); group++) {
                done[work.block(unit)][group]++;
            }
        }
        for (int[] groups : done) {
            for (int times : groups) {
                assertEquals(1, times, work::toString);
            }
        }
    }

    /// One thread prepares each block once; where more have nothing to do, they share the filters of a block, unless that
    /// takes longer to prepare than it saves.
    @Test
    void filtersAreCutWhereThreadsWouldRest() {
        assertEquals(3, ConvolutionWork.of(3, 1000, 3, 1).units());
        assertTrue(ConvolutionWork.of(1, 1000, 3, 4).units() >= 4);
        assertEquals(5, ConvolutionWork.of(5, 8, 1000, 4).units());
        assertTrue(ConvolutionWork.of(5, 8, 0, 4).units() > 5);
        assertEquals(400, ConvolutionWork.of(400, 8, 3, 4).units());
    }

    @Test
    void eachTileIsInOnePanelAndPanelsAreAsFewAsCanBe() {
        for (int rows = 1; rows <= LARGEST_MAP; rows++) {
            for (int columns = 1; columns <= LARGEST_MAP; columns++) {
                assertComplete(TilePanels.of(rows, columns));
            }
        }
    }

    private static void assertComplete(TilePanels panels) {
        int[][] seen = new int[panels.rows()][panels.columns()];
        for (int number = 0; number < panels.count(); number++) {
            TilePanels.Panel panel = panels.panel(number);
            assertTrue(panel.rows() > 0 && panel.columns() > 0, panels::toString);
            assertTrue(panel.rows() * panel.columns() <= VectorProduct.COLUMNS, panels::toString);
            for (int row = panel.firstRow(); row < panel.firstRow() + panel.rows(); row++) {
                for (int column = panel.firstColumn(); column < panel.firstColumn() + panel.columns(); column++) {
                    seen[row][column]++;
                }
            }
        }
        for (int[] row : seen) {
            for (int times : row) {
                assertEquals(1, times, panels::toString);
            }
        }
        int fewest = Integer.MAX_VALUE;
        for (int height = 1; height <= VectorProduct.COLUMNS; height++) {
            int width = VectorProduct.COLUMNS / height;
            fewest = Math.min(fewest, Math.ceilDiv(panels.rows(), height) * Math.ceilDiv(panels.columns(), width));
        }
        assertEquals(fewest, panels.count(), panels::toString);
    }
}

package dev.maskforge.passes.rewrite;

import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OptimisationNamesTest {
    private static final Lowering LOWERING = new Lowering(Set.of(), Lowering.DeformableAttention.GATHER);

    private static List<String> passes(Pipeline pipeline) {
        return pipeline.passes().stream().map(Pass::name).toList();
    }

    @Test
    void eachPassHasOneNameHoweverOftenItRuns() {
        Optimisation whole = Optimisation.fewerOperations();
        assertEquals("remove unused nodes", whole.names().getFirst());
        assertEquals("fold constants", whole.names().getLast());
        assertEquals(Set.copyOf(passes(whole.then(LOWERING))).size() - 1, whole.names().size());
    }

    @Test
    void aPassIsLeftOutWhereverItRuns() {
        for (String name : Optimisation.fewestProducts().names()) {
            List<String> expected = new ArrayList<>(passes(Optimisation.fewestProducts().then(LOWERING)));
            expected.removeIf(name::equals);
            assertEquals(expected, passes(Optimisation.fewestProducts().without(name).then(LOWERING)));
        }
    }

    @Test
    void whatIsNotThereCannotBeLeftOut() {
        String merge = new MergeProducts(MergeProducts.Into.SELF_ATTENTION).name();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Optimisation.fewerOperations().without(merge));
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("there is no pass '" + merge + "' to leave out; there are remove unused nodes"),
                e::getMessage);
    }

    @Test
    void whateverIsMergedHasNoPositionsInItsWay() {
        for (MergeProducts.Into into : MergeProducts.Into.values()) {
            Set<String> names = Optimisation.merging(EnumSet.of(into)).names();
            assertTrue(names.contains("separate positions from products") && names.contains(new MergeProducts(into).name()),
                    names::toString);
        }
        assertFalse(Optimisation.fewerOperations().names().contains("separate positions from products"));
    }
}

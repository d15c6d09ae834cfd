package dev.maskforge.scenes;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Every kind of thing, made from fifty seeds each.
class ThingsTest {
    private static final int SEEDS = 50;

    /// What is promised of a kind.
    ///
    /// @param classes   the classes of its parts; "" where the caller gives the class
    /// @param least     the least width, height and length in metres
    /// @param most      the greatest width, height and length in metres
    /// @param triangles at most so many
    record Kind(String name, Function<Chance, List<Part>> make, Set<String> classes, Vector least, Vector most, int triangles) {
        @Override
        public String toString() {
            return name;
        }

        List<Part> seeded(long seed) {
            return make.apply(new Chance(seed));
        }
    }

    private static Kind whole(String name, Function<Chance, Mesh> make, Vector least, Vector most, int triangles) {
        return new Kind(name, chance -> List.of(new Part("", make.apply(chance))), Set.of(""), least, most, triangles);
    }

    private static Vector size(double width, double height, double length) {
        return new Vector(width, height, length);
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                whole("hatchback", Cars::hatchback, size(1.8, 1.42, 3.6), size(2.25, 2.05, 4.4), 2000),
                whole("saloon", Cars::saloon, size(1.85, 1.38, 4.4), size(2.3, 1.95, 5.1), 2000),
                whole("estate", Cars::estate, size(1.85, 1.42, 4.45), size(2.3, 2.0, 5.05), 2000),
                whole("off-roader", Cars::offRoader, size(1.95, 1.6, 4.2), size(2.4, 2.3, 5.05), 2000),
                whole("van", Cars::van, size(2.05, 1.9, 4.8), size(2.5, 2.75, 5.55), 2000),
                whole("any car", Cars::any, size(1.8, 1.38, 3.6), size(2.5, 2.75, 5.55), 2000),
                whole("box truck", Trucks::box, size(2.5, 3.1, 6.5), size(2.75, 3.95, 9.6), 2000),
                whole("flatbed", Trucks::flatbed, size(2.5, 2.6, 6.5), size(2.75, 3.3, 9.6), 2000),
                whole("tanker", Trucks::tanker, size(2.5, 2.6, 6.5), size(2.75, 3.3, 9.6), 2000),
                whole("tipper", Trucks::tipper, size(2.5, 2.6, 6.5), size(2.75, 3.3, 9.6), 2000),
                whole("bus", Buses::city, size(2.6, 2.85, 9.8), size(3.1, 3.4, 12.5), 1500),
                whole("tram", Trains::tram, size(2.35, 4.3, 17), size(2.7, 5.4, 34), 2200),
                whole("bicycle", chance -> Bicycle.any(chance).mesh(), size(0.45, 0.9, 1.55), size(0.66, 1.15, 1.9), 900),
                whole("motorcycle", chance -> Motorcycle.any(chance).mesh(), size(0.6, 1.0, 1.6), size(0.9, 1.4, 2.3), 1500),
                whole("adult", People::adult, size(0.35, 1.45, 0.2), size(1.3, 2.6, 1.5), 1100),
                whole("child", People::child, size(0.25, 1.0, 0.15), size(0.8, 1.6, 1.1), 1100),
                new Kind("cyclist", Riders::onBicycle, Set.of("rider", "bicycle"), size(0.45, 1.5, 1.55), size(0.9, 2.05, 1.9), 1900),
                new Kind("motorcyclist", Riders::onMotorcycle, Set.of("rider", "motorcycle"), size(0.6, 1.5, 1.6), size(0.95, 2.05, 2.3),
                        2700),
                whole("round tree", Trees::round, size(1.5, 4.8, 1.5), size(9.8, 12.2, 9.8), 4000),
                whole("poplar", Trees::poplar, size(1.5, 7.8, 1.5), size(4, 13.8, 4), 4000),
                whole("conifer", Trees::conifer, size(1.8, 4.9, 1.8), size(7, 13, 7), 4000),
                whole("birch", Trees::birch, size(1.5, 5.5, 1.5), size(7.5, 11.5, 7.5), 4000),
                whole("autumn tree", Trees::autumn, size(2, 4.5, 2), size(9.5, 10.5, 9.5), 4000),
                whole("bush", Trees::bush, size(0.7, 0.6, 0.7), size(3.4, 2.3, 3.4), 1300),
                whole("hedge", chance -> Trees.hedge(chance, 8), size(7.6, 0.85, 0.6), size(8.6, 1.9, 1.4), 1300),
                whole("town house", chance -> Buildings.townHouse(chance, 12, 10), size(12, 6, 10), size(13.2, 27, 12.2), 3000),
                whole("flats", chance -> Buildings.apartments(chance, 14, 12), size(14, 8, 12), size(14.4, 29, 14), 3000),
                whole("office", chance -> Buildings.office(chance, 16, 12), size(16, 14, 12), size(16.6, 40, 14.2), 3000),
                whole("wall", chance -> Barriers.wall(chance, 10), size(10, 0.9, 0.2), size(10.1, 3.3, 0.7), 400),
                whole("fence", chance -> Barriers.fence(chance, 8), size(7.9, 0.65, 0.02), size(8.1, 2.2, 0.4), 1600),
                new Kind("street lamp", Poles::streetLamp, Set.of("pole"), size(0.2, 3.8, 0.2), size(3.4, 9.8, 0.7), 500),
                new Kind("mast", Poles::mast, Set.of("pole"), size(0.2, 4.9, 0.15), size(1.7, 9.2, 0.4), 500),
                new Kind("bollard", Poles::bollard, Set.of("pole"), size(0.1, 0.75, 0.1), size(0.2, 1.1, 0.2), 500),
                new Kind("signal", Poles::signal, Set.of("pole", "traffic light"), size(0.2, 2.9, 0.2), size(4.9, 6.8, 1), 500),
                new Kind("sign", Poles::sign, Set.of("pole", "traffic sign"), size(0.4, 2.4, 0.05), size(2.4, 3.7, 0.3), 500));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void standsOnTheGroundWithinItsSize(Kind kind) {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<Vector> corners = faces(kind.seeded(seed)).flatMap(face -> Stream.of(face.a(), face.b(), face.c())).toList();
            String where = kind.name() + " of seed " + seed;
            assertEquals(0, least(corners, Vector::y), 0.02, where);
            Vector size = new Vector(most(corners, Vector::x) - least(corners, Vector::x), most(corners, Vector::y),
                    most(corners, Vector::z) - least(corners, Vector::z));
            assertTrue(size.x() >= kind.least().x() && size.y() >= kind.least().y() && size.z() >= kind.least().z(),
                    where + " is too small: " + size);
            assertTrue(size.x() <= kind.most().x() && size.y() <= kind.most().y() && size.z() <= kind.most().z(),
                    where + " is too large: " + size);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void hasFiniteCornersAndUnitNormals(Kind kind) {
        for (int seed = 0; seed < SEEDS; seed++) {
            String where = kind.name() + " of seed " + seed;
            List<Face> faces = faces(kind.seeded(seed)).toList();
            assertTrue(faces.size() <= kind.triangles(), where + " has " + faces.size() + " triangles");
            assertTrue(faces.stream().flatMap(face -> Stream.of(face.a(), face.b(), face.c()))
                    .allMatch(corner -> Double.isFinite(corner.length())), where);
            assertTrue(faces.stream().flatMap(face -> Stream.of(face.normalA(), face.normalB(), face.normalC()))
                    .allMatch(normal -> Math.abs(normal.length() - 1) < 1e-9), where);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void hasPartsOfItsClasses(Kind kind) {
        for (int seed = 0; seed < SEEDS; seed++) {
            assertEquals(kind.classes(), kind.seeded(seed).stream().map(Part::className).collect(Collectors.toSet()));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void isEqualForEqualSeedsAndDiffersForOthers(Kind kind) {
        assertEquals(kind.seeded(7), kind.seeded(7));
        assertNotEquals(kind.seeded(7), kind.seeded(8));
    }

    @Test
    void movesTurnsAndMirrorsWithNormalsOutward() {
        Mesh ball = Shapes.ellipsoid(Vector.ZERO, 1, 2, 3, 12, 8, Material.of(Surface.PLAIN, 0x808080));
        for (Placement placement : List.of(Placement.at(4, 5, 6), Placement.turned(1), Placement.tilted(0.4), Placement.leant(0.4),
                Placement.scaled(-1, 1, 1), Placement.scaled(2, -0.5, 1).then(Placement.turned(2)))) {
            Vector middle = placement.point(Vector.ZERO);
            for (Face face : placement.of(ball).faces()) {
                assertTrue(face.normalA().dot(face.a().minus(middle)) > 0, placement.toString());
            }
        }
        assertEquals(new Vector(1, 0, 0), rounded(Placement.turned(Math.PI / 2).point(new Vector(0, 0, 1))));
        assertEquals(new Vector(0, 0, 1), rounded(Placement.leant(Math.PI / 2).point(Vector.UP)));
        assertEquals(new Vector(1, 0, 0), rounded(Placement.tilted(Math.PI / 2).point(Vector.UP)));
    }

    @Test
    void solidsAreClosedAndLookOutward() {
        Material plain = Material.of(Surface.PLAIN, 0x808080);
        List<Mesh> solids = List.of(Shapes.box(-1, -1, -1, 1, 1, 1, plain), Shapes.bevelledBox(-1, -1, -1, 1, 1, 1, 0.2, plain),
                Shapes.cylinder(new Vector(0, -1, 0), new Vector(0, 1, 0), 1, 0.5, 8, plain),
                Shapes.tube(List.of(new Vector(0, 0, -1), Vector.ZERO, new Vector(0, 0, 1)), List.of(0.3, 0.5, 0.3), 6, plain));
        for (Mesh solid : solids) {
            for (Face face : solid.faces()) {
                Vector middle = face.a().plus(face.b()).plus(face.c()).times(1.0 / 3);
                assertTrue(face.normalA().dot(middle) > 0, face.toString());
            }
        }
    }

    @Test
    void bendsALimbToItsTargetWithItsLengths() {
        Limb limb = Limb.reaching(Vector.ZERO, new Vector(0, -0.7, 0.1), 0.45, 0.42, new Vector(0, 0, 1));
        assertEquals(0.45, limb.joint().minus(limb.root()).length(), 1e-12);
        assertEquals(0.42, limb.end().minus(limb.joint()).length(), 1e-12);
        assertEquals(0, limb.end().minus(new Vector(0, -0.7, 0.1)).length(), 1e-12);
        assertTrue(limb.joint().z() > 0.1);
    }

    private static Stream<Face> faces(List<Part> parts) {
        return parts.stream().flatMap(part -> part.mesh().faces().stream());
    }

    private static double least(List<Vector> corners, ToDoubleFunction<Vector> axis) {
        return corners.stream().mapToDouble(axis).min().orElseThrow();
    }

    private static double most(List<Vector> corners, ToDoubleFunction<Vector> axis) {
        return corners.stream().mapToDouble(axis).max().orElseThrow();
    }

    private static Vector rounded(Vector v) {
        return new Vector(Math.rint(v.x()) + 0.0, Math.rint(v.y()) + 0.0, Math.rint(v.z()) + 0.0);
    }
}

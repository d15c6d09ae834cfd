package dev.maskforge.scenes;

import dev.maskforge.scenes.Crossroads.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The ground of a street: road, kerbs, sidewalks, verges, paint, rails, and the land around.
final class Roadway {
    static final double NEAR = -30;
    static final double FAR = 175;
    /// The height of sidewalks and verges over the road.
    static final double KERB = 0.13;
    private static final double PLAIN = 420;
    private static final int[] STREET_COLOURS = {0x55565a, 0x68686a, 0x77756f, 0x47484c, 0x8a8782, 0x5f5a55};
    private static final int[] WALK_COLOURS = {0x9c9890, 0x86847f, 0xb0a898, 0x9a8878, 0x757678, 0xa88f7f, 0xbab6ae};
    private static final int[] GRASS_COLOURS = {0x56702e, 0x63783a, 0x4b6b30, 0x7a7d3f, 0x6b7a34, 0x8a8450};

    private final World world;
    private final Ground ground;
    private final Section section;
    private final Optional<Crossroads> crossing;
    private final Setting setting;
    private final Chance chance;
    private final Material asphalt;
    private final Material walk;
    private final Material kerb;
    private final Material grass;
    private final Material paint;
    private final double hills;
    private final double seed;

    Roadway(World world, Section section, Optional<Crossroads> crossing, Setting setting, Chance chance) {
        this.world = world;
        this.ground = new Ground(world.street());
        this.section = section;
        this.crossing = crossing;
        this.setting = setting;
        this.chance = chance;
        this.asphalt = shade(Surface.ASPHALT, STREET_COLOURS);
        this.walk = shade(chance.happens(setting == Setting.CITY ? 0.85 : 0.55) ? Surface.PAVING : Surface.ASPHALT, WALK_COLOURS);
        this.kerb = shade(Surface.CONCRETE, WALK_COLOURS);
        this.grass = shade(chance.happens(0.85) ? Surface.GRASS : Surface.SOIL, GRASS_COLOURS);
        this.paint = new Material(Surface.MARKING, new Vector(0.62, 0.62, 0.6).times(chance.between(0.75, 1.15)));
        this.hills = setting == Setting.COUNTRY ? chance.between(-0.5, 5) : chance.between(0, 0.6);
        this.seed = chance.between(0, 1000);
    }

    private Material shade(Surface surface, int[] colours) {
        Material material = Material.of(surface, colours[chance.index(colours.length)]);
        return new Material(surface, material.colour().times(chance.between(0.75, 1.25)));
    }

    Material asphalt() {
        return asphalt;
    }

    Material grass() {
        return grass;
    }

    /// How high the land is at a place of the road, beyond sidewalks.
    double landHeight(double along, double across) {
        double left = across < 0 ? section.walkFrom() : section.walkTo();
        double beyond = across < 0 ? across < left ? 1 : 0 : across > left ? 1 : 0;
        return KERB + (beyond > 0 ? Ground.rise(along, across, left, across < 0 ? left - 100 : left + 100, hills, seed) : 0);
    }

    void lay() {
        world.addGround(ground.strip(NEAR, FAR, section.roadFrom(), section.roadTo(), 0, asphalt), Category.ROAD);
        for (Stretch stretch : Crossroads.around(crossing, NEAR, FAR)) {
            side(stretch, section.roadFrom(), -1, section.vergeLeft(), section.walkLeft());
            side(stretch, section.roadTo(), 1, section.vergeRight(), section.walkRight());
            lines(stretch);
        }
        crossing.ifPresent(this::cross);
        land();
        tramway();
    }

    private void side(Stretch stretch, double edge, int sign, double verge, double width) {
        double at = edge;
        boolean raised = setting != Setting.COUNTRY || width > 0;
        double height = raised ? KERB : 0.03;
        if (raised) {
            world.addGround(ground.kerb(stretch.near(), stretch.far(), at, height, kerb), Category.SIDEWALK);
            band(stretch, at, at + sign * 0.16, height + 0.001, kerb, Category.SIDEWALK);
        }
        if (verge > 0) {
            band(stretch, at + (raised ? sign * 0.16 : 0), at + sign * verge, height, grass, Category.TERRAIN);
            at += sign * verge;
        }
        if (width > 0) {
            band(stretch, at, at + sign * width, height, walk, Category.SIDEWALK);
        }
    }

    private void band(Stretch stretch, double from, double to, double height, Material material, Category category) {
        world.addGround(ground.strip(stretch.near(), stretch.far(), Math.min(from, to), Math.max(from, to), height, material), category);
    }

    private void lines(Stretch stretch) {
        double near = stretch.near();
        double far = stretch.far() - (crossing.isPresent() && stretch.near() == NEAR ? 1.5 : 0);
        double width = chance.between(0.1, 0.17);
        double dash = chance.between(2, 4.5);
        double gap = dash * chance.between(0.8, 2);
        boolean solid = chance.happens(0.35);
        if (section.tracks() == 0 && !(setting == Setting.SUBURB && chance.happens(0.35))) {
            paint(ground.line(near, far, 0, width, solid ? far - near : dash, solid ? 1 : gap, paint));
        }
        for (int lane = 1; lane < section.lanesLeft(); lane++) {
            paint(ground.line(near, far, section.laneLeft(lane) + section.laneWidth() / 2, width, dash, gap, paint));
        }
        for (int lane = 1; lane < section.lanesRight(); lane++) {
            paint(ground.line(near, far, section.laneRight(lane) - section.laneWidth() / 2, width, dash, gap, paint));
        }
        boolean edges = setting == Setting.COUNTRY ? chance.happens(0.8) : chance.happens(0.3);
        if (edges || section.parkingLeft() > 0) {
            paint(ground.line(near, far, section.lanesFrom() + 0.12, width, edges ? far - near : 1, 1, paint));
        }
        if (edges || section.parkingRight() > 0) {
            paint(ground.line(near, far, section.lanesTo() - 0.12, width, edges ? far - near : 1, 1, paint));
        }
        if (section.lanesRight() > 1 && chance.happens(0.6)) {
            for (int lane = 0; lane < section.lanesRight(); lane++) {
                paint(ground.arrow(chance.between(6, 10), section.laneRight(lane), paint));
            }
        }
    }

    private void paint(Mesh mesh) {
        world.addGround(mesh, Category.ROAD);
    }

    /// A zebra crossing over the whole road.
    void zebra(double along) {
        paint(ground.zebra(along, 3.2, section.roadFrom() + 0.3, section.roadTo() - 0.3, 0.5, paint));
    }

    private void cross(Crossroads other) {
        double reach = Crossroads.REACH;
        // A little higher than the road, which lies beneath.
        world.addGround(ground.strip(other.from(), other.to(), -reach, section.roadFrom(), 0, asphalt), Category.ROAD);
        world.addGround(ground.strip(other.from(), other.to(), section.roadTo(), reach, 0, asphalt), Category.ROAD);
        for (int sign = -1; sign <= 1; sign += 2) {
            double edge = sign < 0 ? section.roadFrom() : section.roadTo();
            corner(other.from() - other.walk(), other.from(), edge, sign * reach);
            corner(other.to(), other.to() + other.walk(), edge, sign * reach);
            across(other.from(), edge, sign * reach);
            across(other.to(), edge, sign * reach);
        }
        zebra(other.from() - 3.4);
        if (chance.happens(0.6)) {
            zebra(other.to() + 0.3);
        }
        paint(ground.strip(other.from() - 4.6, other.from() - 4.2, section.tracks() / 2 + 0.1, section.lanesTo() - 0.1, 0.006, paint));
    }

    private void corner(double near, double far, double edge, double end) {
        world.addGround(ground.strip(near, far, Math.min(edge, end), Math.max(edge, end), KERB, walk), Category.SIDEWALK);
        world.addGround(ground.kerb(near, far, edge, KERB, kerb), Category.SIDEWALK);
    }

    /// The kerb along the other road.
    private void across(double along, double from, double to) {
        Vector a = world.street().at(along, from, 0);
        Vector b = world.street().at(along, to, 0);
        Vector lift = Vector.UP.times(KERB);
        world.addGround(new Mesh(List.of(Face.flat(a, b, b.plus(lift), kerb), Face.flat(a, b.plus(lift), a.plus(lift), kerb))),
                Category.SIDEWALK);
    }

    private void land() {
        boolean city = setting == Setting.CITY;
        Material field = city ? walk : grass;
        Category category = city ? Category.SIDEWALK : Category.TERRAIN;
        double reach = city ? 60 : 130;
        for (Stretch stretch : Crossroads.around(crossing, NEAR, FAR)) {
            double far = stretch.far();
            world.addGround(
                    ground.land(stretch.near(), far, section.walkFrom(), section.walkFrom() - reach, KERB, city ? 0 : hills, seed, field),
                    category);
            world.addGround(
                    ground.land(stretch.near(), far, section.walkTo(), section.walkTo() + reach, KERB, city ? 0 : hills, seed, field),
                    category);
        }
        Vector a = new Vector(-PLAIN, -0.25, -40);
        Vector b = new Vector(PLAIN, -0.25, -40);
        Vector c = new Vector(PLAIN, -0.25, PLAIN);
        Vector d = new Vector(-PLAIN, -0.25, PLAIN);
        world.addGround(new Mesh(List.of(Face.flat(a, b, c, grass), Face.flat(a, c, d, grass))), Category.TERRAIN);
    }

    private void tramway() {
        if (section.tracks() == 0) {
            return;
        }
        boolean green = chance.happens(0.4);
        Material bed = green ? grass : new Material(Surface.CONCRETE, asphalt.colour().times(1.25));
        for (Stretch stretch : Crossroads.around(crossing, NEAR, FAR)) {
            world.addGround(
                    ground.strip(stretch.near(), stretch.far(), -section.tracks() / 2, section.tracks() / 2, green ? 0.04 : 0.003, bed),
                    green ? Category.TERRAIN : Category.ROAD);
        }
        Material rail = Material.of(Surface.METAL, 0x6e6a66);
        for (int track = -1; track <= 1; track += 2) {
            for (int side = -1; side <= 1; side += 2) {
                double across = track * 1.6 + side * 0.72;
                world.addGround(ground.strip(NEAR, FAR, across - 0.05, across + 0.05, green ? 0.06 : 0.008, rail),
                        green ? Category.TERRAIN : Category.ROAD);
            }
        }
    }

    /// A railway line beside the road on a bed of ballast.
    void railway(double across) {
        Material ballast = new Material(Surface.BALLAST, new Vector(0.2, 0.18, 0.16));
        Material rail = Material.of(Surface.METAL, 0x7b6a60);
        double height = railHeight();
        world.addGround(ground.strip(NEAR, FAR, across - 2.2, across + 2.2, height, ballast), Category.RAIL_TRACK);
        for (int side = -1; side <= 1; side += 2) {
            double edge = across + side * 2.2;
            double foot = across + side * 3.4;
            slope(edge, foot, height, ballast);
            world.addGround(ground.strip(NEAR, FAR, across + side * 0.72 - 0.05, across + side * 0.72 + 0.05, height + 0.14, rail),
                    Category.RAIL_TRACK);
        }
    }

    double railHeight() {
        return 0.75;
    }

    private void slope(double edge, double foot, double height, Material material) {
        List<Face> faces = new ArrayList<>();
        for (double along = NEAR; along < FAR; along += 5) {
            Vector a = world.street().at(along, edge, height);
            Vector b = world.street().at(along + 5, edge, height);
            Vector c = world.street().at(along + 5, foot, 0);
            Vector d = world.street().at(along, foot, 0);
            faces.add(Face.flat(a, b, c, material));
            faces.add(Face.flat(a, c, d, material));
        }
        world.addGround(new Mesh(faces), Category.RAIL_TRACK);
    }
}

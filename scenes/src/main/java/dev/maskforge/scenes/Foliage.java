package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// Leaves: ragged clumps with loose cards of leaves around, so that the sky shines through at the edges.
final class Foliage {
    private static final int TONES = 5;

    private final Chance chance;
    private final List<Material> tones;
    private final double card;
    private final List<Face> faces = new ArrayList<>();

    /// @param rgb  the leaves' mean colour as sRGB
    /// @param card the size of a card of leaves in metres
    Foliage(Chance chance, int rgb, double card) {
        this.chance = chance;
        this.card = card;
        List<Material> shades = new ArrayList<>();
        for (int i = 0; i < TONES; i++) {
            shades.add(shade(rgb, 0.7 + 0.15 * i));
        }
        this.tones = List.copyOf(shades);
    }

    static Material shade(int rgb, double factor) {
        Material material = Material.of(Surface.FOLIAGE, rgb);
        return new Material(Surface.FOLIAGE, material.colour().times(factor));
    }

    /// A triangle of leaves that is lit as the clump around it, not as the flat thing it is.
    static Face leaf(Vector a, Vector b, Vector c, Vector outward, Material material) {
        Vector normal = outward.plus(new Vector(0, 0.5, 0)).unit();
        return new Face(a, b, c, normal, normal, normal, material);
    }

    static Vector onSphere(Chance chance) {
        double y = chance.between(-1, 1);
        double angle = chance.between(0, 2 * Math.PI);
        double flat = Math.sqrt(1 - y * y);
        return new Vector(flat * StrictMath.sin(angle), y, flat * StrictMath.cos(angle));
    }

    /// One of `count` directions spread evenly, a little shifted.
    static Vector spread(Chance chance, int index, int count) {
        double y = 1 - (2 * index + 1.0) / count;
        double angle = 2.39996 * index + chance.between(-0.3, 0.3);
        double flat = Math.sqrt(1 - y * y);
        return new Vector(flat * StrictMath.sin(angle), y, flat * StrictMath.cos(angle)).plus(onSphere(chance).times(0.18));
    }

    /// A lumpy ball with cards around it.
    void addClump(Vector centre, double wide, double tall, int cards) {
        Material inner = tones.get(chance.index(2));
        int rows = 3;
        int sides = 7;
        Vector[][] points = new Vector[rows + 1][sides];
        for (int row = 0; row <= rows; row++) {
            double angle = Math.PI * row / rows;
            for (int k = 0; k < sides; k++) {
                double turn = 2 * Math.PI * (k + 0.5 * (row % 2)) / sides;
                double lump = 0.68 * chance.between(0.8, 1.15);
                double flat = row == 0 || row == rows ? 0 : StrictMath.sin(angle);
                points[row][k] = new Vector(flat * StrictMath.sin(turn) * wide * lump,
                        -StrictMath.cos(angle) * tall * (flat == 0 ? 0.68 : lump), flat * StrictMath.cos(turn) * wide * lump);
            }
        }
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < sides; k++) {
                int next = (k + 1) % sides;
                if (row > 0) {
                    addBall(centre, points[row][k], points[row][next], points[row + 1][k], inner);
                }
                if (row < rows - 1) {
                    addBall(centre, points[row][next], points[row + 1][next], points[row + 1][k], inner);
                }
            }
        }
        addCards(centre, wide, tall / wide, cards);
    }

    private void addBall(Vector centre, Vector a, Vector b, Vector c, Material material) {
        faces.add(new Face(centre.plus(a), centre.plus(b), centre.plus(c), a.unit(), b.unit(), c.unit(), material));
    }

    /// Cards around a ball, most of them near its surface.
    void addCards(Vector centre, double wide, double flatness, int cards) {
        for (int i = 0; i < cards; i++) {
            Vector out = onSphere(chance);
            double distance = wide * chance.between(0.62, 1.12);
            addCard(centre.plus(new Vector(out.x() * distance, out.y() * distance * flatness, out.z() * distance)), out);
        }
    }

    void addCard(Vector at, Vector outward) {
        Vector u = onSphere(chance);
        Vector v = u.cross(onSphere(chance)).unit().times(card * chance.between(0.55, 0.95));
        u = u.times(card * chance.between(0.7, 1.1));
        if (at.y() < card * 1.5) {
            at = new Vector(at.x(), card * 1.5, at.z());
        }
        faces.add(
                leaf(at.plus(u), at.plus(v).minus(u.times(0.5)), at.minus(v).minus(u.times(0.5)), outward, tones.get(chance.index(TONES))));
    }

    Mesh mesh() {
        return new Mesh(faces);
    }
}

package dev.maskforge.scenes;

import java.util.List;

/// A wall with openings that looks along +z, built storey by storey.
///
/// @param left  its edges
/// @param right its edges
/// @param z     the plane it lies in
/// @param wall  what it is made of
record Facade(double left, double right, double z, Material wall) {
    private static final Material DARK = Material.of(Surface.PLAIN, 0x1b1c1e);
    private static final Material SHOP_GLASS = Material.of(Surface.GLASS, 0x222b30);
    private static final List<Integer> DOORS = List.of(0x4a2f1e, 0x2f4a3a, 0x23314f, 0x6b2424, 0x3a3a3c, 0x8a6a42, 0xd8d4c8);
    private static final List<Integer> SIGNS = List.of(0xb3262b, 0x1f4f96, 0x2f6b45, 0x1b1c1e, 0xe2b93a, 0xe8e6e0, 0x6a2d5a, 0xd2602a);
    private static final List<Integer> GOODS = List.of(0x7a6a58, 0x8f4a3a, 0x4a6a7a, 0xb09a5a, 0x5a7a4a, 0x9a8a9a);
    private static final double DOOR = 1.15;

    /// One row of equal windows.
    ///
    /// @param low   the windows' lower edge, from the floor
    /// @param high  the windows' upper edge, from the floor
    /// @param share a window's width as a share of its bay's
    Mesh windows(Chance chance, double floor, double ceiling, int bays, double low, double high, double share, Windows windows) {
        Assembly storey = new Assembly();
        double bay = (right - left) / bays;
        storey.add(Shapes.panel(left, floor, right, floor + low, z, wall)).add(Shapes.panel(left, floor + high, right, ceiling, z, wall));
        double edge = left;
        for (int i = 0; i < bays; i++) {
            double middle = left + (i + 0.5) * bay;
            double x0 = middle - bay * share / 2;
            double x1 = middle + bay * share / 2;
            storey.add(Shapes.panel(edge, floor + low, x0, floor + high, z, wall));
            storey.add(windows.in(chance, x0, floor + low, x1, floor + high, z));
            edge = x1;
        }
        return storey.add(Shapes.panel(edge, floor + low, right, floor + high, z, wall)).mesh();
    }

    /// A ground floor of a dwelling: windows, a plinth and a door in one of the bays.
    Mesh dwelling(Chance chance, double ceiling, int bays, double share, Windows windows, Material plinth) {
        Assembly storey = new Assembly();
        double bay = (right - left) / bays;
        int door = chance.index(bays);
        Facade[] sides = {new Facade(left, left + door * bay, z, wall), new Facade(left + (door + 1) * bay, right, z, wall)};
        int[] counts = {door, bays - door - 1};
        double high = Math.min(ceiling - 0.5, 2.75);
        for (int i = 0; i < 2; i++) {
            if (counts[i] > 0) {
                storey.add(sides[i].windows(chance, 0, ceiling, counts[i], 1.05, high, share, windows));
                storey.add(Windows.ledge(sides[i].left, 0, sides[i].right, 0.6, z, 0.06, plinth));
            }
        }
        return storey.add(door(chance, left + door * bay, left + (door + 1) * bay, ceiling, high, windows)).mesh();
    }

    private Mesh door(Chance chance, double from, double to, double ceiling, double high, Windows windows) {
        double middle = (from + to) / 2;
        double x0 = middle - DOOR / 2;
        double x1 = middle + DOOR / 2;
        double deep = z - 0.25;
        Material leaf = Material.of(chance.happens(0.6) ? Surface.WOOD : Surface.PAINT, chance.oneOf(DOORS));
        Assembly door = new Assembly();
        door.add(Shapes.panel(from, 0, x0, ceiling, z, wall)).add(Shapes.panel(x1, 0, to, ceiling, z, wall))
                .add(Shapes.panel(x0, high, x1, ceiling, z, wall));
        door.add(Shapes.panel(x0, 0, x1, high, deep, leaf));
        door.add(Shapes.panel(x0 + 0.08, 2.15, x1 - 0.08, high - 0.08, deep + 0.01, SHOP_GLASS));
        door.add(Shapes.panel(x0 + 0.25, 1.1, x1 - 0.25, 1.95, deep + 0.01, chance.happens(0.5) ? SHOP_GLASS : leaf));
        door.add(Shapes.quad(new Vector(x0, 0, deep), new Vector(x0, high, deep), new Vector(x0, high, z), new Vector(x0, 0, z),
                windows.trim()));
        door.add(Shapes.quad(new Vector(x1, 0, z), new Vector(x1, high, z), new Vector(x1, high, deep), new Vector(x1, 0, deep),
                windows.trim()));
        door.add(Shapes.quad(new Vector(x0, high, z), new Vector(x0, high, deep), new Vector(x1, high, deep), new Vector(x1, high, z),
                windows.trim()));
        door.add(Shapes.panel(x0 - 0.16, 0, x0, high + 0.16, z + 0.03, windows.trim()))
                .add(Shapes.panel(x1, 0, x1 + 0.16, high + 0.16, z + 0.03, windows.trim()));
        door.add(Windows.ledge(x0 - 0.3, high + 0.05, x1 + 0.3, high + 0.2, z, chance.between(0.12, 0.8), windows.trim()));
        return door.add(Shapes.box(x0 - 0.15, 0, z - 0.1, x1 + 0.15, 0.14, z + 0.4, Material.of(Surface.STONE, 0x8d8a83))).mesh();
    }

    /// Shop windows with goods, doors, a board with a name, and an awning now and then; each shop is 4 to 7 m wide.
    Mesh shops(Chance chance, double ceiling, Material piers) {
        Assembly storey = new Assembly();
        int shops = (int) Math.max(1, Math.round((right - left) / 5.2));
        double width = (right - left) / shops;
        double head = ceiling - chance.between(0.75, 0.95);
        for (int shop = 0; shop < shops; shop++) {
            double x0 = left + shop * width;
            double x1 = x0 + width;
            double deep = z - 0.2;
            storey.add(Windows.ledge(x0, 0, x0 + 0.35, ceiling, deep, 0.2, piers))
                    .add(Windows.ledge(x1 - 0.35, 0, x1, ceiling, deep, 0.2, piers));
            storey.add(Shapes.panel(x0 + 0.35, head, x1 - 0.35, ceiling, z, wall));
            Material frame = Material.of(Surface.METAL, chance.oneOf(List.of(0x2a2c2e, 0x8f9294, 0x4a3424, 0x2f4a3a)));
            storey.add(Shapes.panel(x0 + 0.35, 0, x1 - 0.35, head, deep, frame));
            double inner = x0 + 0.42;
            double end = x1 - 0.42;
            double door = chance.happens(0.5) ? inner : end - 1.0;
            storey.add(Shapes.panel(door, 0.08, door + 1.0, 2.25, deep + 0.015, SHOP_GLASS))
                    .add(Shapes.panel(door, 2.32, door + 1.0, head - 0.06, deep + 0.015, SHOP_GLASS));
            double from = door > inner ? inner : door + 1.07;
            double to = door > inner ? door - 0.07 : end;
            int panes = (int) Math.max(1, Math.round((to - from) / 1.6));
            int display = chance.index(4);
            for (int i = 0; i < panes; i++) {
                double a = from + i * (to - from) / panes;
                double b = a + (to - from) / panes - 0.07;
                storey.add(Shapes.panel(a, 0.5, b, head - 0.06, deep + 0.015, SHOP_GLASS));
                storey.add(goods(chance, display, a + 0.06, b - 0.06, head, deep + 0.02));
            }
            addBoard(storey, chance, x0 + 0.3, x1 - 0.3, head, ceiling);
            if (chance.happens(0.4)) {
                storey.add(awning(chance, x0 + 0.3, x1 - 0.3, head));
            }
        }
        return storey.mesh();
    }

    /// What a shop window shows: 0 things on the floor, 1 shelves, 2 a poster, 3 nothing but a blind.
    private static Mesh goods(Chance chance, int display, double left, double right, double head, double at) {
        Assembly goods = new Assembly();
        switch (display) {
            case 0 -> {
                for (double x = left; x < right - 0.35; x += chance.between(0.25, 0.6)) {
                    goods.add(Shapes.panel(x, 0.5, x + chance.between(0.15, 0.35), chance.between(0.75, 1.6), at, good(chance)));
                }
            }
            case 1 -> {
                for (double y = 0.55; y < head - 0.6; y += 0.5) {
                    goods.add(Shapes.panel(left, y - 0.05, right, y, at, Material.of(Surface.GLASS, 0x5a5248)));
                    for (double x = left; x < right - 0.25; x += chance.between(0.2, 0.5)) {
                        goods.add(Shapes.panel(x, y, x + chance.between(0.1, 0.2), y + chance.between(0.12, 0.35), at, good(chance)));
                    }
                }
            }
            case 2 -> goods.add(Shapes.panel(left + (right - left) * 0.15, 0.8, right - (right - left) * 0.15,
                    head - chance.between(0.4, 0.9), at, good(chance)));
            default -> goods.add(Shapes.panel(left, head - chance.between(0.3, 1.2), right, head - 0.06, at, good(chance)));
        }
        return goods.mesh();
    }

    private static Material good(Chance chance) {
        return Material.of(Surface.GLASS, chance.oneOf(GOODS));
    }

    private void addBoard(Assembly storey, Chance chance, double x0, double x1, double head, double ceiling) {
        int colour = chance.oneOf(SIGNS);
        boolean lit = chance.happens(0.25);
        storey.add(Windows.ledge(x0, head + 0.08, x1, ceiling - 0.14, z, 0.09, Material.of(lit ? Surface.LAMP : Surface.PLAIN, colour)));
        Material letters = Material.of(Surface.PLAIN, colour == 0xe8e6e0 || colour == 0xe2b93a ? 0x26221e : 0xf0ece0);
        double low = head + 0.08 + (ceiling - head) * 0.2;
        double high = ceiling - 0.14 - (ceiling - head) * 0.18;
        double x = x0 + (x1 - x0) * chance.between(0.12, 0.3);
        int count = 4 + chance.index(6);
        double end = Math.min(x1 - 0.2, x + count * chance.between(0.26, 0.42));
        storey.add(Lettering.line(Lettering.word(chance, count), x, low, end, high, z + 0.1, letters));
    }

    private Mesh awning(Chance chance, double x0, double x1, double head) {
        double out = chance.between(0.9, 1.5);
        double drop = chance.between(0.4, 0.65);
        int stripes = (int) ((x1 - x0) / 0.4);
        Material first = Material.of(Surface.CLOTH, chance.oneOf(SIGNS));
        Material second = chance.happens(0.6) ? Material.of(Surface.CLOTH, 0xe8e4d8) : first;
        Assembly awning = new Assembly();
        for (int i = 0; i < stripes; i++) {
            double a = x0 + i * (x1 - x0) / stripes;
            double b = x0 + (i + 1) * (x1 - x0) / stripes;
            Material cloth = i % 2 == 0 ? first : second;
            awning.add(Shapes.quad(new Vector(a, head - drop, z + out), new Vector(b, head - drop, z + out),
                    new Vector(b, head + 0.08, z + 0.02), new Vector(a, head + 0.08, z + 0.02), cloth));
            awning.add(Shapes.panel(a, head - drop - 0.18, b, head - drop, z + out, cloth));
        }
        return awning.mesh();
    }

    /// A glazed ground floor between pillars.
    Mesh lobby(Chance chance, double ceiling, Material pillars) {
        Assembly storey = new Assembly();
        double deep = z - 0.5;
        int bays = (int) Math.max(2, Math.round((right - left) / 3.2));
        double bay = (right - left) / bays;
        storey.add(Shapes.panel(left, ceiling - 0.5, right, ceiling, z, wall));
        storey.add(Shapes.quad(new Vector(left, ceiling - 0.5, deep), new Vector(right, ceiling - 0.5, deep),
                new Vector(right, ceiling - 0.5, z), new Vector(left, ceiling - 0.5, z), wall));
        storey.add(Shapes.panel(left, 0, right, ceiling - 0.5, deep, DARK));
        int door = chance.index(bays);
        for (int i = 0; i < bays; i++) {
            double x = left + i * bay;
            storey.add(Shapes.panel(x + 0.25, i == door ? 0.05 : 0.3, x + bay * 0.5 - 0.03, ceiling - 0.6, deep + 0.01, SHOP_GLASS));
            storey.add(Shapes.panel(x + bay * 0.5 + 0.03, i == door ? 0.05 : 0.3, x + bay - 0.25, ceiling - 0.6, deep + 0.01, SHOP_GLASS));
        }
        for (int i = 0; i <= bays; i++) {
            double x = Math.clamp(left + i * bay, left + 0.22, right - 0.22);
            storey.add(Windows.ledge(x - 0.22, 0, x + 0.22, ceiling - 0.5, deep, 0.5, pillars));
        }
        double x = left + (door + 0.5) * bay;
        return storey.add(Shapes.box(x - bay * 0.6, ceiling - 0.75, z - 0.1, x + bay * 0.6, ceiling - 0.6, z + 1.3, DARK)).mesh();
    }
}

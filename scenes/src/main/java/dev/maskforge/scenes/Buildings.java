package dev.maskforge.scenes;

import java.util.List;

/// Houses around the origin whose front looks along +z from z = depth / 2; the caller gives width (5 to 40 m) and depth (6 to 20 m). Awnings, steps, gutters and
/// balconies stand out of the front by up to 1.6 m. At most 3,000 triangles up to 16 m of width.
final class Buildings {
    private static final List<Integer> PLASTERS = List.of(0xe0d2b0, 0xd8b98a, 0xc9a27a, 0xe6ddc8, 0xb8c0b0, 0xa9b8c0, 0xd8a890, 0xc8c4bc,
            0xe0c46a, 0xb06a50, 0x9fae8f, 0xd9cfc4, 0x8f9aa0,
            0xe8e4da, 0xc48a6a);
    private static final List<Integer> BRICKS = List.of(0x8f4a38, 0x9d5a40, 0x7a4438, 0xa8765a, 0xb58a68, 0x6a4038);
    private static final List<Integer> STONES = List.of(0xb8ab92, 0xa59c8a, 0xc9bda2, 0x98938a, 0xc0a88a);
    private static final List<Integer> CONCRETES = List.of(0xa5a29b, 0x8f8d88, 0xbab6ac, 0xc9c4b8, 0x7a7a78);
    private static final List<Integer> PANELS = List.of(0x5a6468, 0xd9d9d4, 0x3a4248, 0x8a6a50, 0x7a8a8f, 0xb0533a, 0x4a6a80);
    private static final List<Integer> FRAMES = List.of(0xf0eee6, 0xf0eee6, 0xe0dcd0, 0x4a3424, 0x2a2c2e, 0x3a4a42);
    private static final List<Integer> TRIMS = List.of(0xe8e2d2, 0xd8d0be, 0xb8b0a0, 0x9a9488, 0xc4b090);
    private static final List<Integer> SHUTTERS = List.of(0x3f5a46, 0x4a5a6a, 0x6b3a2a, 0x7a6a50, 0x2f4458);
    private static final Material IRON = Material.of(Surface.METAL, 0x24272a);

    private Buildings() {
    }

    /// Any of the kinds below.
    static Mesh any(Chance chance, double width, double depth) {
        double share = chance.unit();
        if (share < 0.5 && width < 20) {
            return townHouse(chance, width, depth);
        }
        return share < 0.75 ? apartments(chance, width, depth) : office(chance, width, depth);
    }

    /// An old town house of two to five storeys, 6 to 22 m high with its gable or mansard roof.
    static Mesh townHouse(Chance chance, double width, double depth) {
        int storeys = 2 + chance.index(4);
        return townHouse(chance, width, depth, storeys);
    }

    /// @param storeys full storeys, the ground floor among them
    static Mesh townHouse(Chance chance, double width, double depth, int storeys) {
        double height = chance.between(2.9, 3.4);
        double ground = height + chance.between(0.2, 0.7);
        int bays = (int) Math.max(2, Math.round(width / chance.between(2.1, 2.9)));
        double share = chance.unit();
        Material wall = share < 0.62
                ? Material.of(Surface.PLASTER, chance.oneOf(PLASTERS))
                : share < 0.84 ? Material.of(Surface.BRICK, chance.oneOf(BRICKS)) : Material.of(Surface.STONE, chance.oneOf(STONES));
        Material trim = Material.of(chance.happens(0.5) ? Surface.STONE : Surface.PLAIN, chance.oneOf(TRIMS));
        Material frame = Material.of(Surface.PLAIN, chance.oneOf(FRAMES));
        List<Material> shutters = chance.happens(0.25) ? List.of(Material.of(Surface.WOOD, chance.oneOf(SHUTTERS))) : List.of();
        double wide = shutters.isEmpty() ? chance.between(0.4, 0.52) : 0.38;
        Windows.Surround surround = chance.oneOf(List.of(Windows.Surround.SILL, Windows.Surround.FRAMED, Windows.Surround.PEDIMENT));
        Windows windows = new Windows(frame, trim, shutters, chance.happens(0.7) ? Windows.Bars.CROSS : Windows.Bars.CASEMENT, surround,
                chance.between(0.12, 0.22));
        double front = depth / 2;
        Facade facade = new Facade(-width / 2, width / 2, front, wall);
        double eaves = ground + (storeys - 1) * height;
        Assembly house = new Assembly().add(shell(width, depth, eaves, wall));
        Material groundWall = chance.happens(0.35) ? Material.of(Surface.STONE, chance.oneOf(STONES)) : wall;
        Facade groundFacade = new Facade(-width / 2, width / 2, front, groundWall);
        house.add(width > 4.5 && chance.happens(0.5) ? groundFacade.shops(chance, ground, groundWall)
                : groundFacade.dwelling(chance, ground, bays, wide,
                        new Windows(frame, trim, List.of(), windows.bars(), surround, windows.recess()),
                        Material.of(Surface.STONE, 0x8d8880)));
        house.add(Windows.ledge(-width / 2, ground - 0.12, width / 2, ground + 0.08, front, 0.12, trim));
        double low = chance.between(0.75, 0.95);
        double high = height - chance.between(0.45, 0.65);
        boolean balconies = chance.happens(0.25);
        for (int storey = 1; storey < storeys; storey++) {
            double floor = ground + (storey - 1) * height;
            house.add(facade.windows(chance, floor, floor + height, bays, low, high, wide, windows));
            if (balconies) {
                addBalcony(house, bays / 2, bays, width, floor + 0.05, front, wide, Material.of(Surface.STONE, chance.oneOf(STONES)));
            }
        }
        house.add(Windows.ledge(-width / 2, eaves - 0.28, width / 2, eaves, front, 0.25, trim))
                .add(Windows.ledge(-width / 2, eaves - 0.45, width / 2, eaves - 0.28, front, 0.12, trim));
        if (chance.happens(0.6)) {
            double x = width / 2 - 0.18;
            house.add(Shapes.cylinder(new Vector(x, 0.1, front + 0.1), new Vector(x, eaves - 0.2, front + 0.1), 0.055, 0.055, 5,
                    Material.of(Surface.METAL, 0x7f8588)));
        }
        double kind = chance.unit();
        if (kind < 0.45) {
            return house.add(Roofs.saddle(chance, width, depth, eaves, wall, windows)).mesh();
        }
        return house.add(kind < 0.75 || width > 11 ? Roofs.mansard(chance, width, depth, eaves, windows)
                : Roofs.gable(chance, width, depth, eaves, wall, windows)).mesh();
    }

    /// A block of flats of three to eight storeys with a flat roof and balconies, 10 to 26 m high.
    static Mesh apartments(Chance chance, double width, double depth) {
        int storeys = 3 + chance.index(5);
        double height = chance.between(2.75, 3.0);
        double ground = chance.between(3, 3.6);
        int bays = (int) Math.max(2, Math.round(width / chance.between(2.6, 3.4)));
        double share = chance.unit();
        Material wall = share < 0.55
                ? Material.of(Surface.PLASTER, chance.oneOf(PLASTERS))
                : share < 0.8 ? Material.of(Surface.CONCRETE, chance.oneOf(CONCRETES)) : Material.of(Surface.BRICK, chance.oneOf(BRICKS));
        Material second = Material.of(Surface.PLASTER, chance.oneOf(PLASTERS));
        Material frame = Material.of(Surface.PLAIN, chance.oneOf(FRAMES));
        Material trim = Material.of(Surface.CONCRETE, chance.oneOf(CONCRETES));
        Windows windows = new Windows(frame, trim, List.of(), Windows.Bars.CASEMENT,
                chance.happens(0.7) ? Windows.Surround.SILL : Windows.Surround.NONE, 0.14);
        double front = depth / 2;
        double eaves = ground + (storeys - 1) * height;
        Assembly house = new Assembly().add(shell(width, depth, eaves, wall));
        Facade groundFacade = new Facade(-width / 2, width / 2, front, chance.happens(0.5) ? wall : trim);
        double wide = chance.between(0.48, 0.62);
        house.add(chance.happens(0.4) ? groundFacade.shops(chance, ground, trim)
                : groundFacade.dwelling(chance, ground, bays, wide, windows, trim));
        int every = 1 + chance.index(3);
        Material panel = Material.of(Surface.PAINT, chance.oneOf(PANELS));
        boolean banded = chance.happens(0.4);
        for (int storey = 1; storey < storeys; storey++) {
            double floor = ground + (storey - 1) * height;
            Facade facade = new Facade(-width / 2, width / 2, front, banded && storey % 2 == 1 ? second : wall);
            house.add(facade.windows(chance, floor, floor + height, bays, 0.85, height - 0.4, wide, windows));
            for (int bay = every / 2; bay < bays && every < 3 + bays % 2; bay += every + 1) {
                double x = -width / 2 + (bay + 0.5) * width / bays;
                double half = width / bays * 0.46;
                house.add(Shapes.box(x - half, floor - 0.08, front, x + half, floor + 0.1, front + 1.25, trim));
                house.add(Shapes.panel(x - half, floor + 0.18, x + half, floor + 1.0, front + 1.24, panel));
                house.add(Shapes.sidePanel(front, floor + 0.18, front + 1.24, floor + 1.0, x + half, panel))
                        .add(Shapes.sidePanel(front, floor + 0.18, front + 1.24, floor + 1.0, x - half, panel));
                house.add(Shapes.box(x - half, floor + 1.0, front + 1.2, x + half, floor + 1.06, front + 1.28, IRON));
                if (chance.happens(0.25)) {
                    house.add(Shapes.panel(x - half * 0.9, floor + 0.9, x + half * 0.9, floor + 1.2, front + 1.22,
                            Material.of(Surface.FOLIAGE, 0x4f6b34)));
                }
            }
        }
        return house.add(Roofs.flat(chance, width, depth, eaves, wall, trim)).mesh();
    }

    /// An office building of four to nine storeys with bands or grids of glass, 15 to 36 m high.
    static Mesh office(Chance chance, double width, double depth) {
        int storeys = 4 + chance.index(6);
        double height = chance.between(3.3, 3.7);
        double ground = chance.between(4, 4.8);
        double share = chance.unit();
        Material wall = share < 0.5
                ? Material.of(Surface.CONCRETE, chance.oneOf(CONCRETES))
                : share < 0.75 ? Material.of(Surface.METAL, chance.oneOf(PANELS)) : Material.of(Surface.STONE, chance.oneOf(STONES));
        Material frame = Material.of(Surface.METAL, chance.oneOf(List.of(0x2a2c2e, 0x8f9294, 0xd0d0cc)));
        Material trim = Material.of(Surface.METAL, chance.oneOf(List.of(0x3a3c3e, 0x9a9c9e, 0xc8c8c4)));
        double front = depth / 2;
        double eaves = ground + (storeys - 1) * height;
        Assembly house = new Assembly().add(shell(width, depth, eaves, wall));
        Facade facade = new Facade(-width / 2, width / 2, front, wall);
        house.add(chance.happens(0.35) ? facade.shops(chance, ground, wall) : facade.lobby(chance, ground, wall));
        boolean curtain = chance.happens(0.4);
        double recess = curtain ? 0.04 : chance.between(0.12, 0.35);
        Windows windows = new Windows(frame, trim, List.of(), Windows.Bars.SINGLE, Windows.Surround.NONE, recess);
        int bays = (int) Math.max(2, Math.round(width / (curtain ? 1.9 : chance.between(1.9, 3.2))));
        double wide = curtain ? 0.97 : chance.between(0.6, 0.86);
        double low = curtain ? 0.35 : chance.between(0.6, 0.95);
        for (int storey = 1; storey < storeys; storey++) {
            double floor = ground + (storey - 1) * height;
            house.add(facade.windows(chance, floor, floor + height, bays, low, height - (curtain ? 0.12 : 0.45), wide, windows));
        }
        if (!curtain && chance.happens(0.5)) {
            for (int i = 0; i <= bays; i++) {
                double x = Math.clamp(-width / 2 + i * width / bays, -width / 2 + 0.1, width / 2 - 0.1);
                house.add(Windows.ledge(x - 0.1, ground, x + 0.1, eaves, front, 0.22, trim));
            }
        }
        return house.add(Roofs.flat(chance, width, depth, eaves, wall, trim)).mesh();
    }

    private static void addBalcony(Assembly house, int bay, int bays, double width, double floor, double front, double share,
            Material stone) {
        double x = -width / 2 + (bay + 0.5) * width / bays;
        double half = Math.min(width / bays * share * 0.5 + 0.35, 1.4);
        house.add(Shapes.box(x - half, floor - 0.12, front, x + half, floor + 0.06, front + 0.8, stone));
        int bars = 8;
        for (int i = 0; i <= bars; i++) {
            double at = x - half + 2 * half * i / bars;
            house.add(Shapes.panel(at - 0.02, floor + 0.05, at + 0.02, floor + 0.95, front + 0.78, IRON));
        }
        house.add(Shapes.box(x - half, floor + 0.93, front + 0.75, x + half, floor + 1.0, front + 0.81, IRON));
        house.add(Shapes.box(x - half, floor + 0.93, front, x - half + 0.05, floor + 1.0, front + 0.8, IRON))
                .add(Shapes.box(x + half - 0.05, floor + 0.93, front, x + half, floor + 1.0, front + 0.8, IRON));
    }

    /// The walls that are not the front, with a few windows in the sides.
    private static Mesh shell(double width, double depth, double eaves, Material wall) {
        double half = width / 2;
        double front = depth / 2;
        Material glass = Material.of(Surface.GLASS, 0x262f35);
        Material frame = Material.of(Surface.PLAIN, 0xdedacf);
        Assembly shell = new Assembly();
        shell.add(Placement.scaled(1, 1, -1), Shapes.panel(-half, 0, half, eaves, front, wall));
        shell.add(Shapes.quad(new Vector(-half, eaves, -front), new Vector(-half, eaves, front), new Vector(half, eaves, front),
                new Vector(half, eaves, -front), wall));
        Assembly side = new Assembly().add(Shapes.sidePanel(-front, 0, front, eaves, half, wall));
        int columns = (int) Math.max(1, Math.round(depth / 4.5));
        for (double y = 4.3; y < eaves - 1.8; y += 3.1) {
            for (int i = 0; i < columns; i++) {
                double z = -front + (i + 0.5) * depth / columns;
                side.add(Shapes.sidePanel(z - 0.5, y, z + 0.5, y + 1.4, half + 0.01, frame))
                        .add(Shapes.sidePanel(z - 0.42, y + 0.08, z + 0.42, y + 1.32, half + 0.02, glass));
            }
        }
        return shell.addBothSides(side.mesh()).mesh();
    }
}

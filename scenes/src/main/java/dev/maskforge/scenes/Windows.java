package dev.maskforge.scenes;

import java.util.List;

/// Windows of one make, as all windows of a house are.
///
/// @param frame    frames and bars
/// @param trim     sills and surrounds
/// @param shutters beside the window; a house without has none
/// @param bars     how frames part the glass
/// @param recess   how deep the glass lies behind the wall in metres
record Windows(Material frame, Material trim, List<Material> shutters, Bars bars, Surround surround, double recess) {
    private static final List<Integer> PANES = List.of(0x1c242b, 0x232b31, 0x2a343b, 0x18201f, 0x303a44);
    private static final List<Integer> CURTAINS = List.of(0xb9bcb8, 0xa9a596, 0x8f9aa3, 0xc4b9a4, 0x9a8f86);
    private static final List<Integer> LIT = List.of(0xd8b777, 0xcfae78, 0xe0c890);
    private static final double BAR = 0.07;

    enum Bars {
        SINGLE,
        CASEMENT,
        CROSS
    }

    enum Surround {
        NONE,
        SILL,
        FRAMED,
        PEDIMENT
    }

    /// A window in an opening of a wall that lies in the plane of z and looks along +z: reveals, glass, frame, what is behind it, and what is around it.
    Mesh in(Chance chance, double x0, double y0, double x1, double y1, double z) {
        Assembly window = new Assembly();
        double deep = z - recess;
        if (recess > 0.01) {
            window.add(Shapes.quad(new Vector(x0, y0, deep), new Vector(x0, y1, deep), new Vector(x0, y1, z), new Vector(x0, y0, z), trim));
            window.add(Shapes.quad(new Vector(x1, y0, z), new Vector(x1, y1, z), new Vector(x1, y1, deep), new Vector(x1, y0, deep), trim));
            window.add(Shapes.quad(new Vector(x0, y1, z), new Vector(x0, y1, deep), new Vector(x1, y1, deep), new Vector(x1, y1, z), trim));
            window.add(Shapes.quad(new Vector(x0, y0, deep), new Vector(x0, y0, z), new Vector(x1, y0, z), new Vector(x1, y0, deep), trim));
        }
        addPane(window, chance, x0, y0, x1, y1, deep);
        addBars(window, x0, y0, x1, y1, deep + 0.03);
        switch (surround) {
            case NONE -> {
            }
            case SILL -> window.add(ledge(x0 - 0.08, y0 - 0.09, x1 + 0.08, y0, z, 0.1));
            case FRAMED -> {
                window.add(ledge(x0 - 0.15, y0 - 0.1, x1 + 0.15, y0, z, 0.1));
                window.add(Shapes.panel(x0 - 0.14, y0, x0, y1 + 0.14, z + 0.03, trim))
                        .add(Shapes.panel(x1, y0, x1 + 0.14, y1 + 0.14, z + 0.03, trim));
                window.add(Shapes.panel(x0, y1, x1, y1 + 0.14, z + 0.03, trim));
            }
            case PEDIMENT -> {
                window.add(ledge(x0 - 0.12, y0 - 0.12, x1 + 0.12, y0, z, 0.12));
                window.add(Shapes.panel(x0 - 0.12, y0, x0, y1 + 0.1, z + 0.03, trim))
                        .add(Shapes.panel(x1, y0, x1 + 0.12, y1 + 0.1, z + 0.03, trim));
                window.add(ledge(x0 - 0.2, y1 + 0.1, x1 + 0.2, y1 + 0.22, z, 0.15));
            }
        }
        for (Material shutter : shutters) {
            double wide = (x1 - x0) * 0.46;
            window.add(Shapes.panel(x0 - wide - 0.03, y0, x0 - 0.03, y1, z + 0.04, shutter))
                    .add(Shapes.panel(x1 + 0.03, y0, x1 + wide + 0.03, y1, z + 0.04, shutter));
        }
        return window.mesh();
    }

    private void addPane(Assembly window, Chance chance, double x0, double y0, double x1, double y1, double z) {
        double share = chance.unit();
        window.add(Shapes.panel(x0, y0, x1, y1, z,
                share < 0.06 ? Material.of(Surface.LAMP, chance.oneOf(LIT)) : Material.of(Surface.GLASS, chance.oneOf(PANES))));
        Material cloth = Material.of(Surface.GLASS, chance.oneOf(CURTAINS));
        if (share > 0.75) {
            double side = (x1 - x0) * chance.between(0.16, 0.3);
            window.add(Shapes.panel(x0, y0, x0 + side, y1, z + 0.01, cloth)).add(Shapes.panel(x1 - side, y0, x1, y1, z + 0.01, cloth));
        } else if (share > 0.55) {
            window.add(Shapes.panel(x0, y1 - (y1 - y0) * chance.between(0.15, 0.75), x1, y1, z + 0.01, cloth));
        }
    }

    private void addBars(Assembly window, double x0, double y0, double x1, double y1, double z) {
        window.add(Shapes.panel(x0, y0, x0 + BAR, y1, z, frame)).add(Shapes.panel(x1 - BAR, y0, x1, y1, z, frame));
        window.add(Shapes.panel(x0 + BAR, y0, x1 - BAR, y0 + BAR, z, frame)).add(Shapes.panel(x0 + BAR, y1 - BAR, x1 - BAR, y1, z, frame));
        double middle = (x0 + x1) / 2;
        if (bars != Bars.SINGLE) {
            window.add(Shapes.panel(middle - BAR / 2, y0 + BAR, middle + BAR / 2, y1 - BAR, z, frame));
        }
        if (bars == Bars.CROSS) {
            double high = y0 + (y1 - y0) * 0.66;
            window.add(Shapes.panel(x0 + BAR, high - BAR / 2, x1 - BAR, high + BAR / 2, z, frame));
        }
    }

    private Mesh ledge(double x0, double y0, double x1, double y1, double z, double out) {
        return ledge(x0, y0, x1, y1, z, out, trim);
    }

    /// A thing that stands out of a wall in the plane of z: front, top and underside.
    static Mesh ledge(double x0, double y0, double x1, double y1, double z, double out, Material material) {
        double front = z + out;
        return new Assembly().add(Shapes.panel(x0, y0, x1, y1, front, material))
                .add(Shapes.quad(new Vector(x0, y1, front), new Vector(x1, y1, front), new Vector(x1, y1, z), new Vector(x0, y1, z),
                        material))
                .add(Shapes.quad(new Vector(x0, y0, z), new Vector(x1, y0, z), new Vector(x1, y0, front), new Vector(x0, y0, front),
                        material))
                .add(Shapes.quad(new Vector(x0, y0, z), new Vector(x0, y0, front), new Vector(x0, y1, front), new Vector(x0, y1, z),
                        material))
                .add(Shapes.quad(new Vector(x1, y0, front), new Vector(x1, y0, z), new Vector(x1, y1, z), new Vector(x1, y1, front),
                        material))
                .mesh();
    }
}

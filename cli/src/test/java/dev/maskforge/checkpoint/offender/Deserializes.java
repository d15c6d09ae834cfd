package dev.maskforge.checkpoint.offender;

import java.io.ObjectInputStream;

interface Deserializes {
    ObjectInputStream stream();
}

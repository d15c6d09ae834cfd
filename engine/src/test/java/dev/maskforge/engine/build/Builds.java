package dev.maskforge.engine.build;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.ToyNetwork;
import java.nio.file.Path;

/// A program that builds a plan and says when the compiler is at work.
final class Builds {
    private Builds() {
    }

    public static void main(String[] arguments) {
        ChildBuild.standard().run(StandInProvider.NAME, ToyNetwork.raw(), BuildOptions.standard(BuildProfile.fixed(1, 32, 32)),
                (name, step, _) -> {
                    if (name.equals("pretending") && step == 2) {
                        System.out.println("at work");
                    }
                }, Path.of(arguments[0]));
    }
}

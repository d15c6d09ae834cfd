package dev.maskforge.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `maskforge completion`
@Command(name = "completion", mixinStandardHelpOptions = true, description = {"Prints the completion for bash and zsh; put into ~/.bashrc:",
        "source <(maskforge completion)"})
final class CompletionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().print(AutoComplete.bash("maskforge", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
    }
}

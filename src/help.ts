// A command's own metadata -> its help text, laid out by oclif. Loaded for --help only.

import type { Command } from '@oclif/core/command';
import { Help } from '@oclif/core/help';
import { cliConfig } from './cli/oclif-config.ts';
import { isTerminal, textStyle } from './cli/terminal.ts';
import type { CommandEntry } from './commands.ts';

class CommandHelp extends Help {
  override formatCommand(command: Command.Loadable): string {
    return super.formatCommand(command);
  }

  formatOverview(commands: Command.Loadable[]): string {
    return `${this.formatRoot()}\n\n${this.formatCommands(commands)}`;
  }
}

/** The help of one command, or of lib-users as a whole. */
export async function renderHelp(wanted: CommandEntry | null, all: readonly CommandEntry[]): Promise<string> {
  const { columns } = await textStyle(await isTerminal(1));
  const help = new CommandHelp(cliConfig, { maxWidth: Math.min(Math.max(columns, 40), 120), stripAnsi: true });
  if (wanted) return `${help.formatCommand(await describe(wanted))}\n`;
  const described = await Promise.all(all.map(describe));
  const summaries = described.map((command) => ({ ...command, description: command.summary }));
  const more = `\nRun lib-users COMMAND --help for the flags of a command.\n`;
  return `${help.formatOverview(summaries)}\n${more}`;
}

/** The part of a command that oclif's help reads. */
async function describe({ name, load }: CommandEntry): Promise<Command.Loadable> {
  const { default: command } = await load();
  const named = Object.entries(command.args ?? {}).map(([arg, definition]) => [arg, { ...definition, name: arg }]);
  const { summary, description, examples, flags } = command;
  const help = {
    summary,
    description,
    examples,
    flags,
    args: Object.fromEntries(named),
    aliases: [],
    hiddenAliases: [],
  };
  return { ...help, id: name, load: async () => command } as unknown as Command.Loadable;
}

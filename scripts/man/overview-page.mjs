// lib-users(1): what the program is, its commands, and what holds for all of them.
import { overallExitStatus } from './exit-status.mjs';
import { bold, ellipsis, italic, item, page, paragraph, section, seeAlso } from './roff.mjs';

const description = `Finds the processes that still run on libraries and programs which an upgrade replaced, and the daemons that
hold deleted logs and other files, and names the systemd unit, session or container of each. The result is JSON that meets
a published schema, or text for people. It restarts nothing itself.`;

const files = {
  '/etc/lib-users/config.yaml': 'The configuration: see lib-users-config(5).',
  '/etc/lib-users/config.d/*.yaml': 'More of it, in the order of the names.',
  '/proc': 'What is looked at; --proc names another place.',
};

const environment = {
  NO_COLOR: 'Where it is set and not empty, text has no colours.',
  COLUMNS: "The width of text; it wins over the terminal's own.",
};

/**
 * @param {import('../metadata.mjs').Command[]} commands
 * @param {import('./roff.mjs').About & { pages: string[] }} about
 */
export function overviewPage(commands, { pages, ...about }) {
  /** @type {(entries: Record<string, string>) => string[]} */
  const table = (entries) => Object.entries(entries).map(([name, text]) => item(bold(name), text));
  return page(
    { name: 'lib-users', number: 1, summary: 'which processes still run on files that are gone', ...about },
    section(
      'synopsis',
      `${bold('lib-users')} ${italic('COMMAND')}\n[${italic('OPTION')}]${ellipsis}\n[${italic('ARGUMENT')}]${ellipsis}\n.br\n`,
      `${bold('lib-users')} ${bold('--help')}|${bold('--version')}\n`,
    ),
    section('description', paragraph(description.replaceAll('\n', ' '))),
    section('commands', ...commands.map(({ name, summary }) => item(bold(name), summary))),
    section(
      'options',
      item(bold('--help'), 'Print the help text; after a command, that of the command.'),
      item(bold('--version'), 'Print the version.'),
    ),
    overallExitStatus(),
    section('files', ...table(files)),
    section('environment', ...table(environment)),
    seeAlso(pages.filter((page) => page !== 'lib-users(1)')),
  );
}

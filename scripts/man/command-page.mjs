// The page of one command: lib-users-scan(1) and so on.
import { commandExitStatus } from './exit-status.mjs';
import {
  bold,
  ellipsis,
  escapeRoff,
  italic,
  item,
  nextParagraph,
  page,
  paragraph,
  section,
  seeAlso,
  subsection,
} from './roff.mjs';

/**
 * @typedef {import('../metadata.mjs').Flag} Flag
 * @typedef {import('../metadata.mjs').Value} Value
 */

/** @type {Record<string, string>} */
const groupTitles = { NAGIOS: 'As a plugin for Nagios', OUTPUT: 'Output' };
/** @type {Flag} */
const helpFlag = {
  name: 'help',
  char: 'h',
  description: 'Print the help text.',
  group: 'OUTPUT',
  multiple: false,
  default: null,
  word: null,
  value: null,
};

/**
 * A few words to type, as in `maps|fds`, or a word that stands for them, as in `FORMAT`.
 * @param {Flag} flag
 */
function valueWord({ name, word, value }) {
  if (value?.kind !== 'one') return italic(word ?? '');
  return isShort(value) ? value.of.map(bold).join('|') : italic(name.toUpperCase());
}

/** @type {(value: Value) => boolean} */
const isShort = ({ of }) => of.length <= 4;

/** @param {Flag} flag */
function synopsisFlag(flag) {
  const value = flag.word === null ? '' : `\\ ${valueWord(flag)}`;
  return `[${bold(`--${flag.name}`)}${value}]${flag.multiple ? ellipsis : ''}\n`;
}

/** @param {import('../metadata.mjs').Argument} argument */
function synopsisArgument({ name, required, multiple }) {
  const word = `${italic(name)}${multiple ? ellipsis : ''}`;
  return `${required ? word : `[${word}]`}\n`;
}

/** @param {Flag} flag */
function optionItem(flag) {
  const char = flag.char ? `${bold(`-${flag.char}`)}, ` : '';
  const value = flag.word === null ? '' : `=${valueWord(flag)}`;
  const notes = [
    flag.description,
    // The list of values, if the tag does not show them.
    flag.value?.kind === 'one' && !isShort(flag.value) ? `One of ${flag.value.of.join(', ')}.` : '',
    flag.default ? `The default is ${flag.default}.` : '',
    flag.multiple ? 'May be given more than once.' : '',
  ];
  return item(`${char}${bold(`--${flag.name}`)}${value}`, notes.filter((note) => note !== '').join(' '));
}

/** @param {Flag[]} flags */
function options(flags) {
  const groups = [...new Set(flags.map(({ group }) => group))].sort((a, b) => Number(a !== null) - Number(b !== null));
  return section(
    'options',
    ...groups.map((group) => {
      const items = flags.filter((flag) => flag.group === group).map(optionItem);
      return group === null ? items.join('') : subsection(groupTitles[group] ?? group, ...items);
    }),
  );
}

/**
 * @param {import('../metadata.mjs').Command} command
 * @param {import('./roff.mjs').About & { pages: string[] }} about
 */
export function commandPage(command, { pages, ...about }) {
  const name = `lib-users-${command.name}`;
  const flags = [...command.flags, helpFlag];
  const description = [command.summary, command.description].filter((text) => text !== '');
  return page(
    { name, number: 1, summary: command.summary, ...about },
    section(
      'synopsis',
      `${bold('lib-users')} ${bold(command.name)}\n`,
      ...command.flags.map(synopsisFlag),
      ...command.args.map(synopsisArgument),
    ),
    section('description', description.map(paragraph).join(nextParagraph)),
    command.args.length === 0
      ? ''
      : section('arguments', ...command.args.map((arg) => item(italic(arg.name), arg.description))),
    options(flags),
    commandExitStatus(command.name),
    section(
      'examples',
      ...command.examples.map(
        (each) => `.TP\n${escapeRoff(each.description)}\n.EX\n${escapeRoff(each.command)}\n.EE\n`,
      ),
    ),
    seeAlso(pages.filter((page) => page !== `${name}(1)`)),
  );
}

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

const groupTitles = { NAGIOS: 'As a plugin for Nagios', OUTPUT: 'Output' };
const helpFlag = { name: 'help', char: 'h', word: null, description: 'Print the help text.', group: 'OUTPUT' };

/** A few words to type, as in `maps|fds`, or a word that stands for them, as in `FORMAT`. */
function valueWord({ name, word, value }) {
  if (value?.kind !== 'one') return italic(word);
  return isShort(value) ? value.of.map(bold).join('|') : italic(name.toUpperCase());
}

const isShort = ({ of }) => of.length <= 4;

function synopsisFlag(flag) {
  const value = flag.word === null ? '' : `\\ ${valueWord(flag)}`;
  return `[${bold(`--${flag.name}`)}${value}]${flag.multiple ? ellipsis : ''}\n`;
}

function synopsisArgument({ name, required, multiple }) {
  const word = `${italic(name)}${multiple ? ellipsis : ''}`;
  return `${required ? word : `[${word}]`}\n`;
}

function optionItem(flag) {
  const char = flag.char ? `${bold(`-${flag.char}`)}, ` : '';
  const value = flag.word === null ? '' : `=${valueWord(flag)}`;
  const notes = [
    flag.description,
    // Where the tag does not show them.
    flag.value?.kind === 'one' && !isShort(flag.value) ? `One of ${flag.value.of.join(', ')}.` : '',
    flag.default ? `The default is ${flag.default}.` : '',
    flag.multiple ? 'May be given more than once.' : '',
  ];
  return item(`${char}${bold(`--${flag.name}`)}${value}`, notes.filter((note) => note !== '').join(' '));
}

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

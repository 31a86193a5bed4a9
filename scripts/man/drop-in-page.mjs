// lib_users(1) and fd_users(1): the commands of the original tool, as lib-users stands in for them.
import { bold, italic, item, page, paragraph, section, seeAlso } from './roff.mjs';

/** @typedef {import('../metadata.mjs').DropIn} DropIn */

/** @type {Record<DropIn['name'], [summary: string, description: string]>} */
const looksAt = {
  lib_users: [
    'list processes that use deleted libraries',
    'Prints the processes that map files which were deleted or replaced.',
  ],
  fd_users: ['list processes that hold deleted files', 'Prints the processes that have files open which were deleted.'],
};
const more =
  'The flags and the output are those of the tool of this name, so that scripts go on working; this is lib-users under another name. lib-users scan says more, as JSON.';

const status = {
  0: 'The work is done, with or without findings.',
  2: 'The command line is wrong.',
  3: 'The work could not be done.',
  70: 'A defect in lib-users.',
};

/**
 * @param {DropIn} dropIn
 * @param {import('./roff.mjs').About} about
 */
export function dropInPage({ name, options }, about) {
  const [summary, description] = looksAt[name];
  /** @type {(option: DropIn['options'][number], space: string) => string} */
  const value = (option, space) => (option.value === null ? '' : `${space}${italic(option.value)}`);
  return page(
    { name, number: 1, summary, ...about },
    section(
      'synopsis',
      `${bold(name)}\n`,
      ...options.map((option) => `[${bold(option.short ?? option.long)}${value(option, '\\ ')}]\n`),
    ),
    section('description', paragraph(description), paragraph(more)),
    section(
      'options',
      ...options.map((option) => {
        const names = [option.short, option.long].filter((each) => each !== null);
        const text = `${option.help.charAt(0).toUpperCase()}${option.help.slice(1)}.`;
        return item(names.map((each) => `${bold(each)}${value(option, ' ')}`).join(', '), text);
      }),
    ),
    section('exit status', ...Object.entries(status).map(([code, meaning]) => item(`\\fB${code}\\fR`, meaning))),
    seeAlso([name === 'lib_users' ? 'fd_users(1)' : 'lib_users(1)', 'lib-users(1)', 'lib-users-scan(1)']),
  );
}

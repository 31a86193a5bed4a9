// Exit codes -> the words for them, by command, for the pages' EXIT STATUS. src/exit-codes.ts has the codes, README.md the same table
// for all commands; test/exit-codes.test.ts compares them.
import { item, section } from './roff.mjs';

const common = {
  0: 'The work is done, with or without findings.',
  2: 'Usage: a flag, a configuration file or an input document is wrong.',
  3: 'The work could not be done: there is no procfs, an output cannot be written, and the like.',
  4: 'Not everything could be seen, and --require-complete was given.',
  70: 'A defect in lib-users.',
  '128+N': 'Ended by signal N.',
};

/** @type {Record<string, Record<string, string>>} by command */
const special = {
  check: {
    0: 'The gate is open.',
    4: 'Nothing that counts was found, but not everything could be seen, or fixes are not known that --fixes-only asks for.',
    5: 'The gate is closed: something was found that --fail-on counts.',
  },
  fleet: {
    4: 'Not enough is known of a host: with --fail-on, unless --allow-incomplete is given; with --cve in any case; else only with --require-complete.',
    5: 'The gate is closed: something was found that --fail-on counts; with --cve: a host runs code without the fix.',
  },
  validate: { 0: 'The document is valid.', 5: 'The document is not valid.' },
};

const all = {
  ...common,
  4: 'Not everything could be seen and nothing that counts was found: check, and fleet with --fail-on, unless --allow-incomplete is given (or check --allow-unseen-users, if only processes of users were not seen); other commands only with --require-complete.',
  5: 'The gate of check or fleet is closed, or the document of validate is not valid.',
};

/** @type {(codes: Record<string, string>) => string} */
const render = (codes) =>
  section('exit status', ...Object.entries(codes).map(([code, meaning]) => item(`\\fB${code}\\fR`, meaning)));

/** @type {(command: string | null) => string[]} the codes of a command, or of all of them */
export const exitCodesOf = (command) => Object.keys(command === null ? all : { ...common, ...special[command] });
export const overallExitStatus = () => render(all);
/** @type {(command: string) => string} */
export const commandExitStatus = (command) => render({ ...common, ...special[command] });

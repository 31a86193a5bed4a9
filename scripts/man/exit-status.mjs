// What each exit code means, by command: the table of the README, for the pages' EXIT STATUS.
import { item, section } from './roff.mjs';

const common = {
  0: 'The work is done, with or without findings.',
  2: 'Usage: a flag, a configuration file or an input document is wrong.',
  3: 'The work could not be done: there is no procfs, an output cannot be written, and the like.',
  4: 'Not everything could be seen, and --require-complete was given.',
  70: 'A defect in lib-users.',
  '128+N': 'Ended by signal N.',
};

const special = {
  check: {
    0: 'The gate is open.',
    4: 'Nothing that counts was found, but not everything could be seen.',
    5: 'The gate is closed: something was found that --fail-on counts.',
  },
  validate: { 0: 'The document is valid.', 5: 'The document is not valid.' },
};

const all = {
  ...common,
  4: 'Not everything could be seen and nothing that counts was found: check without --allow-incomplete (or --allow-unseen-users, if only processes of users were not seen), other commands only with --require-complete.',
  5: 'The gate of check is closed, or the document of validate is not valid.',
};

const render = (codes) =>
  section('exit status', ...Object.entries(codes).map(([code, meaning]) => item(`\\fB${code}\\fR`, meaning)));

export const overallExitStatus = () => render(all);
export const commandExitStatus = (command) => render({ ...common, ...special[command] });

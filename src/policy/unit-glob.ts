// Whether a glob can match any unit name at all: a rule for `nginx` (no suffix) or `my service.service` never would.
// systemd.unit(5): the characters of a unit name, its length and the unit types.

import { globProblem } from '../glob.ts';

const unitTypes = [
  'service',
  'socket',
  'target',
  'device',
  'mount',
  'automount',
  'swap',
  'timer',
  'path',
  'slice',
  'scope',
];
const valid = /^[0-9A-Za-z:_.\\@-]$/;
const wildcard = /[*?]|\[!?\]?[^\]]*\]/g;

/** What is wrong with a glob over unit names that a user wrote (no unit could ever match it), or null. */
export function unitGlobProblem(pattern: string): string | null {
  const problem = globProblem(pattern);
  if (problem !== null) return problem;
  const literal = pattern.replace(wildcard, '');
  const odd = [...literal].find((character) => !valid.test(character));
  if (odd !== undefined) return `no unit name holds the character ${JSON.stringify(odd)}`;
  if ([...pattern.matchAll(wildcard)].some(([set]) => !admitsValid(set))) return 'no unit name holds such a character';
  if (pattern.startsWith('@')) return 'no unit name begins with @';
  if (literal.length > 255) return 'no unit name is longer than 255 characters';
  return canEndInType(pattern)
    ? null
    : `no unit name ends so: the types are ${unitTypes.map((t) => `.${t}`).join(' ')}`;
}

/** Whether a wildcard leaves any character of unit names; [!…] is not looked into. */
function admitsValid(token: string): boolean {
  if (!token.startsWith('[') || token.startsWith('[!')) return true;
  const inside = token.slice(1, -1);
  return inside.includes('-', 1) || [...inside].some((character) => valid.test(character));
}

/** The text after the last wildcard must be able to end a name: `*ice` can, `nginx` and `*.conf` cannot. */
function canEndInType(pattern: string): boolean {
  const tail = pattern.split(wildcard).at(-1) ?? '';
  const dot = tail.lastIndexOf('.');
  if (dot > 0 || (dot === 0 && tail !== pattern)) return unitTypes.includes(tail.slice(dot + 1));
  return dot < 0 && tail !== pattern && unitTypes.some((type) => type.endsWith(tail));
}

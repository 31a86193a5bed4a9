// A glob -> whether it can match any unit name at all. A rule for `nginx` (no suffix) or `my service.service` never matches.
// systemd.unit(5): the characters of a unit name, its length and the unit types.

import { nearest } from '../did-you-mean.ts';
import { accepts, globProblem, parseGlob, type Token } from '../glob.ts';
import { fromText } from '../procfs/bytes.ts';
import { maxUnitNameLength, unitTypes } from '../systemd/unit-name.ts';

export interface UnitGlobProblem {
  message: string;
  /** The glob that was probably meant, or examples of such globs. */
  hint: string;
}

const prefixCharacters = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:_.\\-'];
const instanceCharacters = [...prefixCharacters, '@'];
const wildcard = /[*?]|\[!?\]?[^\]]*\]/g;

/** Returns why no unit name can match the glob that a user wrote, or null if one can. */
export function unitGlobProblem(pattern: string): UnitGlobProblem | null {
  const problem = globProblem(pattern);
  if (problem === null && canMatch(pattern)) return null;
  return { message: problem ?? explain(pattern), hint: suggest(pattern) };
}

/** A state of the reader of unit names: `type:ser` has read a name, the dot and `ser`. */
type State = 'start' | 'prefix' | 'at' | 'instance' | `type:${string}`;

/** Returns the states after one more character. There may be several, because a dot belongs to the name or begins the type. */
function advance(state: State, character: string): State[] {
  if (state.startsWith('type:')) {
    const read = `${state.slice('type:'.length)}${character}`;
    return unitTypes.some((type) => type.startsWith(read)) ? [`type:${read}`] : [];
  }
  const inInstance = state === 'at' || state === 'instance';
  return [
    ...(character === '@' && state === 'prefix' ? (['at'] as const) : []),
    ...(inInstance ? (['instance'] as const) : character === '@' ? [] : (['prefix'] as const)),
    ...(character === '.' && (state === 'prefix' || state === 'instance') ? (['type:'] as const) : []),
  ];
}

/**
 * Answers exactly. It walks the glob and the grammar of unit names together, one character after the other, and looks once at every
 * pair of places that they can reach. It leaves out templates (`foo@.service`), because nothing runs in a template.
 */
function canMatch(pattern: string): boolean {
  const tokens = parseGlob(fromText(pattern));
  if (tokens.filter((token) => token !== '*').length > maxUnitNameLength) return false;
  const states = tokens.map(() => new Set<State>()).concat(new Set<State>());
  let places: [at: number, state: State][] = [[0, 'start']];
  for (let length = 0; places.length > 0 && length <= maxUnitNameLength; length++) {
    const next: typeof places = [];
    for (const [at, state] of places) {
      // A star may stand for nothing.
      for (const index of tokens[at] === '*' ? [at, at + 1] : [at]) {
        const token = tokens[index];
        if (token === undefined && unitTypes.some((type) => state === `type:${type}`)) return true;
        if (token === undefined || states[index]!.has(state)) continue;
        states[index]!.add(state);
        for (const after of statesAfter(token, state)) next.push([token === '*' ? index : index + 1, after]);
      }
    }
    places = next;
  }
  return false;
}

/** Returns the states that are possible after one character that the token stands for. */
function statesAfter(token: Token, state: State): Set<State> {
  const moves = movesFrom(state);
  return new Set(moves.flatMap(([character, after]) => (token === '*' || accepts(token, character) ? [after] : [])));
}

type Move = readonly [character: string, after: State];
const knownMoves = new Map<State, readonly Move[]>();

/** A cache, because there are only about sixty states and a long glob meets each of them at most of its places. */
function movesFrom(state: State): readonly Move[] {
  const known = knownMoves.get(state);
  if (known !== undefined) return known;
  const moves = instanceCharacters.flatMap((character) =>
    advance(state, character).map((after): Move => [character, after]),
  );
  knownMoves.set(state, moves);
  return moves;
}

/** Returns why a well-formed glob can match no unit name. */
function explain(pattern: string): string {
  const literal = pattern.replace(wildcard, '');
  const odd = [...literal].find((character) => !instanceCharacters.includes(character));
  if (odd !== undefined) return `no unit name holds the character ${JSON.stringify(odd)}`;
  const tokens = parseGlob(fromText(pattern));
  if (tokens.some((token) => token !== '*' && !instanceCharacters.some((each) => accepts(token, each)))) {
    return 'no unit name holds such a character';
  }
  if (pattern.startsWith('@')) return 'no unit name begins with @';
  if (literal.length > maxUnitNameLength) return `no unit name is longer than ${maxUnitNameLength} characters`;
  if (/^[^@]+@\.[a-z]+$/.test(literal) && !/@[*?[]/.test(pattern)) return 'nothing runs in a template itself';
  return `no unit name ends like this: the types are ${unitTypes.map((type) => `.${type}`).join(' ')}`;
}

/** The usual mistakes in a glob that matches nothing, each with its repair, the likeliest first. */
const meanings: readonly ((glob: string) => string)[] = [
  (glob) => glob,
  (glob) => glob.replace(/\.([^.]*)$/, (_, type: string) => `.${nearest(type.toLowerCase(), unitTypes) ?? type}`),
  (glob) => glob.replace(/@(\.[a-z]+)?$/, (_, type: string | undefined) => `@*${type ?? '.service'}`),
  (glob) => (/^(session-|init$)/.test(glob) ? `${glob}.scope` : glob),
  (glob) => `${glob}.service`,
];

function suggest(pattern: string): string {
  const usable = (glob: string) => glob !== '' && globProblem(glob) === null && canMatch(glob);
  const parts = pattern.split(/[\s,]+/).filter((part) => part !== '');
  if (parts.length > 1 && parts.every(usable)) return `give each by itself: ${parts.join(' and ')}`;
  const meant = meanings.map((meaning) => meaning(pattern.trim())).find(usable);
  return meant === undefined ? 'as in nginx.service, nginx* or postgresql@*.service' : `did you mean ${meant}?`;
}

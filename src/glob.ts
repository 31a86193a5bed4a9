// fnmatch(3) globs over whole byte strings: *, ?, [..] and [!..] match every byte, / and leading dots and newlines too;
// nothing else is special (no braces, no negation, no backslash). The semantics are those of Python's fnmatch.fnmatchcase,
// which lib_users has always used; libraries made for file names (picomatch, minimatch) stop * at / and add syntax.

import type { Bytes } from './procfs/bytes.ts';

interface ByteSet {
  negated: boolean;
  /** First and last byte of each range; a range that runs backwards holds nothing. */
  ranges: readonly (readonly [string, string])[];
}
/** One step of a glob: `*` is any run of bytes, everything else is one byte. */
export type Token = '*' | '?' | { literal: string } | ByteSet;

/** Parses the inside of [..]: `a-z` is a range if something follows the hyphen; everything else stands for itself. */
function parseSet(inside: string): ByteSet {
  const negated = inside.startsWith('!');
  const body = negated ? inside.slice(1) : inside;
  const ranges: [string, string][] = [];
  for (let i = 0; i < body.length; ) {
    const isRange = body[i + 1] === '-' && i + 2 < body.length;
    ranges.push([body.charAt(i), body.charAt(isRange ? i + 2 : i)]);
    i += isRange ? 3 : 1;
  }
  return { negated, ranges };
}

/** Index of the ] that closes the set opened at `open`, or -1. A ] that comes first (after !) stands for itself. */
function closingBracket(pattern: string, open: number): number {
  let from = open + 1;
  if (pattern[from] === '!') from++;
  return pattern.indexOf(']', from + 1);
}

/** A run of several * is one token. */
export function parseGlob(pattern: Bytes): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    const close = char === '[' ? closingBracket(pattern, i) : -1;
    if (close > 0) {
      tokens.push(parseSet(pattern.slice(i + 1, close)));
      i = close;
    } else if (char === '*') {
      if (tokens.at(-1) !== '*') tokens.push('*');
    } else tokens.push(char === '?' ? '?' : { literal: char });
  }
  return tokens;
}

/** Whether a token for one byte matches this byte. */
export function accepts(token: Token, char: string): boolean {
  if (token === '?') return true;
  if (token === '*') return false;
  if ('literal' in token) return token.literal === char;
  return token.ranges.some(([first, last]) => first <= char && char <= last) !== token.negated;
}

/** Matches in steps of at most pattern * text: only the last * is ever retried, so that no path can make it slow. */
function matchTokens(tokens: readonly Token[], text: Bytes): boolean {
  let t = 0;
  let starToken = -1;
  let starText = 0;
  for (let i = 0; i < text.length; ) {
    const token = tokens[t];
    if (token === '*') {
      starToken = t++;
      starText = i;
    } else if (token !== undefined && accepts(token, text.charAt(i))) {
      t++;
      i++;
    } else if (starToken >= 0) {
      t = starToken + 1;
      i = ++starText;
    } else return false;
  }
  while (tokens[t] === '*') t++;
  return t === tokens.length;
}

/** The test for one glob. Every string is a glob: an unclosed [ stands for itself. Globs of users are UTF-8: fromText(). */
export function compileGlob(pattern: Bytes): (text: Bytes) => boolean {
  if (!/[*?[]/.test(pattern)) return (text) => text === pattern;
  const tokens = parseGlob(pattern);
  const run = longestRun(tokens);
  return (text) => text.includes(run) && matchTokens(tokens, text);
}

/** The longest run of bytes that a glob spells out. Every match contains it, so most texts are dismissed by looking for it. */
function longestRun(tokens: readonly Token[]): Bytes {
  let longest = '';
  let run = '';
  for (const token of tokens) {
    run = typeof token === 'object' && 'literal' in token ? run + token.literal : '';
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

/** Says why a glob of a user could never match what was meant; null if nothing is wrong with it. */
export function globProblem(pattern: string): string | null {
  if (pattern === '') return 'an empty glob matches nothing';
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] !== '[') continue;
    const close = closingBracket(pattern, i);
    if (close < 0) return 'the [ is never closed; write [[] for the character itself';
    const backwards = parseSet(pattern.slice(i + 1, close)).ranges.find(([first, last]) => first > last);
    if (backwards) return `the range ${backwards[0]}-${backwards[1]} runs backwards`;
    i = close;
  }
  return null;
}

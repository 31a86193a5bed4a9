// Text that JSON.parse refused -> the place at which it stops being JSON (RFC 8259). V8's messages do not always say.

const blanks = /[\t\n\r ]*/y;
const punctuation = /[[\]{}:,]/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// A string is read piece by piece: in one expression V8 keeps a place to come back to for each escape, until its stack is full.
const stringPiece = /[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or }' | ', or ]' | 'end';

function expectedAfterValue(open: readonly string[]): Expected {
  const innermost = open.at(-1);
  return innermost === undefined ? 'end' : innermost === '{' ? ', or }' : ', or ]';
}

/** The end of the match of `pattern` (sticky) at `at`, or null. */
function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

/** The token that begins at `at`: its end, and its kind (the character itself, `string` or `scalar`). Null if there is none. */
function tokenAt(text: string, at: number): { symbol: string; end: number } | null {
  if (text[at] === '"') {
    let end = at + 1;
    for (let next = endOf(stringPiece, text, end); next !== null; next = endOf(stringPiece, text, end)) end = next;
    return text[end] === '"' ? { symbol: 'string', end: end + 1 } : null;
  }
  const end = endOf(punctuation, text, at);
  if (end !== null) return { symbol: text[at] ?? '', end };
  const last = endOf(scalar, text, at);
  return last === null ? null : { symbol: 'scalar', end: last };
}

/**
 * Line and column (from 1) of the first token that does not belong there, or of the end if the text is cut off; `isSecond` if a
 * second object begins there.
 */
export function locateJsonError(text: string): { line: number; column: number; cutOff: boolean; isSecond: boolean } {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = endOf(blanks, text, at) ?? at;
    const token = tokenAt(text, at);
    const next: Expected | null = token && step(expected, token.symbol, open);
    if (token === null || next === null) break;
    expected = next;
    at = token.end;
  }
  const before = text.slice(0, at).split('\n');
  const isSecond = expected === 'end' && text[at] === '{';
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, cutOff: at >= text.length, isSecond };
}

/** The tokens that may follow `symbol`; null if `symbol` may not stand here. Keeps the stack of open brackets. */
function step(expected: Expected, symbol: string, open: string[]): Expected | null {
  const wantsValue = expected === 'value' || expected === 'value or ]';
  if (wantsValue && (symbol === '{' || symbol === '[')) {
    open.push(symbol);
    return symbol === '{' ? 'key or }' : 'value or ]';
  }
  if (wantsValue && (symbol === 'string' || symbol === 'scalar')) return expectedAfterValue(open);
  if (expected.startsWith('key') && symbol === 'string') return ':';
  if (expected === ':' && symbol === ':') return 'value';
  if (expected.startsWith(',') && symbol === ',') return expected === ', or }' ? 'key' : 'value';
  if (expected.endsWith(symbol) && (symbol === '}' || symbol === ']')) {
    open.pop();
    return expectedAfterValue(open);
  }
  return null;
}

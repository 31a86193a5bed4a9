// Text that JSON.parse refused -> where it stops being JSON (RFC 8259). V8's messages do not always say.

// A string is unrolled, text (escape text)*: with (text+ | escape)* one that never ends would take for ever.
const token =
  /[\t\n\r ]*(?:([[\]{}:,])|("[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const blanks = /[\t\n\r ]*/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or }' | ', or ]' | 'end';

function expectedAfterValue(open: readonly string[]): Expected {
  const innermost = open.at(-1);
  return innermost === undefined ? 'end' : innermost === '{' ? ', or }' : ', or ]';
}

/** Line and column (from 1) of the first token that does not belong there, or of the end of a text that is cut off. */
export function locateJsonError(text: string): { line: number; column: number; cutOff: boolean } {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    blanks.lastIndex = at;
    at += blanks.exec(text)?.[0].length ?? 0;
    token.lastIndex = at;
    const found = token.exec(text);
    if (at >= text.length || found === null) break;
    const [whole, punctuation, string] = found;
    const next = step(expected, punctuation ?? (string === undefined ? 'scalar' : 'string'), open);
    if (next === null) break;
    expected = next;
    at += whole.length;
  }
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, cutOff: at >= text.length };
}

/** What may follow `symbol`, or null where it may not stand. Keeps the stack of open brackets. */
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

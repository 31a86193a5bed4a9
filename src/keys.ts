// Texts that others choose -> short keys for maps and sets. V8 hashes a string of more than 16383 characters by its length alone
// (String::kMaxHashCalcLength), so a map would compare each such key with all others. With these keys no engine has to hash a long string.
// A key is not a digest: without a JIT a digest in JavaScript takes 0.7 µs a byte, and OpenSSL takes milliseconds to load.

/** A string with more characters than this is never hashed at once. */
const longest = 512;

/** Returns equal keys for equal parts, and different keys for different parts. */
export type KeyOf = (...parts: readonly (string | number | null)[]) => string;

/** Makes keys that differ from each other. A key means nothing to another maker, so each map wants a maker of its own. */
export function keyMaker(): KeyOf {
  const numbers = new Map<string, number>();
  const numberOf = (piece: string): number => {
    const known = numbers.get(piece);
    if (known !== undefined) return known;
    numbers.set(piece, numbers.size);
    return numbers.size - 1;
  };
  const shorten = (text: string): string => {
    if (text.length <= longest) return text;
    let short = '*';
    for (let at = 0; at < text.length; at += longest) short += `${numberOf(text.slice(at, at + longest))},`;
    return shorten(short);
  };
  return (...parts) => {
    // The length in front keeps the parts apart, whatever they contain. A key that was not shortened never begins with an asterisk.
    let key = '';
    for (const part of parts) key += part === null ? '-' : `${String(part).length}:${part}`;
    return shorten(key);
  };
}

/** Each text once, in the order in which the texts first appear. */
export function distinct(texts: Iterable<string>): string[] {
  const keyOf = keyMaker();
  const known = new Map<string, string>();
  for (const text of texts) {
    const key = keyOf(text);
    if (!known.has(key)) known.set(key, text);
  }
  return [...known.values()];
}

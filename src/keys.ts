// Texts that others choose -> short keys for maps and sets. V8 hashes a string of more than 16383 characters by its length alone
// (String::kMaxHashCalcLength), so that a map compares each of such keys with each other one; no engine has to hash a long one here.
// Not a digest: without a JIT one in JavaScript takes 0.7 µs a byte, and OpenSSL takes milliseconds to load.

/** More characters than this are never hashed at once. */
const longest = 512;

/** Equal for equal parts, different for different ones. */
export type KeyOf = (...parts: readonly (string | number | null)[]) => string;

/** Makes keys that can be told apart from each other and from no other maker's: each map wants a maker of its own. */
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
    // The length in front keeps the parts apart, whatever is in them; and no key that was not shortened begins with an asterisk.
    let key = '';
    for (const part of parts) key += part === null ? '-' : `${String(part).length}:${part}`;
    return shorten(key);
  };
}

/** Each text once, in the order in which they first appear. */
export function distinct(texts: Iterable<string>): string[] {
  const keyOf = keyMaker();
  const known = new Map<string, string>();
  for (const text of texts) {
    const key = keyOf(text);
    if (!known.has(key)) known.set(key, text);
  }
  return [...known.values()];
}

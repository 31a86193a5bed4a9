// Any character of Unicode, drawn and shrunk as the unit 'binary' of fast-check is. fast-check makes a table of all 1.1 million
// characters to find the number of one, which takes most of a second in every process. Here the number is computed.

import fc from 'fast-check';

const firstSurrogate = 0xd800;
const surrogates = 0x800;

export const anyCharacter: fc.Arbitrary<string> = fc.nat({ max: 0x10ffff - surrogates }).map(
  (number) => String.fromCodePoint(number < firstSurrogate ? number : number + surrogates),
  (character) => {
    const code = typeof character === 'string' ? character.codePointAt(0) : undefined;
    if (code === undefined || String.fromCodePoint(code) !== character || /\p{Cs}/u.test(character))
      throw new Error('not one character');
    return code < firstSurrogate ? code : code - surrogates;
  },
);

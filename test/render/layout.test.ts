import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold, word, words } from '../../src/render/layout.ts';

const plain = (columns: number) => ({ colour: false, columns });

const table: readonly [name: string, text: string, columns: number, output: string][] = [
  ['fits', 'aa bb', 7, '  aa bb\n'],
  ['breaks at a blank', 'aa bb', 6, '  aa\n    bb\n'],
  ['a long word stays whole', 'a bbbbbbbbb c', 6, '  a\n    bbbbbbbbb\n    c\n'],
  ['wide letters take two cells', '日日 日', 9, '  日日 日\n'],
  ['wide letters one cell short', '日日 日', 8, '  日日\n    日\n'],
  ['combining marks take none', 'e\u0301e\u0301 e', 6, '  e\u0301e\u0301 e\n'],
  ['no blanks at the end', 'aa  bb', 5, '  aa\n    bb\n'],
];
for (const [name, text, columns, output] of table) {
  test(`fold: ${name}`, () => assert.equal(fold(words(text), 2, 4, plain(columns)), output));
}

test('fold: colour ends before the line does, neighbours share it', () => {
  const content = [word('a', 'bold'), ...words('b c', 'red')];
  assert.equal(
    fold(content, 0, 2, { colour: true, columns: 4 }),
    '\x1b[1ma\x1b[22m \x1b[31mb\x1b[39m\n  \x1b[31mc\x1b[39m\n',
  );
  assert.equal(fold(content, 0, 2, { colour: true, columns: 9 }), '\x1b[1ma\x1b[22m \x1b[31mb c\x1b[39m\n');
});

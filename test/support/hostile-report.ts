// Any valid report with names and paths as hostile as the schema allows: markup, escapes, controls, bidi.

import fc from 'fast-check';
import type { Report } from '../../src/documents/generated/report.ts';
import { schemas } from '../../src/documents/generated/schemas.ts';
import { anyCharacter } from './any-character.ts';
import { arbitraryOf, type Schema } from './schema-arbitrary.ts';

const snippets = [
  '"',
  "'",
  '\\',
  '\\n',
  '\n',
  '\r',
  '\t',
  '\0',
  '\x1b[2J',
  '\x7f',
  '\x85',
  '<',
  '>',
  '&',
  '&amp;',
  ']]>',
  '<!--',
  '|',
  ';',
  ',',
  '=',
  ':',
  '::error::',
  '%',
  '%0A',
  '{',
  '}',
  '#',
  '# EOF',
  '\u202e',
  '\u2028',
  '\ufffe',
  '\uffff',
  '\ud800',
  '$(id)',
  ' ',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...snippets), fc.string({ unit: anyCharacter, maxLength: 3 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(''));
const path = text.map((name) => `/${name}`);
const amount = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 53, 1e300, Number.MAX_VALUE));
const unitName = fc.oneof(fc.constantFrom('session-7.scope', 'a.service', 'dev-disk-by\\x2did.swap'), text);

export const hostileReport = arbitraryOf(schemas.report as Schema, {
  pids: fc.constantFrom([1], [1, 2], [3]),
  'process.pid': fc.integer({ min: 1, max: 5 }),
  'unit.name': unitName,
  'unit_ref.name': unitName,
  'unit_file.path': path,
  'map.path': path,
  'fd.path': path,
  'executable.path': path,
  'process.name': text,
  'scan.duration_seconds': amount,
  'summary.held_bytes': amount,
  'unit.held_bytes': amount,
  'unit_file.held_bytes': fc.option(amount),
  'fd.held_bytes': fc.option(amount),
  'host.hostname': text,
  'user.name': fc.oneof(fc.constant(null), text),
}) as fc.Arbitrary<Report>;

// Time spans as systemctl prints them -> seconds.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseTimeSpan } from '../../src/systemd/time-span.ts';

const spans: [text: string, seconds: number | null][] = [
  ['1min 30s', 90],
  ['0', 0],
  ['500ms', 0.5],
  ['2.5s', 2.5],
  ['1w 2d 3h 4min 5s 6ms 7us', 788_645.006007],
  ['1month', 2_629_800],
  ['1y', 31_557_600],
  ['infinity', null],
  ['', null],
  ['5', null],
  ['1min  30s', null],
  ['-1s', null],
  ['1e9s', null],
];

for (const [text, seconds] of spans) {
  test(`time span: ${JSON.stringify(text)}`, () => assert.equal(parseTimeSpan(text), seconds));
}

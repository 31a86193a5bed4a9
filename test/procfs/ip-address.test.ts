// Addresses of /proc/net -> their usual text, on machines of both byte orders. RFC 5952.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddress } from '../../src/procfs/ip-address.ts';

/** The digits of a big-endian machine are the bytes of the address in their order. */
const rows: [big: string, little: string, text: string][] = [
  ['00000000', '00000000', '0.0.0.0'],
  ['7F000001', '0100007F', '127.0.0.1'],
  ['C0A80AFF', 'FF0AA8C0', '192.168.10.255'],
  ['0'.repeat(32), '0'.repeat(32), '::'],
  [`${'0'.repeat(31)}1`, `${'0'.repeat(24)}01000000`, '::1'],
  ['20010DB8000000000000000000000001', 'B80D0120000000000000000001000000', '2001:db8::1'],
  ['FE800000000000000000000000000000', '000080FE000000000000000000000000', 'fe80::'],
  // The longest run of zeros is left out, and of two equal ones the first.
  ['20010000000000010000000000000001', '00000120010000000000000001000000', '2001:0:0:1::1'],
  ['20010DB8000000000001000000000001', 'B80D0120000000000000010001000000', '2001:db8::1:0:0:1'],
  // One zero is written.
  ['20010DB8000000010001000100010001', 'B80D0120010000000100010001000100', '2001:db8:0:1:1:1:1:1'],
  ['00000001000200030004000500060000', '01000000030002000500040000000600', '0:1:2:3:4:5:6:0'],
  ['00000000000200030004000500060007', '00000000030002000500040007000600', '::2:3:4:5:6:7'],
  ['00010002000300040005000600000000', '02000100040003000600050000000000', '1:2:3:4:5:6::'],
  ['00000000000000000000FFFF7F000001', '0000000000000000FFFF00000100007F', '::ffff:127.0.0.1'],
  ['00000000000000000001FFFF7F000001', '0000000000000000FFFF01000100007F', '::1:ffff:7f00:1'],
  ['000000000000000000000000C0000201', '000000000000000000000000010200C0', '::c000:201'],
];
for (const [big, little, text] of rows) {
  test(`formatAddress: ${text}`, () => {
    assert.equal(formatAddress(big, 'BE'), text);
    assert.equal(formatAddress(little, 'LE'), text);
  });
}

// Frames on a pipe: all values come back, wherever the stream is cut, and bytes that are not a frame are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, FrameReader, mostFrameBytes } from '../../src/crew/frames.ts';

test('every value comes back, wherever the stream is cut', () => {
  const values = fc.array(fc.jsonValue(), { maxLength: 8 });
  fc.assert(
    fc.property(values, fc.array(fc.nat(40), { minLength: 1, maxLength: 40 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(encodeFrame));
      const reader = new FrameReader();
      const received: unknown[] = [];
      let at = 0;
      for (let turn = 0; at < stream.length; turn++) {
        const end = at + cuts[turn % cuts.length]! + 1;
        received.push(...reader.push(stream.subarray(at, end)));
        at = end;
      }
      assert.deepEqual(received, JSON.parse(JSON.stringify(sent)));
    }),
  );
});

test('byte strings that are not text come back unchanged', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
  assert.deepEqual(new FrameReader().push(encodeFrame({ bytes })), [{ bytes }]);
});

test('a length that no frame has is refused at once', () => {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(mostFrameBytes + 1, 0);
  assert.throws(() => new FrameReader().push(header), /not from a helper/);
});

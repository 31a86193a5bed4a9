// A report from anywhere (a file, standard input): refused in one clear line, or good in every document and every format.

import assert from 'node:assert/strict';
import { parseDocument } from '../../../src/documents/read.ts';
import { LibUsersError } from '../../../src/errors.ts';
import { assertEveryFormat, type Foreign } from '../../support/every-format.ts';
import type { Target } from '../engine.ts';
import { mutateJson } from '../mutate-json.ts';

/** What other programs read, of every accepted report that looked new. */
export const foreign: Foreign[] = [];
const mostKept = 400;

export const report: Target = {
  name: 'report',
  mutate: mutateJson,
  async run(input) {
    try {
      const document = await parseDocument(input.toString('utf8'), 'it', 'report');
      const texts = await assertEveryFormat(document);
      if (foreign.length < mostKept) foreign.push(texts);
      return `accepted ${document.units.length > 0} ${document.processes.length > 0} ${document.scan.detail}`;
    } catch (error) {
      assert.ok(error instanceof LibUsersError, error as Error);
      assert.equal(error.exitCode, 2);
      assert.doesNotMatch(error.message, /\n/);
      // Without numbers, names and values: what was wrong.
      return error.message
        .replace(/[0-9]+/g, '0')
        .replace(/"[^"]*"/g, '""')
        .slice(0, 60);
    }
  },
};

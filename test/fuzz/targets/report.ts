// A report, or a baseline, from anywhere (a file, standard input): refused in one clear line, or good in every document and format.

import assert from 'node:assert/strict';
import type { Report } from '../../../src/documents/generated/report.ts';
import { parseDocument } from '../../../src/documents/read.ts';
import { LibUsersError } from '../../../src/errors.ts';
import { assertAgainst, assertEveryFormat, type Foreign } from '../../support/every-format.ts';
import { readGolden } from '../../support/golden.ts';
import type { Target } from '../engine.ts';
import { mutateJson } from '../mutate-json.ts';

/** Texts that other programs read, made from some of the reports only, since their parsers are slow. */
export const foreign: Foreign[] = [];
const mostKept = 500;
let seen = 0;

/** Every report for a while, then fewer and fewer of them. */
export function keepForeign(texts: Foreign): void {
  seen++;
  if (foreign.length < mostKept) foreign.push(texts);
  else if (seen % mostKept === 0) foreign[(seen / mostKept) % mostKept] = texts;
}

/** Returns the words with which a reader refuses a document, without values. Throws an error of any other kind on. */
function refusal(error: unknown): string {
  assert.ok(error instanceof LibUsersError, error as Error);
  assert.equal(error.exitCode, 2);
  assert.doesNotMatch(error.message, /\n/);
  return error.message
    .replace(/[0-9]+/g, '0')
    .replace(/"[^"]*"/g, '""')
    .slice(0, 60);
}

const worked = readGolden<Report>('report');

/** Does the same with a baseline: a drift document that an earlier check wrote, or somebody else. */
export const baseline: Target = {
  name: 'baseline',
  mutate: mutateJson,
  async run(input) {
    try {
      const document = await parseDocument(input.toString('utf8'), 'it', 'drift');
      const { drift } = await assertAgainst(worked, document);
      return Object.values(drift.counts)
        .map((count) => count > 0)
        .join();
    } catch (error) {
      return refusal(error);
    }
  },
};

export const report: Target = {
  name: 'report',
  mutate: mutateJson,
  async run(input) {
    try {
      const document = await parseDocument(input.toString('utf8'), 'it', 'report');
      keepForeign(await assertEveryFormat(document));
      return `accepted ${document.units.length > 0} ${document.processes.length > 0} ${document.scan.detail}`;
    } catch (error) {
      return refusal(error);
    }
  },
};

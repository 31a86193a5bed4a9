// Every exit code of lib-users. Only the plugin has codes of its own: render/drift/nagios.ts, by the guidelines of plugins.
// 1 is never used: Node itself ends with 1 when it crashes. A signal N ends with 128 + N (output.ts, main.ts).

import type { Drift } from './documents/generated/drift.ts';
import type { ErrorDetail } from './documents/generated/error.ts';

/** The schema has two codes more. Nothing writes them, but a schema of the same major version keeps the values that it allows. */
export type ErrorCode = Exclude<ErrorDetail['code'], 'gate_closed' | 'terminated'>;

/** By the code of the error that ended the command. */
export const errorExitCodes: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  invalid_config: 2,
  invalid_document: 2,
  input_unreadable: 2,
  proc_not_found: 3,
  output_unwritable: 3,
  incomplete: 4,
  internal: 70,
};

/** By the verdict of a gate, of `check` and of `fleet`. */
export const verdictExitCodes: Readonly<Record<Drift['verdict'], number>> = { pass: 0, incomplete: 4, drift: 5 };

/** validate: the document can be read, and does not meet its schema. That is an answer, and not wrong usage. */
export const invalidExitCode = 5;

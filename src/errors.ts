// The expected errors: a closed list of codes, each with its exit code. Anything else that is thrown is a defect (70).

import type { ErrorDetail } from './documents/generated/error.ts';

export type ErrorCode = ErrorDetail['code'];

/** Exit code by error code. 1 is never used: Node itself ends with 1 when it crashes. */
export const exitCodes: Record<ErrorCode, number> = {
  usage: 2,
  invalid_config: 2,
  invalid_document: 2,
  input_unreadable: 2,
  proc_not_found: 3,
  output_unwritable: 3,
  incomplete: 4,
  gate_closed: 5,
  internal: 70,
  terminated: 128,
};

/** An error that a user can mend: says what is wrong, and what to do about it. */
export class LibUsersError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;
  readonly exitCode: number;

  constructor(code: ErrorCode, message: string, hint: string | null = null, exitCode = exitCodes[code]) {
    // Nobody reads its stack, and with two million broken lines taking it down would be most of the work.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'LibUsersError';
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

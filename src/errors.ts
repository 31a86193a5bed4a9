// The expected errors: a closed list of codes, each with its exit code. Anything else that is thrown is a defect (70).

import { type ErrorCode, errorExitCodes } from './exit-codes.ts';

/** An error that a user can mend: says what is wrong, and what to do about it. */
export class LibUsersError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;
  readonly exitCode: number;

  constructor(code: ErrorCode, message: string, hint: string | null = null, exitCode = errorExitCodes[code]) {
    // Nobody reads the stack of such an error. With two million broken lines, recording stacks would be most of the work.
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

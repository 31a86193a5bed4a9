// The private role in which this program starts itself again, to read foreign processes for a scan (run-helper.ts).

/**
 * The only argument of a helper. It is in no help, and no command has this name. Typing it does nothing: a helper without
 * questions does nothing, and ends with its standard input.
 */
export const helperRole = '--read-processes-for-a-scan';

// The private role in which this program is started once more to read foreign processes for a scan (run-helper.ts).

/**
 * The only argument of a helper. No command has this name, no help lists it, and who types it gets nothing: a helper that is not
 * asked anything does nothing, and ends with its standard input.
 */
export const helperRole = '--read-processes-for-a-scan';

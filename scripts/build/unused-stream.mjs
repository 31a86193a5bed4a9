// Stands in the bundle for the standard streams, which oclif touches as soon as it is loaded, though all is written by file descriptor:
// Bun sets a pipe to O_NONBLOCK when its stream is made, and whoever else writes into that pipe then loses what does not fit.
export const unusedStream = { on() {}, isTTY: false };

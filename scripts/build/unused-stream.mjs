// Stands in the bundle for the standard streams. oclif touches them on loading, although everything is written by file descriptor.
// Bun sets a pipe to O_NONBLOCK when its stream is made, and then another program that writes into that pipe can lose data.
export const unusedStream = { on() {}, isTTY: false };

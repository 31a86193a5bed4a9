// The signals that a rule may name, without SIG. signal(7).

const names = new Set(
  (
    'HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG ' +
    'XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS'
  ).split(' '),
);

/** Returns whether systemctl kill --signal= takes the name, with or without SIG. The configuration's schema excludes RTMIN+N. */
export function isSignal(name: string): boolean {
  return names.has(name.replace(/^SIG/, ''));
}

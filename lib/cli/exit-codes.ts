/** How the command line ends, for scripts. */
export const exitCodes = {
  ok: 0,
  /** The command ran, and something that it did or looked at failed. */
  failed: 1,
  /** The command line made no sense; nothing was done. */
  usage: 2,
  /** There was no instance, or no database, to work on. */
  unavailable: 3,
  /** Ended from outside, by Ctrl-C or a signal. */
  interrupted: 130,
} as const;

/** How a command ends. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Why a connection has to be made again. */
export type ReauthorizationReason =
  /** The other API refuses the credentials. */
  | 'refused'
  /** The other side no longer accepts the grant: the user or an administrator took it back, or it was too old. */
  | 'revoked'
  /** An answer of the other side was lost, on the way or with the process that had it, and with it the newest token. */
  | 'answer_lost';

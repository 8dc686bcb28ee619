/** What operators can ask of writes with an idempotency key, and say of them. */
export interface IdempotencyService {
  readonly todo?: never;
}

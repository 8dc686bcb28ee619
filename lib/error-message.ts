/** What something thrown says; not redacted. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

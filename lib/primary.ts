/** Reads what was written last, whatever the read preference of the host's connection is. */
export const primary = { readPreference: 'primary' } as const;

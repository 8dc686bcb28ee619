const maxShownCharacters = 64;

/** What a value is, without saying what it holds: `string`, `array`, `null`, `nothing`, … */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value;
}

/** A value as an error message shows it: short strings, numbers and booleans as they are, of others the kind. */
export function describeValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return kindOf(value);
  const shown = value.length > maxShownCharacters ? `${value.slice(0, maxShownCharacters)}…` : value;
  return JSON.stringify(shown);
}

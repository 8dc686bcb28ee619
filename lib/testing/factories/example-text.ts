import { randomBytes, randomUUID } from 'node:crypto';
import { textMatching } from './text-matching.js';

/** What a schema says of a text. */
export interface TextRules {
  readonly format: string | null;
  readonly pattern: string | null;
  readonly minLength: number;
  readonly maxLength: number;
}

/** By format; unique where that is possible, so that two integrations differ. */
const formats: Readonly<Record<string, (name: string) => string>> = {
  email: (name) => `${name}@example.com`,
  'idn-email': (name) => `${name}@example.com`,
  uri: (name) => `https://${name}.example.com`,
  url: (name) => `https://${name}.example.com`,
  iri: (name) => `https://${name}.example.com`,
  'uri-reference': (name) => `/${name}`,
  'uri-template': (name) => `/${name}/{id}`,
  hostname: (name) => `${name}.example.com`,
  'idn-hostname': (name) => `${name}.example.com`,
  uuid: () => randomUUID(),
  date: () => '2026-01-01',
  time: () => '00:00:00Z',
  'date-time': () => '2026-01-01T00:00:00Z',
  duration: () => 'PT1H',
  ipv4: () => '192.0.2.1',
  ipv6: () => '2001:db8::1',
  'json-pointer': (name) => `/${name}`,
  regex: () => '.*',
  byte: (name) => Buffer.from(name).toString('base64'),
  password: (name) => name,
};

/**
 * A text by these rules, `name` in it where there is room; null where nothing comes to mind. Whoever asks checks it
 * against the schema.
 */
export function exampleText(name: string, { format, pattern, minLength, maxLength }: TextRules): string | null {
  if (pattern !== null) return textMatching(pattern, { minLength, maxLength });
  const unique = `${slug(name)}-${randomBytes(6).toString('hex')}`;
  const text = format === null ? unique : (formats[format]?.(unique) ?? null);
  if (text === null || format !== null) return text;
  return text.padEnd(minLength, 'x').slice(0, maxLength);
}

function slug(name: string): string {
  return `test-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`.replace(/-+$/, '');
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIntegrationError } from '../../../lib/errors.js';
import { expandPath } from '../../../lib/http/path-template.js';

const expand = (template: string, data: Record<string, unknown>, metadata: Record<string, unknown> = {}) =>
  expandPath(template, { data, metadata }).path;

describe('a path template', () => {
  it('takes values from the data first, then from the metadata', () => {
    const { path, usedDataKeys } = expandPath('/repos/{owner}/{repo}', {
      data: { repo: 'from-data', state: 'open' },
      metadata: { owner: 'from-metadata', repo: 'unused' },
    });
    expect(path).toBe('/repos/from-metadata/from-data');
    expect([...usedDataKeys]).toEqual(['repo']);
  });

  it('falls back to the metadata where the data says null', () => {
    expect(expand('/{owner}', { owner: null }, { owner: 'me' })).toBe('/me');
  });

  it.each([
    ['a b', 'a%20b'],
    ['a/b', 'a%2Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ['{b}', '%7Bb%7D'],
    ['ä', '%C3%A4'],
    ['1..2', '1..2'],
    ['.hidden', '.hidden'],
    [42, '42'],
    [0, '0'],
    [false, 'false'],
  ])('encodes %j as one segment', (value, segment) => {
    expect(expand('/x/{a}/y', { a: value })).toBe(`/x/${segment}/y`);
  });

  it.each([
    '..',
    '.',
    'a/../b',
    '../x',
    'x/..',
    '%2e%2e',
    '%2E.',
    '..%2fx',
    'a\nb',
    'a\0b',
    '\u007f',
    'a\\b',
    '\ud800',
  ])('refuses the value %j', (value) => {
    expect(() => expand('/x/{a}/y', { a: value })).toThrow(expect.objectContaining({ code: 'PATH_VALUE_UNSAFE' }));
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [{}], [['a']], [new Date(0)], [() => 'x']])(
    'refuses what is no text: %o',
    (value) => {
      expect(() => expand('/{a}', { a: value })).toThrow(expect.objectContaining({ code: 'PATH_VALUE_UNSAFE' }));
    },
  );

  it.each(['/a/../b', '/a/%2E%2e/b', '/./a', '/a\\b', '/a\nb'])('refuses the template %j', (template) => {
    expect(() => expand(template, {})).toThrow(expect.objectContaining({ code: 'PATH_VALUE_UNSAFE' }));
  });

  it('lets dots within a segment, and any in the query, pass', () => {
    expect(expand('/tickets/1.json/v1...v2?range=/../', {})).toBe('/tickets/1.json/v1...v2?range=/../');
  });

  it('names the placeholder and where it was looked for', () => {
    expect(() => expand('/x/{issue}', { other: 1 })).toThrow(
      expect.objectContaining({
        code: 'PATH_VALUE_MISSING',
        message: 'The path value {issue} is neither in the data of the call nor in the metadata.',
      }),
    );
  });

  it('takes an empty value for a missing one, because it would address the collection instead of the item', () => {
    expect(() => expand('/users/{id}', { id: '' })).toThrow(expect.objectContaining({ code: 'PATH_VALUE_MISSING' }));
  });

  it('looks at own properties only', () => {
    expect(() => expand('/{constructor}', {})).toThrow(expect.objectContaining({ code: 'PATH_VALUE_MISSING' }));
  });

  it('keeps values out of its messages', () => {
    expect(() => expand('/x/{token}', { token: 's3cret\n' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('s3cret') }),
    );
  });

  it('keeps every value within its segment, or refuses it', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('.', '/', '\\', '%2e', '%2F', '?', '#', '@', ':', ' ', 'a', '\t', '{', '}'), {
          maxLength: 8,
        })
        .map((parts) => parts.join('')),
      fc.double(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const path = expandOrRefuse('/repos/{first}/issues/{second}.json?q={first}', { first, second });
        if (path === null) return;
        const url = new URL(`https://api.example.com/v3${path}`);
        expect(url.origin).toBe('https://api.example.com');
        const [, version, repos, firstSegment, issues, secondSegment, ...more] = url.pathname.split('/');
        expect([version, repos, issues, more]).toEqual(['v3', 'repos', 'issues', []]);
        expect(decodeURIComponent(firstSegment!)).toBe(String(first));
        expect(decodeURIComponent(secondSegment!)).toBe(`${String(second)}.json`);
        expect(url.hash).toBe('');
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});

function expandOrRefuse(template: string, data: Record<string, unknown>): string | null {
  try {
    return expand(template, data);
  } catch (error) {
    if (isIntegrationError(error, 'PATH_VALUE_UNSAFE') || isIntegrationError(error, 'PATH_VALUE_MISSING')) return null;
    throw error;
  }
}

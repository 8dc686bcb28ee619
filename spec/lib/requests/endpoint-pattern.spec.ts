import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointPattern } from '../../../lib/requests/endpoint-pattern.js';

describe('endpointPattern', () => {
  it.each([
    ['/issues', '/issues', true],
    ['/issues', '/issues/1', false],
    ['/issues', 'x/issues', false],
    ['/issues/*', '/issues/1', true],
    ['/issues/*', '/issues/', true],
    ['/issues/*', '/issues/1/labels', false],
    ['/repos/*/issues', '/repos/acme/issues', true],
    ['/repos/*/issues', '/repos/acme/web/issues', false],
    ['tickets/*.json', 'tickets/1.json', true],
    ['tickets/*.json', 'tickets/1xjson', false],
    ['customers.*', 'customers.create', true],
    ['*', 'customers.create', true],
    ['*', '/issues', false],
    ['/export/**', '/export/tickets/1', true],
    ['/export/**', '/export', false],
    ['/**/labels', '/repos/acme/web/labels', true],
    ['**', '/issues', true],
    ['', '', true],
    ['toString', 'toString', true],
  ])('%j matches %j: %s', (pattern, endpoint, expected) => {
    expect(endpointPattern(pattern)(endpoint)).toBe(expected);
  });

  it('takes everything but the star literally', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-composite' }), fc.string(), (text, other) => {
        const literal = text.replaceAll('*', '');
        expect(endpointPattern(literal)(literal)).toBe(true);
        expect(endpointPattern(literal)(other)).toBe(other === literal);
      }),
    );
  });
});

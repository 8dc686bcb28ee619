import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { responseParser } from '../../../lib/requests/response-parser.js';

class Issue {
  private constructor(readonly title: string) {}

  static from(payload: unknown): Issue {
    const { title } = payload as { title?: unknown };
    if (typeof title !== 'string') throw new TypeError('title: expected text');
    return new Issue(title);
  }
}

describe('a Standard Schema', () => {
  const parser = responseParser(
    z.object({ at: z.string().transform((text) => new Date(text)), tags: z.array(z.string()) }),
  );

  it('gives the value that the schema makes', async () => {
    const value = { at: new Date('2026-11-21T00:00:00Z'), tags: [] };
    expect(await parser.parse({ at: '2026-11-21T00:00:00Z', tags: [] })).toEqual({ value });
  });

  it('gives a line with its path for every violation', async () => {
    const { violations } = await parser.parse({ at: 7, tags: ['a', 7] });
    expect(violations).toEqual([expect.stringMatching(/^\/at: ./), expect.stringMatching(/^\/tags\/1: ./)]);
  });

  it('may be asynchronous', async () => {
    const slow = responseParser(z.string().refine(async (text) => text !== 'no', 'must not be no'));
    expect(await slow.parse('yes')).toEqual({ value: 'yes' });
    expect(await slow.parse('no')).toEqual({ violations: ['/: must not be no'] });
  });

  it('may be a function, and may name segments of a path by objects', async () => {
    const schema = Object.assign(() => undefined, {
      '~standard': {
        version: 1 as const,
        vendor: 'house',
        validate: () => ({ issues: [{ message: 'wrong', path: [{ key: 'a' }, 0] }] }),
      },
    });
    const own = responseParser(schema);
    expect(own.schemaName).toBe('the house schema');
    expect(await own.parse({})).toEqual({ violations: ['/a/0: wrong'] });
  });

  it('is named by its vendor', () => {
    expect(parser.schemaName).toBe('the zod schema');
  });
});

describe('a class with from()', () => {
  it('gives what from() makes', async () => {
    const { value } = (await responseParser(Issue).parse({ title: 'x' })) as { value: unknown };
    expect(value).toBeInstanceOf(Issue);
  });

  it('is violated when from() throws, which is kept as the cause', async () => {
    expect(await responseParser(Issue).parse({ title: 7 })).toEqual({
      violations: ['title: expected text'],
      cause: expect.any(TypeError),
    });
  });

  it('is violated when an asynchronous from() rejects', async () => {
    const schema = { from: async () => Promise.reject(new Error('not today')) };
    expect(await responseParser(schema).parse({})).toMatchObject({ violations: ['not today'] });
  });

  it('is violated when from() throws something that is no error', async () => {
    const schema = {
      from(): never {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- what careless classes do
        throw 'oops';
      },
    };
    expect(await responseParser(schema).parse({})).toEqual({ violations: ['from() threw'], cause: 'oops' });
  });

  it('is named by its name', () => {
    expect(responseParser(Issue).schemaName).toBe('Issue');
    expect(responseParser({ from: (payload) => payload }).schemaName).toBe('the class');
  });
});

describe('a JSON Schema', () => {
  const schema = {
    title: 'Issue',
    type: 'object',
    properties: { title: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
    required: ['title'],
  } as const;

  it('gives the payload itself', async () => {
    const payload = { title: 'x', tags: [] };
    const { value } = (await responseParser(schema).parse(payload)) as { value: unknown };
    expect(value).toBe(payload);
  });

  it('gives a line for every violation, without the values', async () => {
    const { violations = [] } = await responseParser(schema).parse({ tags: ['a', 4711] });
    expect(violations).toHaveLength(2);
    expect(violations.join()).toMatch(/title/);
    expect(violations.join()).toMatch(/tags/);
    expect(violations.join()).not.toContain('4711');
  });

  it('is named by its title', () => {
    expect(responseParser(schema).schemaName).toBe('Issue');
    expect(responseParser({ type: 'string' }).schemaName).toBe('the JSON Schema');
  });
});

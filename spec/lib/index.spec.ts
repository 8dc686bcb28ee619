import { describe, expect, it } from 'vitest';
import * as errors from '../../lib/errors.js';
import * as entry from '../../lib/index.js';

describe('the public entry', () => {
  it('has everything that errors are caught and told apart by', () => {
    expect(entry).toMatchObject({ ...errors });
  });
});

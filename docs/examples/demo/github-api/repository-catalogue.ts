import type { Recording } from './recordings.js';

/** A repository that exists on this server. */
export interface Repository {
  /** The number in `/repositories/{id}`. */
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

const firstId = 1000;

/**
 * The repositories the recordings speak of, except the renamed one, which only redirects.
 *
 * The recordings number every repository 1000. Here `paginate-issues` keeps it, since its recorded links lead to
 * `/repositories/1000/issues`; the others follow from 1001 in alphabetical order.
 */
export class RepositoryCatalogue {
  readonly #repositories: readonly Repository[];

  /** @param further Paths of repositories that come after the recorded ones */
  constructor(recordings: readonly Recording[], further: readonly string[] = []) {
    const paths = new Set(recordings.flatMap(({ path }) => /^\/repos\/[^/?]+\/[^/?]+/.exec(path) ?? []));
    for (const { path, status } of recordings) if (status === 301) paths.delete(path);
    const ordered = [...paths].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
    this.#repositories = [...ordered, ...further].map((path, index) => {
      const [, , owner = '', name = ''] = path.split('/');
      return { id: firstId + index, owner, name };
    });
  }

  /** By owner and name; like GitHub, whatever the case. */
  find(owner: string, name: string): Repository | undefined {
    const wanted = `${owner}/${name}`.toLowerCase();
    return this.#repositories.find((repository) => `${repository.owner}/${repository.name}`.toLowerCase() === wanted);
  }

  /** By number. */
  findById(id: number): Repository | undefined {
    return this.#repositories.find((repository) => repository.id === id);
  }
}

function rank(path: string): number {
  return path.endsWith('/paginate-issues') ? 0 : 1;
}

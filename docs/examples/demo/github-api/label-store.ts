import { z } from 'zod';
import { labelSchema, type Label } from './label.js';
import { recordedAnswer, type Recording } from './recordings.js';
import type { Repository } from './repository-catalogue.js';

/** The labels of every repository, in memory. Each starts with the nine labels GitHub gives a new repository. */
export class LabelStore {
  readonly #origin: string;
  readonly #defaults: readonly Label[];
  readonly #labels = new Map<number, Label[]>();

  constructor(recordings: readonly Recording[], origin: string) {
    this.#origin = origin;
    const { response } = recordedAnswer(recordings, 'GET', '/repos/octokit-fixture-org/labels/labels');
    this.#defaults = z.array(labelSchema).parse(response);
  }

  /** In order of creation. */
  list(repository: Repository): Label[] {
    const known = this.#labels.get(repository.id);
    if (known) return known;
    const labels = this.#defaults.map((label) => ({ ...label, url: this.#url(repository, label.name) }));
    this.#labels.set(repository.id, labels);
    return labels;
  }

  /** By name, whatever the case. */
  find(repository: Repository, name: string): Label | undefined {
    return this.list(repository).find((label) => label.name.toLowerCase() === name.toLowerCase());
  }

  /** @param color Six hexadecimal digits; GitHub's light grey by default */
  create(repository: Repository, name: string, color = 'ededed', description: string | null = null): Label {
    const labels = this.list(repository);
    const id = Math.max(...labels.map((label) => label.id)) + 1;
    const label = { id, node_id: 'MDA6RW50aXR5MQ==', url: this.#url(repository, name), name, color, default: false };
    labels.push({ ...label, description });
    return { ...label, description };
  }

  /** The named labels, created when the repository lacks them: what GitHub does when an issue is given a label. */
  ensure(repository: Repository, names: readonly string[]): Label[] {
    return names.map((name) => this.find(repository, name) ?? this.create(repository, name));
  }

  #url({ owner, name }: Repository, label: string): string {
    return `${this.#origin}/repos/${owner}/${name}/labels/${encodeURIComponent(label)}`;
  }
}

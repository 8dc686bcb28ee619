import { z } from 'zod';
import { issueSchema, type Issue } from './issue.js';
import type { Label } from './label.js';
import { recordedAnswer, type Recording } from './recordings.js';
import type { Repository } from './repository-catalogue.js';
import type { User } from './user.js';

/** What an issue is created from. */
export interface NewIssue {
  readonly title: string;
  readonly body: string | null;
  readonly labels: Label[];
  /** Its author. */
  readonly user: User;
}

const templateRepository = 'octokit-fixture-org/add-labels-to-issue';

/**
 * The issues of every repository, in memory: it starts with the recorded ones and forgets the rest when the server
 * closes.
 */
export class IssueStore {
  readonly #issues: Issue[];
  readonly #origin: string;
  readonly #template: string;

  constructor(recordings: readonly Recording[], origin: string) {
    this.#origin = origin;
    this.#issues = recordings
      .filter(({ method }) => method === 'GET')
      .flatMap(({ response }) => listedIssues(response));
    this.#template = JSON.stringify(recordedAnswer(recordings, 'POST', `/repos/${templateRepository}/issues`).response);
  }

  /** All of a repository, in no particular order. */
  list({ owner, name }: Repository): Issue[] {
    return this.#issues.filter((issue) => issue.repository_url === `${this.#origin}/repos/${owner}/${name}`);
  }

  /** By its number in the repository. */
  find(repository: Repository, number: number): Issue | undefined {
    return this.list(repository).find((issue) => issue.number === number);
  }

  /** Adds an open issue, numbered after the last one of the repository. */
  create(repository: Repository, { title, body, labels, user }: NewIssue): Issue {
    const number = Math.max(0, ...this.list(repository).map((issue) => issue.number)) + 1;
    const created_at = gitHubTime();
    const issue = this.#blank(repository, number);
    Object.assign(issue, { title, body, labels, user, created_at, updated_at: created_at });
    this.#issues.push(issue);
    return issue;
  }

  /** Generates issues for a repository that has none: 1 to `count`, updated half a minute one after the other until now. */
  fill(repository: Repository, count: number): void {
    const now = Date.now();
    const issues = Array.from({ length: count }, (_, index) => {
      const time = gitHubTime(now - (count - 1 - index) * 30_000);
      const number = index + 1;
      const issue = this.#blank(repository, number);
      return Object.assign(issue, { title: `Issue ${String(number)}`, created_at: time, updated_at: time });
    });
    const firstId = this.#nextId();
    for (const [index, issue] of issues.entries()) this.#issues.push({ ...issue, id: firstId + index });
  }

  #nextId(): number {
    return Math.max(...this.#issues.map((issue) => issue.id)) + 1;
  }

  /** Not in the store yet. */
  #blank(repository: Repository, number: number): Issue {
    const text = this.#template
      .replaceAll(`${templateRepository}/issues/1`, `${templateRepository}/issues/${String(number)}`)
      .replaceAll(templateRepository, `${repository.owner}/${repository.name}`);
    const blank = issueSchema.parse(JSON.parse(text));
    const reactions = { ...blank.reactions, url: `${blank.url}/reactions` };
    return { ...blank, id: this.#nextId(), number, comments: 0, reactions };
  }

  /** Changes an issue in place and marks it as updated now. */
  update(issue: Issue, changes: Partial<Issue>): Issue {
    return Object.assign(issue, changes, { updated_at: gitHubTime() });
  }
}

/** A time, by default now, as GitHub writes it: without milliseconds. */
export function gitHubTime(time = Date.now()): string {
  return new Date(time).toISOString().replace(/\.\d+/, '');
}

/** The issues in a recorded answer: a list, a search result, or neither. */
function listedIssues(response: unknown): Issue[] {
  const search = z.object({ items: z.array(z.looseObject({})) }).safeParse(response);
  const list = z.array(issueSchema).safeParse(search.success ? search.data.items : response);
  return list.success ? list.data : [];
}

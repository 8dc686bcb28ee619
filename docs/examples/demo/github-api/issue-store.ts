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
    const id = Math.max(...this.#issues.map((issue) => issue.id)) + 1;
    const text = this.#template
      .replaceAll(`${templateRepository}/issues/1`, `${templateRepository}/issues/${String(number)}`)
      .replaceAll(templateRepository, `${repository.owner}/${repository.name}`);
    const blank = issueSchema.parse(JSON.parse(text));
    const created_at = gitHubTime();
    const reactions = { ...blank.reactions, url: `${blank.url}/reactions` };
    const times = { created_at, updated_at: created_at };
    const issue = { ...blank, id, number, title, body, labels, user, comments: 0, ...times, reactions };
    this.#issues.push(issue);
    return issue;
  }

  /** Changes an issue in place and marks it as updated now. */
  update(issue: Issue, changes: Partial<Issue>): Issue {
    return Object.assign(issue, changes, { updated_at: gitHubTime() });
  }
}

/** Now, as GitHub writes it: without milliseconds. */
export function gitHubTime(): string {
  return new Date().toISOString().replace(/\.\d+/, '');
}

/** The issues in a recorded answer: a list, a search result, or neither. */
function listedIssues(response: unknown): Issue[] {
  const search = z.object({ items: z.array(z.looseObject({})) }).safeParse(response);
  const list = z.array(issueSchema).safeParse(search.success ? search.data.items : response);
  return list.success ? list.data : [];
}

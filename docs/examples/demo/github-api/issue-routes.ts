import { json, type Answer } from './answer.js';
import type { ApiRequest } from './api-request.js';
import type { Caller } from './credentials.js';
import { readChanges, readDraft, type IssueChanges } from './issue-draft.js';
import { selectIssues } from './issue-query.js';
import { gitHubTime, type IssueStore } from './issue-store.js';
import type { Issue } from './issue.js';
import type { LabelStore } from './label-store.js';
import { paginate } from './pagination.js';
import type { Repository, RepositoryCatalogue } from './repository-catalogue.js';
import type { Route } from './route.js';
import type { TellOfIssue } from './webhooks.js';

/** List, create, read and change issues, under `/repos/{owner}/{repo}/issues` or `/repositories/{id}/issues`. */
export class IssueRoutes {
  readonly #origin: string;
  readonly #catalogue: RepositoryCatalogue;
  readonly #issues: IssueStore;
  readonly #labels: LabelStore;
  readonly #tell: TellOfIssue;

  constructor(
    origin: string,
    catalogue: RepositoryCatalogue,
    issues: IssueStore,
    labels: LabelStore,
    tell: TellOfIssue,
  ) {
    this.#tell = tell;
    this.#origin = origin;
    this.#catalogue = catalogue;
    this.#issues = issues;
    this.#labels = labels;
  }

  readonly route: Route = (request, caller) => {
    const path = /^\/(?:repos\/([^/]+)\/([^/]+)|repositories\/(\d+))\/issues(?:\/(\d+))?$/.exec(request.path);
    const [, owner = '', name = '', id, number] = path ?? [];
    const repository = id ? this.#catalogue.findById(Number(id)) : this.#catalogue.find(owner, name);
    if (!repository) return undefined;
    if (number === undefined) return this.#collection(repository, request, caller);
    const issue = this.#issues.find(repository, Number(number));
    return issue && this.#item(repository, issue, request, caller);
  };

  #collection(repository: Repository, { method, query, body }: ApiRequest, { user }: Caller): Answer | undefined {
    if (method === 'GET') return this.#list(repository, query);
    if (method !== 'POST') return undefined;
    const read = readDraft(body);
    if ('refusal' in read) return read.refusal;
    const { title, body: text = null, labels: names = [] } = read.changes;
    const labels = this.#labels.ensure(repository, names);
    const issue = this.#issues.create(repository, { title, body: text, labels, user });
    this.#tell('opened', repository, issue, user);
    return json(201, { closed_by: null, ...issue }, { location: issue.url });
  }

  #list(repository: Repository, query: ApiRequest['query']): Answer {
    const url = `${this.#origin}/repositories/${String(repository.id)}/issues`;
    const page = paginate(selectIssues(this.#issues.list(repository), query), url, query);
    return json(200, page.items, page.link === undefined ? {} : { link: page.link });
  }

  #item(repository: Repository, issue: Issue, { method, body }: ApiRequest, caller: Caller): Answer | undefined {
    if (method === 'GET') return json(200, { closed_by: null, ...issue });
    if (method !== 'PATCH') return undefined;
    const read = readChanges(body);
    if ('refusal' in read) return read.refusal;
    const { title = issue.title, body: text = issue.body, labels: names } = read.changes;
    const labels = names ? this.#labels.ensure(repository, names) : issue.labels;
    const changes = { title, body: text, labels, ...stateChange(issue, read.changes, caller) };
    return json(200, { closed_by: null, ...this.#issues.update(issue, changes) });
  }
}

/** What closing or reopening an issue changes in it. */
function stateChange(issue: Issue, { state, state_reason }: IssueChanges, { user }: Caller): Partial<Issue> {
  if (state === undefined || state === issue.state) return {};
  if (state === 'open') return { state, state_reason: 'reopened', closed_at: null, closed_by: null };
  return { state, state_reason: state_reason ?? 'completed', closed_at: gitHubTime(), closed_by: user };
}

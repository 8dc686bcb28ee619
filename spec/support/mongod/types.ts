/** The MongoDB that a run works with: a deployment of the user's, or a server binary that we start ourselves. */
export type ResolvedMongod =
  | { readonly kind: 'uri'; readonly uri: string }
  | { readonly kind: 'binary'; readonly path: string; readonly version: string; readonly source: string };

/** Takes one line of progress for the person who watches the run. */
export type Report = (line: string) => void;

/** One place where a MongoDB may come from. `find` returns it, or throws `PassedOver` with the reason. */
export interface MongodSource {
  readonly name: string;
  readonly find: (report: Report) => Promise<ResolvedMongod>;
}

/** Why a source gave nothing. `notable`: worth a line of its own, because something was there or was tried, and failed. */
export class PassedOver extends Error {
  readonly notable: boolean;

  constructor(reason: string, options: { notable: boolean }) {
    super(reason);
    this.notable = options.notable;
  }
}

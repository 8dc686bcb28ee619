/** Something that a full run did not find, although earlier runs have. */
export interface MissingEntity {
  /** Of the document in `integration_sync_entities`. */
  readonly id: string;
  /** Name of the event that it was dispatched with. */
  readonly eventClass: string;
  readonly externalId: string;
  /** When the run began that saw it last. */
  readonly lastSeenAt: Date;
  /** When a full run first did not find it. */
  readonly missingSince: Date;
}

const days = (what: string, byDefault: number) => ({
  description: `How long ${what}, in days; null: for ever.`,
  type: ['number', 'null'],
  // Failure rates look a day back.
  minimum: 1,
  maximum: 36_500,
  default: byDefault,
});

/** The options `retention`. */
export const retentionSchema = {
  type: 'object',
  description: 'How long documents are kept.',
  default: {},
  additionalProperties: false,
  properties: {
    requestsDays: days('logged requests are kept', 90),
    logsDays: days('logged operations are kept', 365),
    syncItemsDays: days('items of settled syncs that are done or skipped are kept', 90),
    syncRunsDays: days('settled syncs are kept', 365),
    syncEntitiesDays: days('it is known what is gone upstream', 365),
    incidentsDays: days('closed incidents are kept', 365),
  },
};

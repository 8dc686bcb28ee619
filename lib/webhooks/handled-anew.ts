/** An update that has a webhook handled as if it had just come, with all of its attempts. */
export const handledAnew = [
  {
    $set: {
      ...{ status: 'pending', attempts: 0, crashes: 0, error: null, processedAt: null, lease: null },
      ...{ deferredSince: null, availableAt: '$$NOW', updatedAt: '$$NOW' },
    },
  },
];

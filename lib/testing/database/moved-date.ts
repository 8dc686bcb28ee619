/** An expression: the date at a path, so many milliseconds earlier; what is no date stays what it is, or absent. */
export function movedDate(path: string, ms: number) {
  return { $cond: [{ $eq: [{ $type: path }, 'date'] }, { $subtract: [path, ms] }, path] };
}

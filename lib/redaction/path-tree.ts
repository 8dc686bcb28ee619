/** The part of several dot-notation paths that begins at one place of a value. */
export interface PathTree {
  /** A path ends here. */
  readonly ends: boolean;
  readonly children: ReadonlyMap<string, PathTree>;
}

interface GrowingTree {
  ends: boolean;
  readonly children: Map<string, GrowingTree>;
}

/** Reads paths such as `customers.*.email`; `*` stands for every key and for every element of an array. */
export function pathTree(paths: readonly string[]): PathTree {
  const root: GrowingTree = { ends: false, children: new Map() };
  for (const path of paths) {
    if (path !== '') grow(root, path.split('.'));
  }
  return root;
}

function grow(root: GrowingTree, segments: readonly string[]): void {
  let tree = root;
  for (const segment of segments) {
    const child = tree.children.get(segment) ?? { ends: false, children: new Map<string, GrowingTree>() };
    tree.children.set(segment, child);
    tree = child;
  }
  tree.ends = true;
}

/** What remains of the paths one key further down. */
export function descend(trees: readonly PathTree[], key: string): readonly PathTree[] {
  if (trees.length === 0) return trees;
  const names = key === '*' ? ['*'] : [key, '*'];
  return trees.flatMap(({ children }) => names.flatMap((name) => children.get(name) ?? []));
}

/** The last names of paths: what is left to go by where the value has no structure. */
export function lastNames(paths: readonly string[]): string[] {
  return paths.map((path) => path.split('.').findLast((segment) => segment !== '*' && !/^\d+$/.test(segment)) ?? '*');
}

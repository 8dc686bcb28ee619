/** The rooms and who may enter: see CONTRIBUTING.md. */
const rooms = '^(lib|schemas|providers|middleware|jobs)/';
const libLeaves = '^lib/((error-table|errors|events|context|options)[./]|types/)';
// The contracts, and the types that are inferred from what satisfies them.
const contracts = '^providers/(contracts|define-provider)[./]';
const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'What imports each other cannot be understood, tested or moved alone. Types count.',
      severity: 'error',
      from: { path: rooms },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing uses and that uses nothing is forgotten.',
      severity: 'error',
      from: { path: rooms, orphan: true },
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      from: { path: rooms },
      to: { couldNotResolve: true },
    },
    {
      name: 'shipped-stands-alone',
      comment: 'What is shipped imports neither specs nor docs.',
      severity: 'error',
      from: { path: rooms },
      to: { path: '^(spec|docs)/' },
    },
    {
      name: 'shipped-without-dev-dependencies',
      comment: 'What is shipped finds its packages at the user’s.',
      severity: 'error',
      from: { path: rooms },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'type-only'],
      },
    },
    {
      name: 'schemas-know-leaves',
      comment: 'A schema imports schemas, the contracts and the leaves of lib: no service.',
      severity: 'error',
      from: { path: '^schemas/' },
      to: { path: rooms, pathNot: ['^schemas/', libLeaves, contracts] },
    },
    {
      name: 'schemas-know-mongoose',
      comment: 'Types may come from elsewhere.',
      severity: 'error',
      from: { path: '^schemas/' },
      to: {
        dependencyTypes: npm,
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(mongoose|json-schema-to-ts)/',
      },
    },
    {
      name: 'built-in-providers-are-third-parties',
      comment: 'A built-in provider imports the public entry and its own files, as a user’s provider would.',
      severity: 'error',
      from: { path: '^providers/([^/]+)/' },
      to: { path: rooms, pathNot: ['^providers/$1/', '^lib/index\\.ts$'] },
    },
    {
      name: 'built-in-providers-are-optional',
      comment: 'Nothing but its users imports a built-in provider.',
      severity: 'error',
      from: { path: rooms, pathNot: '^providers/[^/]+/' },
      to: { path: '^providers/[^/]+/' },
    },
    {
      name: 'providers-know-no-adapter',
      severity: 'error',
      from: { path: '^providers/[^/]+$' },
      to: { path: '^(middleware|jobs)/' },
    },
    {
      name: 'middleware-knows-lib',
      severity: 'error',
      from: { path: '^middleware/' },
      to: { path: rooms, pathNot: ['^(middleware|lib)/', contracts] },
    },
    {
      name: 'jobs-know-lib',
      severity: 'error',
      from: { path: '^jobs/' },
      to: { path: rooms, pathNot: ['^(jobs|lib)/', contracts] },
    },
    {
      name: 'lib-knows-no-adapter',
      comment: 'Only the composition root builds adapters, and only the public entry hands them out.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(integrations|index)\\.ts$' },
      to: { path: '^(middleware|jobs)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.build.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
  },
};

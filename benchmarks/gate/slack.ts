import type { Slack } from '@arlen/perf'

/** Modules are counted in bundles, which may fall into another chunk or two. Queries and system calls have no slack. */
export const SLACK: Slack = { modules: 2 }

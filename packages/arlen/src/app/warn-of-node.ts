import type { Logger } from '@arlen/core'
import { evaluateNode } from '@arlen/core/node-version'
import { isProduction } from '../config/load-config.ts'

/** Logs in production that this version of Node.js is unsupported or has known vulnerabilities. */
export function warnOfNode(environment: string, log: Logger): void {
  const found = isProduction(environment) ? evaluateNode(process.versions.node) : undefined
  if (found) log.warn(found.problem)
}

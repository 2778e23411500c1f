import { evaluateNode } from '@arlen/core/node-version'
import { type Diagnosis, ok, warn } from './examination.ts'

/** @param version - as in `process.versions.node` */
export async function examineNode(version: string = process.versions.node): Promise<Diagnosis> {
  const found = evaluateNode(version)
  // A version that lacks what Arlen needs does not get this far.
  return found === undefined ? ok(version) : warn(found.problem, 'Install it from https://nodejs.org.')
}

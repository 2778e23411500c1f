import { start as startKind } from './problems.ts'

export function start(): Promise<number> {
  return startKind('missing')
}

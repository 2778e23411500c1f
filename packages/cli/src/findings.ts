import type { Finding } from '@arlen/pg/migrations'
import type { Io } from './command.ts'

/** Prints unsafe migrations with safe alternatives. Resolves with their number. */
export function reportFindings(findings: readonly Finding[], io: Io): number {
  for (const { file, line, column, rule, problem, recipe } of findings) {
    io.err(`${file}:${line}:${column} ${rule}: ${problem}`)
    io.err(`  ${recipe.replaceAll('\n', '\n  ')}`)
  }
  return findings.length
}

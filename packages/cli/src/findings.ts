import type { Finding } from '@arlen/pg'
import type { Io } from './command.ts'

/** Prints what is unsafe in migrations, with the safe recipes. Resolves with how much that was. */
export function reportFindings(findings: readonly Finding[], io: Io): number {
  for (const { file, line, column, rule, problem, recipe } of findings) {
    io.err(`${file}:${line}:${column} ${rule}: ${problem}`)
    io.err(`  ${recipe.replaceAll('\n', '\n  ')}`)
  }
  return findings.length
}

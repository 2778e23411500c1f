import type { Finding } from '@arlen/pg/migrations'
import type { Io } from './command.ts'

/** Prints unsafe migrations with safe alternatives. Resolves with their number. */
export function reportFindings(findings: readonly Finding[], io: Io): number {
  for (const { file, line, column, rule, problem, lock, recipe, phase, link } of findings) {
    io.err(`${file}:${line}:${column} ${rule}: ${problem}`)
    io.err(`  ${phase === 'contract' ? 'contracts: for a release after the one that stops using it' : 'expands'}`)
    if (lock !== undefined) io.err(`  locks: ${lock}`)
    if (recipe !== '') io.err(`    ${recipe.replaceAll('\n', '\n    ')}`)
    io.err(`  ${link}`)
  }
  return findings.length
}

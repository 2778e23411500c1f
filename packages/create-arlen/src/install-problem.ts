const MOST_LINES = 5
const LONGEST = 600
/** Where a package manager begins to say what went wrong. */
const ERROR = /^npm (?:error|ERR!)|ERR_PNPM_|^\s*ERROR\b/
/** Stacks, dumped objects, and where the log is. */
const NOISE = /^(?:at .*|[{}[\]],?|['"]?\w+['"]?: .*,|errno .*|.*complete log of this run.*|.*debug-0\.log.*)$/

/** The lines of a package manager's output that say why it failed, as one line without a full stop. */
export function installProblem(output: string): string {
  const all = output.split('\n')
  const from = all.findIndex(line => ERROR.test(line))
  const lines = all
    .slice(Math.max(from, 0))
    .map(line => line.replace(/^npm (?:error|ERR!)\s*/, '').trim())
    .filter(line => line !== '' && !NOISE.test(line))
  // Without such a beginning, the end is the most likely to tell.
  const told = from < 0 ? lines.slice(-MOST_LINES) : lines.slice(0, MOST_LINES)
  return told.join(' · ').slice(0, LONGEST).replace(/\.$/, '')
}

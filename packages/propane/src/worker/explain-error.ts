import { callersIn } from '@arlen/core/call-site'
import { formatLocation, parseSyntaxErrorHeader } from '@arlen/core/stack'
import { childProcess, fs } from '../system/builtins.ts'

/** One line about what went wrong and where, and the whole stack. `app` is the module that was being loaded. */
export function explainError(error: unknown, app?: string): { reason: string; stack: string } {
  if (!(error instanceof Error)) return { reason: String(error), stack: String(error) }
  const stack = error.stack ?? ''
  const line = error.message.split('\n', 1)[0] || error.name
  const named = error.name === 'Error' ? line : `${error.name}: ${line}`
  const place =
    placeIn(stack) ?? (error instanceof SyntaxError && app !== undefined ? placeOfSyntaxError(app) : undefined)
  return { reason: place && !line.includes(place) ? `${named} (${place})` : named, stack }
}

/** The first location: in the line above a syntax error, or in a frame. */
function placeIn(text: string): string | undefined {
  const location = parseSyntaxErrorHeader(text) ?? callersIn(text, [])[0]
  return location && formatLocation(location)
}

/** Node.js reveals the location of such an error only when it prints it, so it is asked to check the module again. */
function placeOfSyntaxError(app: string): string | undefined {
  const told = placeIn(check([app]))
  if (told !== undefined || !fs.existsSync(app)) return told
  // Node.js 22 assumes CommonJS, and finds no error, if no package declares that the file is a module.
  const line = /^\[stdin\]:(\d+)/.exec(check(['--input-type=module', '-'], fs.readFileSync(app)))?.[1]
  return line && `${app}:${line}`
}

function check(args: readonly string[], input?: Uint8Array): string {
  const options = { encoding: 'utf8', timeout: 5000, ...(input && { input }) } as const
  return childProcess.spawnSync(process.execPath, ['--check', ...args], options).stderr
}

import { propaneError } from '../errors.ts'
import { fs } from '../system/builtins.ts'

/** Reads NAME=value lines. Throws env_file_unreadable. */
export function readEnvFile(file: string): Record<string, string> {
  try {
    const { parseEnv } = process.getBuiltinModule('node:util')
    return parseEnv(fs.readFileSync(file, 'utf8')) as Record<string, string>
  } catch (cause) {
    throw propaneError('env_file_unreadable', { file, reason: (cause as Error).message }, { cause })
  }
}

/** Names whose values differ between two environments. Never the values, which may be secrets. */
export function changedVariables(before: NodeJS.ProcessEnv, after: NodeJS.ProcessEnv): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(name => before[name] !== after[name]).sort()
}

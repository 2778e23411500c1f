import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generateSecret } from './secrets.ts'

/**
 * A secret for development, kept in a file that only its owner can read, so that sessions survive restarts and all
 * processes share it. Created on the first call.
 *
 * @throws Error if the file cannot be read or written
 */
export function developmentSecret(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
  try {
    // If two processes start together, only one creates it.
    writeFileSync(file, `${generateSecret()}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}

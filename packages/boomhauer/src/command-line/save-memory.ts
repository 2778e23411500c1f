import { setFlagsFromString } from 'node:v8'

/**
 * The supervisor waits and forwards bytes. Without the optimizing compiler it takes several megabytes less, the more so the
 * earlier this is called.
 */
export function saveMemory(): void {
  for (const flag of ['--no-opt', '--optimize-for-size']) setFlagsFromString(flag)
}

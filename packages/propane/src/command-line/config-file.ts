import type { AccessoryInput } from '../accessories.ts'
import { propaneError } from '../errors.ts'
import { fs } from '../system/builtins.ts'

/**
 * Reads accessories from a JSON file: the object itself or its `propaneAccessories`. Only data is allowed, because the primary
 * runs no application code.
 *
 * @throws config_unreadable
 */
export function readConfigFile(file: string): AccessoryInput {
  try {
    const parsed: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('it is not an object')
    return 'propaneAccessories' in parsed ? (parsed.propaneAccessories as AccessoryInput) : (parsed as AccessoryInput)
  } catch (cause) {
    throw propaneError('config_unreadable', { file, reason: (cause as Error).message }, { cause })
  }
}

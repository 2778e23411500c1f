import { join } from 'node:path'
import { loadConfig } from 'arlen'
import { satisfies } from 'semver'
import { currentPlatform, platformName } from '../build/platform.ts'
import { releaseError } from '../errors.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** Throws node_unfit or platform_unfit if a release does not run on this machine. */
export function requireMachine({ id, node, platforms }: Manifest): void {
  const { node: version } = process.versions
  if (!satisfies(version, node.range, { includePrerelease: true })) {
    throw releaseError('node_unfit', { id, range: node.range, version })
  }
  const [wanted, found] = [platforms.map(platformName), platformName(currentPlatform())]
  if (platforms.length === 0 || wanted.includes(found)) return
  throw releaseError('platform_unfit', { id, wanted: wanted.join(', '), found })
}

/**
 * Reads the configuration of a release in the target's environment.
 *
 * @returns the URL of its database, or undefined if it has none
 * @throws config_invalid with everything that is missing, by name and not by value
 */
export function requireConfiguration(
  id: string,
  dir: string,
  env: Readonly<Record<string, string | undefined>>,
  environment: string,
): string | undefined {
  const own = { ...process.env }
  try {
    // Configuration files may read process.env themselves. Nothing else runs before it is restored.
    replaceEnvironment(env)
    const { url } = loadConfig({ root: dir, env, environment }).config.db
    return env.MIGRATION_DATABASE_URL || url || undefined
  } catch (cause) {
    const file = join(dir, '../../shared/env')
    throw releaseError('config_invalid', { id, file, reason: (cause as Error).message }, { cause })
  } finally {
    replaceEnvironment(own)
  }
}

function replaceEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name]
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value
}

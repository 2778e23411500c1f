import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from 'arlen'

/** What an application needs of the machines that it runs on. */
export interface Requirements {
  /** Variables without which it does not start. */
  required: string[]
  nodeRange: string | undefined
}

/** What the application in a folder needs, by its configuration in an environment, its migrations, and its package.json. */
export function requirementsOf(root: string, environment: string): Requirements {
  const required = unset(root, environment)
  if (existsSync(join(root, 'db/migrations'))) required.push('DATABASE_URL')
  const file = join(root, 'package.json')
  const { engines } = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as {
    engines?: { node?: string }
  }
  return { required, nodeRange: engines?.node }
}

/** The variables of the settings with which a configuration is not fit while nothing is set. */
function unset(root: string, environment: string): string[] {
  try {
    loadConfig({ root, env: {}, environment })
    return []
  } catch (error) {
    const paths = [...(error as Error).message.matchAll(/^ {2}([\w.]+) \(/gm)].map(([, path]) => path)
    try {
      const { settings } = loadConfig({ root, env: {}, environment, lenient: true })
      return settings.flatMap(({ path, env }) => (env !== undefined && paths.includes(path.join('.')) ? [env] : []))
    } catch {
      return [] // files that read the environment themselves, and fail without it
    }
  }
}

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A package manager that is supported. */
export type PackageManager = 'npm' | 'pnpm'

/** The package managers that applications are generated for and tested with. */
export const PACKAGE_MANAGERS: readonly PackageManager[] = ['npm', 'pnpm']

type Env = Readonly<Record<string, string | undefined>>

/** The one that runs this program: `pnpm create arlen` sets its user agent. */
export function callingPackageManager(env: Env): PackageManager {
  return env.npm_config_user_agent?.startsWith('pnpm/') ? 'pnpm' : 'npm'
}

/** How each installs the dependencies of an application. */
export const INSTALL: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['npm', 'install', '--no-audit', '--no-fund'],
  pnpm: ['pnpm', 'install'],
}

/** How each runs a program of an installed package. */
export const EXEC: Readonly<Record<PackageManager, string>> = { npm: 'npx', pnpm: 'pnpm exec' }

export function isOnPath(program: string, { PATH = '' }: Env): boolean {
  return PATH.split(delimiter).some(folder => folder !== '' && existsSync(join(folder, program)))
}

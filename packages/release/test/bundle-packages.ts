import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Makes the bundles of Arlen's packages, as packing them would: a release of an application in this workspace copies them. */
export function bundlePackages(): void {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  execFileSync('pnpm', ['--recursive', '--filter', './packages/*', 'run', '--if-present', 'prepack'], { cwd: root })
}
